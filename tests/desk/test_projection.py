"""What the desk's records make of the process's events, whatever a diagram says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from desk.errors import SurveyOver
from desk.facts import for_escalation
from desk.model import CASE_MOVES, CaseState
from desk.projection import CaseProjection
from engine.db import queries
from engine.history import ActivityEntered, HandlerDecided, InstanceCancelled, TaskCompleted, VariableSet
from tests.desk.conftest import Office, local

NOON = local("2023-10-01T12:00")


def apply(office: Office, number: str, *events):
    """Let the projection see events as if the engine had written them; gives the case."""
    with office.engine.db.transaction() as tx:
        CaseProjection(office.engine.vault).apply(tx, queries.instance_by_key(tx, number), events)
    return office.desk.cases.case(number, viewer="wang").case


def entered(state: str, kind: str = "serviceTask", at=NOON) -> ActivityEntered:
    return ActivityEntered(at=at, activity_id="somewhere", kind=kind, properties={"case.state": state})


def test_every_state_has_its_moves_and_closed_has_none():
    assert set(CASE_MOVES) == set(CaseState)
    assert CASE_MOVES[CaseState.CLOSED] == frozenset()
    assert not any(state in moves for state, moves in CASE_MOVES.items())


def test_a_diagram_cannot_open_a_closed_case_or_invent_a_state(office):
    number = office.open()
    assert apply(office, number, entered("paused")).state == "open"
    assert apply(office, number, entered("closed")).state == "closed"
    case = apply(office, number, entered("in_progress"))
    assert (case.state, case.closed_at) == ("closed", NOON)


def test_events_without_news_leave_the_revision_alone(office):
    number = office.open()
    before = office.desk.cases.case(number, viewer="wang").case
    assert apply(office, number, entered("open")) == before


def test_resolving_stops_the_solution_and_closing_later_does_not_move_it(office):
    number = office.open()
    apply(office, number, entered("resolved", at=local("2023-10-01T11:00")))
    case = apply(office, number, entered("closed", at=local("2023-10-09T11:00")))
    assert case.resolved_at == local("2023-10-01T11:00")
    clocks = {clock.name: clock for clock in office.desk.cases.case(number, viewer="wang").clocks}
    assert (clocks["solve"].verdict, clocks["solve"].stopped_at) == ("on_time", local("2023-10-01T11:00"))
    assert clocks["transfer"].verdict == "void"
    assert clocks["follow_up"].verdict == "late"


def test_a_limit_for_transfers_is_kept_by_asking_for_help_and_never_drives_the_queue(office):
    number = office.open()
    office.desk.work.start(office.task(number).id, by="li")
    assert office.desk.cases.case(number, viewer="li").next_clock.name == "solve"
    office.desk.work.request_technical_help(number, reason="支付接口故障", by="li")
    clocks = {clock.name: clock.verdict for clock in office.desk.cases.case(number, viewer="li").clocks}
    assert clocks["transfer"] == "on_time"


def test_r27_a_case_that_a_person_gives_to_another_department_is_transferred_by_that(office):
    number, other = office.open(), office.open(customer_contact="13900000000")
    office.at("09:40")
    office.desk.work.reassign(office.task(number).id, assignee="tech", by="wang", reason="太难")
    office.desk.work.reassign(office.task(other).id, assignee="wang", by="wang", reason="我来处理")
    transfers = [
        next(clock for clock in office.desk.cases.case(each, viewer="wang").clocks if clock.name == "transfer")
        for each in (number, other)
    ]
    assert [(clock.stopped_at, clock.verdict) for clock in transfers] == [
        (local("2023-10-01T09:40"), "on_time"),
        (None, "running"),
    ]


def test_a_corrected_class_and_moved_clocks_show_at_once(office):
    number = office.open()
    moved = {"solve": {"due_at": NOON, "warn_at": None}, "round": 1}
    case = apply(
        office,
        number,
        VariableSet(at=NOON, name="classification", value={"type": "inquiry", "priority": "low", "needs_tech": 3}),
        VariableSet(at=NOON, name="clocks", value=moved),
    )
    assert (case.type, case.priority) == ("inquiry", "low")
    solve = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name == "solve")
    assert solve.due_at == NOON


def test_variables_of_another_shape_do_no_harm(office):
    number = office.open()
    before = office.desk.cases.case(number, viewer="wang").case
    odd = [
        VariableSet(at=NOON, name=name, value=value)
        for name in ("classification", "clocks", "assignment")
        for value in (None, 3, [])
    ]
    assert apply(office, number, *odd, VariableSet(at=NOON, name="clocks", value={"solve": {"due_at": "soon"}})) == before


def test_the_same_escalation_is_recorded_once(office):
    number = office.open()
    event = HandlerDecided(at=NOON, handler="escalate", result={"supervisor": "wang", "level": 1, "clock": "solve"}, reason="")
    apply(office, number, event)
    apply(office, number, event)
    with office.engine.db.reading() as tx:
        assert [(one.clock, one.level) for one in for_escalation(tx, number, NOON).before] == [("solve", 1)]


def test_work_on_a_node_without_the_mark_makes_no_row(office):
    number = office.open()
    done = TaskCompleted(at=NOON, by="wang", task_id=9, name="主管跟进", claimed_at=None, data={"action": "催办"})
    apply(office, number, done)
    assert office.desk.tables.progress_table(number) == []


def test_a_cancelled_process_closes_its_case(office):
    assert apply(office, office.open(), InstanceCancelled(at=NOON, by="admin", reason="测试")).state == "closed"


def test_of_two_answers_at_once_one_counts(office):
    number = office.open()
    office.resolve(number)
    token = office.desk.surveys.invite(number).token

    def answer(rating: str) -> str:
        try:
            office.desk.surveys.answer(token, {"rating": rating})
        except SurveyOver as error:
            return error.code
        return rating

    with ThreadPoolExecutor(max_workers=4) as pool:
        outcomes = list(pool.map(answer, ["satisfied", "neutral"] * 4))
    assert outcomes.count("survey_over") == 7
    assert len(office.desk.tables.survey_table([number])) == 1


def test_replies_of_many_at_once_are_one_first_response(office):
    number = office.open()
    office.clock.advance(minutes=1)
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda n: office.desk.work.reply(number, f"第{n}条", by="li"), range(8)))
    view = office.desk.cases.case(number, viewer="li")
    assert view.case.first_response_at == office.clock.now()
    assert [item.kind for item in office.desk.cases.timeline(number, viewer="li")].count("reply") == 8


def test_a_case_may_come_back_again_and_again(office):
    rounds = 12
    number = office.open()
    for _ in range(rounds):
        office.clock.advance(minutes=1)
        office.resolve(number)
        office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
        office.run()
    view = office.desk.cases.case(number, viewer="wang")
    assert (view.case.round, view.case.state) == (rounds + 1, "open")
    assert len([clock for clock in view.clocks if clock.name == "solve"]) == rounds + 1
    assert view.case.received_at + timedelta(minutes=rounds) == office.clock.now()


def test_another_process_with_a_cases_number_for_its_key_leaves_the_case_alone(office):
    number = office.open()
    with office.engine.db.transaction() as tx:
        stranger = replace(queries.instance_by_key(tx, number), process_key="invoices")
        CaseProjection(office.engine.vault).apply(tx, stranger, [InstanceCancelled(at=NOON, by="cli", reason="a trial")])
    assert office.desk.cases.case(number, viewer="wang").case.state == "open"


def test_what_a_diagram_leaves_in_the_desks_variables_cannot_stop_a_case(office):
    number = office.open()
    before = office.desk.cases.case(number, viewer="wang")
    odd = {
        "clocks": {
            "round": "two",
            "solve": {"due_at": before.clocks[0].due_at, "warn_at": "soon", "started_at": 9},
            "respond": 1,
        },
        "assignment": {"assignee": ["li"], "team": 5},
        "classification": {"priority": 1},
    }
    case = apply(office, number, *(VariableSet(at=NOON, name=name, value=value) for name, value in odd.items()))
    assert (case.round, case.owner, case.team, case.priority) == (1, "li", before.case.team, before.case.priority)


def test_what_is_no_tier_or_tag_stays_out_of_the_case_and_is_counted_in_the_log(office):
    number = office.open()
    odd = {"tier": "李雷 13812345678", "tags": ["refund", "13812345678", 7]}
    with capture_logs() as logged:
        case = apply(office, number, VariableSet(at=NOON, name="case", value=odd))
    assert (case.tier, case.tags) == ("standard", ("refund",))
    assert [one for one in logged if one["event"] == "profile_refused"] == [
        {"event": "profile_refused", "log_level": "warning", "case": number, "refused": 3}
    ]
    assert apply(office, number, VariableSet(at=NOON, name="case", value={"tier": "vip"})).tier == "vip"
