"""A case is explained from its events alone: the way to where it stands, who has it and why, when it is late, what was tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from desk.casework.explanation import Explanation, explain
from engine.history import (
    ActivityEntered,
    ActivityLeft,
    FlowTaken,
    HandlerDecided,
    HistoryEvent,
    IncidentRaised,
    IncidentResolved,
    InstanceCancelled,
    JobCancelled,
    JobCreated,
    JobDone,
    MessageCorrelated,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskReassigned,
    TaskReleased,
    TimerArmed,
    TimerFired,
    TimerMoved,
    VariableSet,
)
from tests.desk.conftest import PACKAGE

NOON = datetime(2023, 10, 1, 12, tzinfo=UTC)
PROCESS = PACKAGE.diagram.process(PACKAGE.manifest.process_id)


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def explained(*events: HistoryEvent) -> Explanation:
    return explain(events, PROCESS)


def entered(activity: str, token: str, minute: int = 0) -> ActivityEntered:
    return ActivityEntered(at=at(minute), activity_id=activity, token_id=token, kind=str(PROCESS.nodes[activity].kind))


def left(activity: str, token: str, minute: int = 0) -> ActivityLeft:
    return ActivityLeft(at=at(minute), activity_id=activity, token_id=token)


def task(assignee: str | None, **more: Any) -> TaskCreated:
    given = {"task_id": 1, "name": "handle", "candidate_groups": ("service",), "activity_id": "handle", "token_id": "t1"}
    return TaskCreated(**{"at": NOON, "assignee": assignee, **given, **more})


def chosen(login: str | None) -> HandlerDecided:
    return HandlerDecided(
        at=NOON, activity_id="assign", token_id="t0", handler="assign", result={"assignee": login}, reason="why", reason_code="x"
    )


WORK = (entered("handle", "t1"), task("li"))
ASKED = (
    *WORK,
    TaskCompleted(at=at(5), by="li", activity_id="handle", token_id="t1", task_id=1, name="handle", claimed_at=None, data={}),
    left("handle", "t1", 5), FlowTaken(at=at(5), flow_id="handle_to_outcome"), entered("outcome", "t2", 5),
    left("outcome", "t2", 5), FlowTaken(at=at(5), flow_id="outcome_to_ask_customer"), entered("ask_customer", "t3", 5),
    left("ask_customer", "t3", 5), FlowTaken(at=at(5), flow_id="ask_customer_to_await_customer"),
    entered("await_customer", "t4", 5),
)  # fmt: skip


def test_the_way_begins_with_who_brought_it_on_and_names_the_condition():
    (standing,) = explained(*ASKED).stands
    assert (standing.activity_id, standing.since) == ("await_customer", at(5))
    assert [(step.activity_id, step.by, step.flow) for step in standing.steps] == [
        ("handle", "li", ""), ("outcome", "", "需客户补充"), ("ask_customer", "", ""),
    ]  # fmt: skip
    assert standing.steps[1].condition == '= handle.outcome = "wait_customer"'


def test_the_way_after_a_message_begins_with_the_message():
    told = MessageCorrelated(at=at(9), by="customer", activity_id="customer_replied", token_id="t5", message_name="m", data={})
    events = (
        *ASKED, left("await_customer", "t4", 9), FlowTaken(at=at(9), flow_id="await_customer_to_customer_replied"), told,
        entered("customer_replied", "t5", 9), left("customer_replied", "t5", 9),
        FlowTaken(at=at(9), flow_id="customer_replied_to_to_handle"), entered("to_handle", "t6", 9), left("to_handle", "t6", 9),
        FlowTaken(at=at(9), flow_id="to_handle_to_handle"), entered("handle", "t7", 9),
    )  # fmt: skip
    (standing,) = explained(*events).stands
    assert [(step.activity_id, step.by) for step in standing.steps] == [("customer_replied", "customer")]


def test_a_task_was_given_by_the_decision_that_named_its_agent():
    choice = explained(chosen("zhao"), chosen("li"), *WORK).stands[0].choice
    assert (choice.how, choice.assignee, choice.decision.reason) == ("assigned", "li", "why")
    assert explained(chosen(None), entered("handle", "t1"), task(None)).stands[0].choice.how == "offered"


def test_claiming_what_was_given_keeps_its_reason_and_taking_what_was_offered_has_none():
    claimed = TaskClaimed(at=at(1), by="li", activity_id="handle", token_id="t1", task_id=1)
    assert explained(chosen("li"), *WORK, claimed).stands[0].choice.how == "assigned"
    choice = explained(chosen(None), entered("handle", "t1"), task(None), claimed).stands[0].choice
    assert (choice.how, choice.assignee, choice.at) == ("claimed", "li", at(1))


def test_several_runs_of_one_activity_stand_there_once_and_tasks_each_on_their_own():
    runs = [entered("contribute", token) for token in ("t1", "t2", "t3")]
    tasks = [entered("handle", "t8"), entered("handle", "t9"), task("li", token_id="t8"), task("zhao", token_id="t9")]
    stands = explained(*runs, entered("contribute", "t4", 5), *tasks).stands
    assert [(one.activity_id, one.since) for one in stands[:2]] == [("contribute", NOON), ("contribute", at(5))]
    assert [one.choice.assignee for one in stands[2:]] == ["li", "zhao"]


def test_releasing_and_reassigning_replace_the_reason():
    released = TaskReleased(at=at(2), by="li", activity_id="handle", token_id="t1", task_id=1)
    choice = explained(chosen("li"), *WORK, released).stands[0].choice
    assert (choice.how, choice.assignee, choice.decision) == ("offered", None, None)
    moved = TaskReassigned(
        at=at(3), by="wang", activity_id="handle", token_id="t1", task_id=1, assignee="chen", before="li", reason="ill"
    )
    choice = explained(chosen("li"), *WORK, moved).stands[0].choice
    assert (choice.how, choice.assignee, choice.by, choice.reason, choice.decision) == ("reassigned", "chen", "wang", "ill", None)


ARMED = TimerArmed(at=NOON, activity_id="solve_breach", token_id="t8", due_at=at(120))


def test_a_timer_tells_what_moves_it_and_who_moved_it_last():
    (due,) = explained(*WORK, ARMED).due
    assert (due.due_at, due.follows, due.last_move) == (at(120), ("clock", "clocks"), None)
    events = (
        VariableSet(at=at(1), by="wang", name="clocks", value={}, reason="customer asked"),
        VariableSet(at=at(1), by="li", name="other", value=1),
        TimerMoved(at=at(1), activity_id="solve_breach", token_id="t8", before=at(120), due_at=at(180)),
    )
    (due,) = explained(*WORK, ARMED, *events).due
    move = due.last_move
    assert (due.due_at, move.before, move.variable, move.by, move.reason) == (
        at(180), at(120), "clocks", "wang", "customer asked",
    )  # fmt: skip


def test_a_timer_tells_which_lookup_moved_it_and_why():
    where = {"activity_id": "solve_breach", "token_id": "t8"}
    moved = TimerMoved(at=at(1), by="wang", before=at(120), due_at=None, lookup="clock", reason="waits for parts", **where)
    move = explained(*WORK, ARMED, moved).due[0].last_move
    assert (move.variable, move.by, move.reason, move.due_at) == ("clock", "wang", "waits for parts", None)


def test_a_timer_that_fired_or_was_withdrawn_is_due_no_more():
    fired = TimerFired(at=at(120), noticed_at=at(121), activity_id="solve_breach", token_id="t8")
    assert explained(*WORK, ARMED, fired).due == ()


def test_the_first_due_stands_in_front_and_the_unarmed_last():
    later = TimerArmed(at=NOON, activity_id="respond_breach", token_id="t9", due_at=at(15))
    unarmed = TimerArmed(at=NOON, activity_id="solve_warning", token_id="t10", due_at=None)
    assert [due.activity_id for due in explained(unarmed, ARMED, later).due] == [
        "respond_breach",
        "solve_breach",
        "solve_warning",
    ]


def test_the_clocks_are_those_that_the_process_last_knew():
    first = {"solve": {"due_at": at(60), "started_at": NOON, "source": "row 2"}, "round": 1}
    last = {"solve": {"due_at": None, "started_at": NOON, "source": "row 2"}, "round": 1}
    events = [VariableSet(at=NOON, name="clocks", value=value) for value in (first, last)]
    assert [(clock.name, clock.due_at) for clock in explained(events[0]).clocks] == [("solve", at(60))]
    assert [(clock.name, clock.due_at) for clock in explained(*events).clocks] == [("solve", None)]


def test_what_was_tried_has_its_outcome():
    where = {"activity_id": "tell_assignee"}
    events = (
        JobCreated(at=NOON, job_id=1, handler="notify", **where), JobCreated(at=NOON, job_id=2, handler="notify", **where),
        JobCreated(at=NOON, job_id=3, handler="notify", **where), JobDone(at=at(1), job_id=1, handler="notify", result={}),
        JobCancelled(at=at(2), job_id=2, handler="notify", reason="no address"),
        IncidentRaised(at=at(3), incident_id=1, message="mail is down", **where), IncidentResolved(at=at(4), incident_id=1),
    )  # fmt: skip
    assert [(one.what, one.outcome, one.message) for one in explained(*events).attempts] == [
        ("notify", "done", ""), ("notify", "cancelled", "no address"), ("notify", "open", ""),
        ("incident", "resolved", "mail is down"),
    ]  # fmt: skip


def test_only_the_latest_decision_of_an_activity_counts():
    assert [one.result for one in explained(chosen("li"), chosen("zhao")).decisions] == [{"assignee": "zhao"}]


def test_a_case_that_is_over_stands_nowhere():
    over = explained(*WORK, ARMED, InstanceCancelled(at=at(9), by="wang", reason="withdrawn"))
    assert (over.stands, over.due, over.ended_at, over.end_reason) == ((), (), at(9), "withdrawn")


def test_a_real_case_is_explained_at_every_step(office):
    number = office.open()
    explanation = office.desk.cases.explanation(number, viewer="li")
    (standing,) = explanation.stands
    assert [step.activity_id for step in standing.steps] == [
        "received", "classify", "targets", "start_clocks", "route", "assign", "tell_assignee",
    ]  # fmt: skip
    assert standing.steps[0].by == "li", "who took the request"
    assert standing.choice.decision.what == "assign"
    assert {due.activity_id for due in explanation.due} >= {"solve_breach", "respond_breach"}
    office.desk.work.claim(office.task(number).id, by="li")
    office.desk.work.log_call(number, "已联系", by="li", message_id="m1")
    moved = office.desk.cases.explanation(number, viewer="li")
    respond = [due.due_at for due in moved.due if due.activity_id == "respond_breach"]
    assert respond in ([], [None]), "answered: no breach any more"
    office.desk.work.complete(office.task(number).id, {"content": "好了", "outcome": "resolved"}, by="li")
    office.run()
    assert "handle" not in {one.activity_id for one in office.desk.cases.explanation(number, viewer="li").stands}
