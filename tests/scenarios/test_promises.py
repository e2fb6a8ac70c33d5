"""An urgent case and its promises: 15 minutes to respond, 2 hours to solve; what happens when they are broken."""

from __future__ import annotations

from datetime import timedelta

from engine.db import queries
from engine.history import TaskCreated, TimerFired
from tests.desk.conftest import Office, local

RECEIVED = local("2023-10-01T09:30")
RESPOND_DUE = RECEIVED + timedelta(minutes=15)
SOLVE_DUE = RECEIVED + timedelta(hours=2)


def fired(office: Office, number: str) -> list[tuple[str, object]]:
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        events = queries.history(tx, office.engine.vault, instance.id)
    return [(event.activity_id, event.at) for event in events if isinstance(event, TimerFired)]


def supervising(office: Office, number: str) -> list[object]:
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        events = queries.history(tx, office.engine.vault, instance.id)
    return [event.at for event in events if isinstance(event, TaskCreated) and event.activity_id == "supervise"]


def verdicts(office: Office, number: str) -> dict[str, str]:
    clocks = office.desk.cases.case(number, viewer="wang").clocks
    return {clock.name: clock.verdict for clock in clocks if clock.name in ("respond", "solve")}


def test_an_unanswered_urgent_case_comes_before_the_supervisor_at_its_due_instant(office: Office) -> None:
    number = office.open()
    office.at("09:44")
    assert "supervise" not in office.activities(number)
    office.at("09:46")
    task = office.task(number, "supervise")
    assert (task.assignee, task.created_at) == ("wang", RESPOND_DUE)


def test_each_breach_escalates_once_also_when_no_worker_ran_for_a_day(office: Office) -> None:
    number = office.open()
    office.at("09:30", day="2023-10-02")
    office.at("12:00", day="2023-10-02")
    assert supervising(office, number) == [RESPOND_DUE, SOLVE_DUE]
    assert [instant for activity, instant in fired(office, number) if activity.endswith("_breach")] == [RESPOND_DUE, SOLVE_DUE]
    assert verdicts(office, number) == {"respond": "breached", "solve": "breached"}


def test_an_answer_in_time_stops_the_clock_of_the_response_only(office: Office) -> None:
    number = office.open()
    office.at("09:40")
    office.desk.work.claim(office.task(number).id, by="li")
    office.desk.work.reply(number, "我们正在处理，请稍候。", by="li")
    office.at("11:29")
    assert "supervise" not in office.activities(number)
    office.at("11:31")
    assert supervising(office, number) == [SOLVE_DUE]


def test_work_finished_late_counts_as_breached_although_no_worker_looked(office: Office) -> None:
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.clock.set(SOLVE_DUE + timedelta(minutes=1))
    answers = {"content": "已修复", "outcome": "resolved"}
    office.desk.work.complete(office.task(number).id, answers, by="li")
    assert supervising(office, number) == [SOLVE_DUE]
    assert verdicts(office, number) == {"respond": "on_time", "solve": "late"}


def test_work_finished_exactly_at_the_due_instant_is_on_time(office: Office) -> None:
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.clock.set(SOLVE_DUE)
    office.desk.work.complete(office.task(number).id, {"content": "已修复", "outcome": "resolved"}, by="li")
    assert verdicts(office, number) == {"respond": "on_time", "solve": "on_time"}


def test_a_breach_that_was_escalated_does_not_escalate_again_when_handling_is_entered_anew(office: Office) -> None:
    number = office.open()
    office.at("12:00")
    office.desk.work.claim(office.task(number).id, by="li")
    waiting = {
        "content": "请客户提供截图",
        "next_action": "等待截图",
        "outcome": "wait_customer",
        "wait_until": "2023-10-01T18:00",
    }
    office.desk.work.complete(office.task(number).id, waiting, by="li")
    office.run()
    office.desk.work.customer_message(number, "截图在附件中", message_id="mail-1")
    office.run()
    assert "handle" in office.activities(number)
    assert supervising(office, number) == [RESPOND_DUE, SOLVE_DUE]


def test_a_case_closed_by_its_archive_takes_open_escalations_with_it(office: Office) -> None:
    number = office.open()
    office.at("10:00")
    office.resolve(number)
    assert "supervise" in office.activities(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "satisfied"})
    office.run()
    assert office.activities(number) == set()
    assert office.desk.cases.case(number, viewer="wang").case.state == "closed"


def test_a_case_that_waits_for_its_customer_warns_and_breaches_by_the_time_that_counted(office: Office) -> None:
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    waiting = {"content": "请提供截图", "next_action": "等待截图", "outcome": "wait_customer", "wait_until": "2023-10-02T18:00"}
    office.desk.work.complete(office.task(number).id, waiting, by="li")
    office.at("08:00", day="2023-10-02")
    assert [activity for activity, _ in fired(office, number) if activity.startswith("solve")] == []
    office.desk.work.customer_message(number, "截图在附件中", message_id="mail-1")
    office.at("09:50", day="2023-10-02")
    begun = local("2023-10-02T08:00")
    assert [one for one in fired(office, number) if one[0].startswith("solve")] == [
        ("solve_warning", begun + timedelta(minutes=80)),
        ("solve_breach", begun + timedelta(minutes=110)),
    ]
