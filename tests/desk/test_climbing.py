"""What follows an escalation, on real tables: people are told, levels climb until somebody acknowledges them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bpmn.package import load_package
from desk.assignment.absences import OpenWork
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.limit_errors import EscalationNotFound
from desk.model import Availability
from desk.store import escalations
from desk.wordings import TOO_LONG_REASON
from tests.desk.conftest import BILLING_DAY, PACKAGE, ROOT, Office, add_deputy, keep_deployed, local

pytestmark = pytest.mark.stored


@pytest.fixture
def office(office: Office) -> Office:
    """The office, where sun is the deputy of the team that gets complaints."""
    add_deputy(office, "complaints")
    return office


def climbed(office: Office, number: str, clock: str = "respond"):
    found = office.desk.escalations.of_case(number, viewer="wang")
    return [(one.level, one.supervisor, one.at) for one in found if one.clock == clock]


def told(office: Office, login: str, template: str = "escalated") -> int:
    return sum(notice.template == template for notice in office.desk.notices.of(login))


def test_e33_levels_come_once_at_their_due_instants_also_after_a_down_time(office):
    number = office.open()
    office.at("12:00")
    levels = [
        (1, "wang", local("2023-10-01T09:45")),
        (2, "sun", local("2023-10-01T09:52:30")),
        (3, None, local("2023-10-01T10:00")),
    ]
    assert climbed(office, number) == levels
    office.run()
    assert climbed(office, number) == levels
    assert (told(office, "wang"), told(office, "sun")) == (2, 2)
    alarms = [one.subject for one in office.desk.notices.of("wang") if "alarm" in one.template]
    assert alarms == []  # levels that come at once are no news to who was told just now


def test_who_is_told_reads_when_the_missed_limit_itself_was_due(office):
    office.open()
    office.at("09:46")
    (notice,) = [one for one in office.desk.notices.of("wang") if one.template == "escalated"]
    assert "的响应时限已过，请您跟进。\n到期于：2023-10-01 09:45\n" in notice.body


def test_an_alarm_names_limit_and_level_and_whom_lower_levels_told(office):
    number = office.open()
    for hour in ("09:46", "09:53", "10:01"):
        office.at(hour)
    assert [level for level, *_ in climbed(office, number)] == [1, 2, 3]
    for login in ("wang", "sun"):
        (notice,) = [one for one in office.desk.notices.of(login) if one.template == "queue_alarm_above"]
        assert notice.subject == f"再往上无人可升级：{number}（响应）"
        assert "\n时限：响应（升级第 3 级）\n已告知：王主管, 孙主管\n到期于：2023-10-01 09:45\n" in notice.body
    assert told(office, "wang", "queue_alarm") == 0


def test_a_case_that_is_entered_late_alarms_nobody_whom_its_first_level_tells_now(office):
    office.desk.people.change_team("complaints", supervisor="wang", deputy=None, by="admin")
    office.clock.set(local("2023-10-01T12:30"))
    number = office.open(received_at="2023-10-01T09:30")
    office.run()
    assert [level for level, *_ in climbed(office, number)] == [1, 2, 3]
    assert [told(office, login, "escalated") for login in ("wang", "sun")] == [2, 2]
    alarms = {
        one.login: told(office, one.login, "queue_alarm") + told(office, one.login, "queue_alarm_above") for one in people(office)
    }
    assert not any(alarms.values())


def people(office: Office):
    return office.desk.people.agents()


def test_e42_an_alarm_that_reached_all_is_not_told_anew_by_the_levels_above(office):
    for login in ("wang", "sun"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    office.clock.set(local("2023-10-01T09:50"))
    number = office.open(received_at="2023-10-01T08:00")
    office.run()
    assert [(level, whom) for level, whom, _ in climbed(office, number)] == [(1, None), (2, None), (3, None)]
    assert [told(office, login, "queue_alarm") for login in ("wang", "sun")] == [1, 1]
    (notice,) = [one for one in office.desk.notices.of("wang") if one.template == "queue_alarm" and "响应" in one.body]
    assert "\n时限：响应（升级第 1 级）\n" in notice.body


def test_e34_at_night_a_level_that_is_not_urgent_waits_for_an_answer_from_the_morning_on(office):
    office.clock.set(local("2023-10-10T17:50"))
    number = office.open(BILLING_DAY, received_at="2023-10-10T17:50")
    office.at("19:00", day="2023-10-10")
    found = office.desk.escalations.of_case(number, viewer="wang")
    assert [(one.at, one.urgent) for one in found if one.clock == "respond"] == [(local("2023-10-10T18:50"), False)]
    # half a limit more is used up at 19:20, before anybody could have answered
    assert found[0].next_at == local("2023-10-10T19:20")


def test_e42_who_is_on_leave_is_stood_in_for_and_nobody_is_an_alarm(office):
    office.desk.attendance.add_leave(
        "wang", local("2023-10-01T00:00"), local("2023-10-03T00:00"), delegate=None, open_work=OpenWork.KEEP, by="wang"
    )
    number = office.open()
    office.at("09:46")
    assert climbed(office, number)[0][1] == "sun"
    office.desk.attendance.set_availability("sun", Availability.AWAY, by="sun")
    office.at("11:31")
    assert climbed(office, number, "solve")[0][1] is None
    assert office.desk.escalations.page(viewer="wang").items[0].is_alarm


def test_whoever_acknowledges_stops_the_ladder_and_is_named(office):
    number = office.open()
    office.at("09:46")
    office.desk.escalations.acknowledge(number, "respond", by="wang", note="已联系客户")
    office.at("10:30")
    assert [level for level, *_ in climbed(office, number)] == [1]
    kept = office.desk.escalations.of_case(number, viewer="wang")[0]
    assert (kept.acknowledged_by, kept.acknowledged_at, kept.note) == ("wang", local("2023-10-01T09:46"), "已联系客户")
    with pytest.raises(EscalationNotFound, match="Reload the list"):
        office.desk.escalations.acknowledge(number, "respond", by="wang")


def test_a_level_that_is_put_off_stands_in_nobodys_way_until_then(office):
    number = office.open()
    office.at("09:46")
    with office.engine.db.transaction() as tx:
        (seen,) = [one for one in escalations.of_cases(tx, None, [number]) if one.clock == "respond"]
        escalations.put_off(tx, seen, local("2023-10-01T10:00"))
        escalations.put_off(tx, seen, local("2023-10-01T11:00"))  # it changed since it was seen
        assert escalations.climbing(tx, local("2023-10-01T09:59"), 5) == []
        assert [one.level for one in escalations.climbing(tx, local("2023-10-01T10:00"), 5)] == [1]
    office.at("09:59")
    assert [level for level, *_ in climbed(office, number)] == [1]
    office.at("10:00")
    assert climbed(office, number)[1] == (2, "sun", local("2023-10-01T09:52:30"))


def test_finishing_the_follow_up_acknowledges_it(office):
    number = office.open()
    office.at("09:46")
    task = office.task(number, "supervise")
    office.desk.work.claim(task.id, by="wang")
    office.desk.work.complete(task.id, {"action": "已催办"}, by="wang")
    office.at("10:30")
    assert [level for level, *_ in climbed(office, number)] == [1]


@pytest.fixture(params=["1.0", "1.1"])
def promising(office: Office, request) -> Office:
    """The office on a version of the process, where the customer is answered and a supervisor promised a time after the limit."""
    if request.param != PACKAGE.version:
        newer = load_package(ROOT / "processes" / "customer-service" / request.param)
        keep_deployed(office.engine, newer, office.clock.now())
        office.desk.rollout.assign("customer-service", request.param, None, by="admin")
    return office


def promised(office: Office, due: str, by: str = "wang") -> str:
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.promising.promise(number, due_at=local(f"2023-10-01T{due}"), reason="技术部正在修复", by=by)
    return number


def breached(office: Office, number: str):
    rows = office.desk.cases.case(number, viewer="wang").clocks
    return next(row.breached_at or row.due_at for row in rows if row.name == "solve")


def test_c15_an_approved_promise_puts_off_the_first_level_and_never_the_verdict(promising):
    number = promised(promising, "13:00")
    promising.at("12:59")
    assert climbed(promising, number, "solve") == []
    whys = {why.name: why.put_off_to for why in promising.desk.timing.why(number, viewer="wang")}
    assert (whys["solve"], whys["follow_up"]) == (local("2023-10-01T13:00"), None)
    promising.at("13:01")
    assert climbed(promising, number, "solve")[0] == (1, "wang", local("2023-10-01T13:00"))
    assert breached(promising, number) == local("2023-10-01T11:30")
    promising.resolve(number)
    (solve,) = [row for row in promising.desk.cases.case(number, viewer="wang").clocks if row.name == "solve"]
    assert (solve.verdict, solve.breached_at) == ("late", local("2023-10-01T11:30"))


def test_c15_an_owners_own_promise_puts_nothing_off(office):
    number = promised(office, "13:00", by="li")
    office.at("11:31")
    assert climbed(office, number, "solve") == [(1, "wang", local("2023-10-01T11:30"))]


def test_c15_a_promise_taken_back_brings_the_level_at_once_and_a_further_one_puts_it_off_again(office):
    number = promised(office, "13:00")
    office.at("12:00")
    office.desk.promising.promise(number, due_at=local("2023-10-01T15:00"), reason="供应商延迟", by="wang")
    office.at("14:00")
    assert climbed(office, number, "solve") == []
    given = office.desk.promising.of_case(number, viewer="wang")[-1]
    office.desk.promising.withdraw(number, given.id, apology="抱歉，暂时无法给出时间", by="wang")
    office.run()
    assert climbed(office, number, "solve") == [(1, "wang", local("2023-10-01T14:00"))]


def test_c15_a_promise_about_the_solution_excuses_no_missing_answer(office):
    number = office.open()
    office.at("09:40")
    office.desk.promising.promise(number, due_at=local("2023-10-01T13:00"), reason="技术部正在修复", by="wang")
    office.at("09:46")
    assert climbed(office, number) == [(1, "wang", local("2023-10-01T09:45"))]


def test_what_changes_a_ladder_brings_its_next_level_at_once(office):
    number = promised(office, "13:00")
    office.at("13:01")
    office.desk.promising.promise(number, due_at=local("2023-10-01T18:00"), reason="供应商延迟", by="wang")
    office.at("14:00")
    assert [level for level, *_ in climbed(office, number, "solve")] == [1]
    given = office.desk.promising.of_case(number, viewer="wang")[-1]
    office.desk.promising.withdraw(number, given.id, apology="抱歉，暂时无法给出时间", by="wang")
    office.run()
    assert climbed(office, number, "solve")[1] == (2, "sun", local("2023-10-01T14:00"))


def test_a_wait_that_ends_lets_the_ladder_go_on_at_once(office):
    number = promised(office, "11:45")
    office.at("11:46")
    office.desk.timing.pause(number, reason="third_party", until=local("2023-10-01T13:33"), by="wang")
    office.at("12:30")
    office.desk.timing.resume(number, by="wang")
    office.run()
    assert climbed(office, number, "solve")[1] == (2, "sun", local("2023-10-01T12:30"))


def test_nothing_climbs_once_the_limit_is_answered(office):
    number = office.open()
    office.at("09:46")
    office.desk.work.reply(number, "您好，我们正在处理", by="li")
    office.at("10:30")
    assert [level for level, *_ in climbed(office, number)] == [1]
    assert office.desk.escalations.page(viewer="wang").items == ()


def test_taking_over_makes_the_supervisor_the_owner(office):
    number = office.open()
    office.at("09:46")
    office.desk.escalations.take_over(number, "respond", by="wang", note="我来处理")
    assert office.desk.cases.case(number, viewer="wang").case.owner == "wang"
    assert office.task(number).assignee == "wang"
    assert office.desk.escalations.waiting(viewer="wang") == 0


def test_only_supervisors_and_who_was_told_acknowledge(office):
    number = office.open()
    office.at("09:46")
    with pytest.raises(RightMissing):
        office.desk.escalations.acknowledge(number, "respond", by="li")
    with pytest.raises(AnswersInvalid) as refused:
        office.desk.escalations.acknowledge(number, "respond", by="wang", note="长" * 501)
    assert refused.value.errors == {"note": TOO_LONG_REASON}


def test_the_list_says_how_late_whom_it_told_and_filters(office):
    number = office.open()
    office.at("09:46")
    page = office.desk.escalations.page(viewer="wang")
    view = page.items[0]
    assert (page.total, view.case.number, view.customer, view.newest.supervisor) == (1, number, "张*", "wang")
    assert office.clock.now() - view.missed_at == timedelta(minutes=1)
    assert office.desk.escalations.page(viewer="wang", clock="solve").items == ()
    assert office.desk.escalations.page(viewer="wang", team=view.case.team).items == page.items
