"""Shifts, the own switch, leave with somebody who stands in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from desk.assignment.absences import OpenWork
from desk.casetasks import instance_of
from desk.errors import RightMissing
from desk.limits.limit_errors import WorkingTimeInvalid
from desk.model import Availability
from desk.staffing.staffing_errors import LeaveInvalid
from engine.commands import ResumeInstance, SuspendInstance
from tests.desk.conftest import BILLING_DAY, Office

pytestmark = pytest.mark.stored
NOW = datetime(2023, 10, 1, 1, 30, tzinfo=UTC)  # 09:30 at the desk, a Sunday
WEEK = timedelta(days=7)


def ask(office: Office, name: str, *, by: str = "li") -> str:
    """An inquiry, for team service when li takes it and for service-b when chen does."""
    return office.open({**BILLING_DAY, "received_at": "", "customer_number": "", "customer_name": name}, by=by)


def go_on_leave(office: Office, login: str, delegate: str | None, open_work: OpenWork = OpenWork.KEEP, **more) -> int:
    given = {"from_at": NOW, "until_at": NOW + WEEK, "by": login} | more
    return office.desk.attendance.add_leave(login, delegate=delegate, open_work=open_work, **given).id


def test_who_isnt_on_shift_gets_nothing_until_the_shift_starts(office):
    for login in ("li", "zhao"):
        office.desk.attendance.set_shift("agent", login, "Sun 10:00-18:00", by="wang")
    office.desk.attendance.set_shift("team", "service-b", "Mon–Fri 09:00-18:00", by="wang")
    number = ask(office, "甲", by="chen")
    offered = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert {one["login"]: one["obstacle"] for one in offered.considered} == dict.fromkeys(("chen", "li", "zhao"), "off_shift")
    office.clock.advance(minutes=29)
    office.run()
    assert office.task(number).assignee is None
    office.clock.advance(minutes=1)
    office.run()
    assert office.task(number).assignee in ("li", "zhao")


def test_the_next_look_is_at_the_start_of_the_shift_to_the_second(office):
    for login in ("li", "zhao", "chen"):
        office.desk.attendance.set_shift("agent", login, "Sun 09:31-18:00", by="wang")
    number = ask(office, "甲")
    office.clock.advance(seconds=30)
    office.run()
    office.clock.advance(seconds=30)
    office.run()
    assert office.task(number).assignee in ("li", "zhao")


def test_a_date_of_its_own_and_no_shift_at_all(office):
    attendance = office.desk.attendance
    attendance.set_shift("agent", "chen", "Mon–Sun 09:00-18:00", days={date(2023, 10, 1): ""}, by="wang")
    shift = attendance.shifts()["agent", "chen"]
    assert (shift.covers(NOW), shift.covers(NOW + timedelta(days=1))) == (False, True)
    attendance.set_shift("agent", "chen", None, by="wang")
    assert attendance.shifts() == {}
    with pytest.raises(WorkingTimeInvalid):
        attendance.set_shift("agent", "chen", "whenever", by="wang")
    with pytest.raises(RightMissing):
        attendance.set_shift("agent", "chen", None, by="chen")


@pytest.mark.parametrize("switch", [Availability.AWAY, Availability.BUSY])
def test_the_own_switch_turns_back_when_its_time_is_over(office, switch):
    for login in ("li", "zhao"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    office.desk.attendance.set_availability("chen", switch, by="chen", until=NOW + timedelta(hours=1))
    number = ask(office, "甲", by="chen")
    assert office.task(number).assignee is None
    office.clock.advance(hours=1)
    office.run()
    assert office.task(number).assignee == "chen"
    chen = office.desk.people.agent("chen")
    assert (chen.availability, chen.availability_until) == (Availability.AVAILABLE, None)


def test_nobody_but_a_supervisor_turns_anothers_switch(office):
    with pytest.raises(RightMissing):
        office.desk.attendance.set_availability("li", Availability.AWAY, by="zhao")
    assert office.desk.attendance.set_availability("li", Availability.BUSY, by="wang").availability is Availability.BUSY
    with pytest.raises(LeaveInvalid):
        office.desk.attendance.set_availability("li", Availability.AWAY, by="li", until=NOW)


def test_at_the_begin_of_leave_open_work_goes_to_who_stands_in(office):
    number = ask(office, "甲", by="chen")
    office.desk.work.claim(office.task(number).id, by="chen")
    given = {"delegate": "li", "open_work": OpenWork.HAND_OVER, "by": "chen"}
    [seen] = office.desk.attendance.preview("chen", NOW, NOW + WEEK, **given).handings
    assert (seen.number, seen.to) == (number, "li")
    go_on_leave(office, "chen", "li", OpenWork.HAND_OVER, from_at=NOW + timedelta(hours=1))
    office.run()
    assert office.task(number).assignee == "chen"
    office.clock.advance(hours=1)
    office.run()
    assert (office.task(number).assignee, office.desk.cases.case(number, viewer="wang").case.owner) == ("li", "li")
    last = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert (last.reason_code, last.reason_arguments) == ("stands_in", {"person": "chen"})


@pytest.mark.parametrize(("open_work", "holder"), [(OpenWork.KEEP, "chen"), (OpenWork.GIVE_BACK, "li")])
def test_open_work_may_stay_or_go_back_to_the_line(office, open_work, holder):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    number = ask(office, "甲", by="chen")
    go_on_leave(office, "chen", None, open_work)
    office.run()
    assert office.task(number).assignee == holder


def test_who_stands_in_gets_new_work_of_a_team_that_isnt_theirs(office):
    for login in ("li", "zhao"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    go_on_leave(office, "chen", "tech")
    number = ask(office, "甲", by="chen")
    assert office.task(number).assignee == "tech"
    last = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert [(one["login"], one["obstacle"]) for one in last.considered] == [("chen", "on_leave"), ("tech", "")]


def test_a_case_that_comes_back_to_somebody_on_leave_goes_to_who_stands_in(office):
    number = ask(office, "甲", by="chen")
    office.desk.work.claim(office.task(number).id, by="chen")
    waits = {"content": "请补充", "outcome": "wait_customer", "next_action": "等客户", "question": "订单号?"}
    office.desk.work.complete(office.task(number).id, {**waits, "wait_until": "2023-10-03T10:00"}, by="chen")
    office.run()
    go_on_leave(office, "chen", "zhao")
    office.desk.work.customer_message(number, "DD1", message_id="m1")
    office.run()
    assert office.task(number).assignee == "zhao"


def test_what_a_colleague_gives_to_somebody_on_leave_goes_to_who_stands_in(office):
    number = ask(office, "甲", by="chen")
    go_on_leave(office, "li", "zhao")
    task = office.desk.work.reassign(office.task(number).id, assignee="li", by="chen", reason="她熟悉")
    assert task.assignee == "zhao"


def test_leave_that_is_called_off_brings_work_again(office):
    for login in ("li", "zhao"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    leave = go_on_leave(office, "chen", None)
    number = ask(office, "甲", by="chen")
    assert office.task(number).assignee is None
    office.desk.attendance.cancel_leave(leave, by="chen")
    office.run()
    assert office.task(number).assignee == "chen"
    assert office.desk.attendance.leave() == []


@pytest.mark.parametrize(
    ("login", "delegate", "changes", "why"),
    [
        ("li", "li", {}, "covered by li"),
        ("li", "analyst", {}, "covered by analyst"),
        ("li", None, {"open_work": OpenWork.HAND_OVER}, "to nobody"),
        ("li", "zhao", {"until_at": NOW}, "ended"),
        ("chen", "zhao", {}, "overlaps"),
        ("zhao", "chen", {}, "away too"),
    ],
)
def test_leave_that_cannot_be_says_why(office, login, delegate, changes, why):
    go_on_leave(office, "chen", "zhao")
    with pytest.raises(LeaveInvalid, match=why):
        go_on_leave(office, login, delegate, **changes)


def test_what_rested_when_the_leave_began_is_handed_on_when_it_goes_on(office):
    number = ask(office, "甲", by="chen")
    with office.engine.db.transaction() as tx:
        instance = instance_of(tx, number).id
        office.engine.operations.suspend(tx, SuspendInstance(instance_id=instance, by="wang", reason="核对"))
    go_on_leave(office, "chen", "li", OpenWork.HAND_OVER)
    office.run()
    assert office.task(number).assignee == "chen"
    [left] = office.desk.staff.team("service-b", viewer="wang").left
    assert (left.login, left.number) == ("chen", number)
    with office.engine.db.transaction() as tx:
        office.engine.operations.resume(tx, ResumeInstance(instance_id=instance, by="wang", reason="已核对"))
    office.clock.advance(minutes=1)
    office.run()
    assert office.task(number).assignee == "li"
    assert office.desk.staff.team("service-b", viewer="wang").left == ()


def test_a_case_for_which_nobody_is_free_when_the_leave_begins_waits_and_is_given_out_later(office):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    number = ask(office, "甲", by="chen")
    office.desk.attendance.set_availability("li", Availability.AWAY, by="li")
    go_on_leave(office, "chen", "li", OpenWork.HAND_OVER)
    office.run()
    assert (office.task(number).assignee, office.desk.cases.case(number, viewer="wang").case.owner) == (None, "wang")
    office.desk.attendance.set_availability("li", Availability.AVAILABLE, by="li")
    office.run()
    assert office.task(number).assignee == "li"


def test_the_preview_of_leave_says_what_then_happens_when_who_stands_in_never_signed_in(office):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    number = ask(office, "甲", by="chen")
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.people.reset_password("li", "one-time-" + "x" * 12, by="admin")
    given = {"delegate": "li", "open_work": OpenWork.HAND_OVER, "by": "chen"}
    seen = office.desk.attendance.preview("chen", NOW, NOW + WEEK, **given)
    [handing] = seen.handings
    assert (seen.delegate, seen.obstacle, handing.to) == ("li", "not_signed_in", None)
    assert (handing.line, handing.obstacle) == (office.desk.cases.case(number, viewer="wang").case.team, "not_signed_in")
    go_on_leave(office, "chen", "li", OpenWork.HAND_OVER)
    office.run()
    assert office.task(number).assignee is None
    changed = [one.reason for one in office.desk.ownership.story(number, viewer="wang") if one.before == "chen"]
    assert changed == ["its owner is on leave"]


def test_who_stands_in_is_not_doubted_for_being_off_shift_when_the_leave_begins_but_the_case_waits(office):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    number = ask(office, "甲", by="chen")
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.attendance.set_shift("agent", "li", "Sun 10:00-18:00", by="wang")
    given = {"delegate": "li", "open_work": OpenWork.HAND_OVER, "by": "chen"}
    seen = office.desk.attendance.preview("chen", NOW, NOW + WEEK, **given)
    assert (seen.obstacle, [(one.to, one.obstacle) for one in seen.handings]) == ("", [(None, "off_shift")])


@pytest.mark.parametrize("skills", [(), ("complaint",)])
def test_the_preview_of_leave_says_whether_any_case_reaches_who_stands_in(office, skills):
    numbers = [office.open(), office.open()]
    assert {office.task(number).assignee for number in numbers} == {"li"}
    zhao = office.desk.people.agent("zhao")
    given = {"skills": skills, "lines": (), "languages": (), "revision": zhao.revision, "by": "wang"}
    office.desk.staff.change_work("zhao", capacity=9, **given)
    asked = {"delegate": "zhao", "open_work": OpenWork.HAND_OVER, "by": "li"}
    seen = office.desk.attendance.preview("li", NOW, NOW + WEEK, **asked)
    assert (seen.obstacle, seen.unreached) == ("", not skills)
    assert [one.obstacle for one in seen.handings] == ["" if skills else "lacks_skill"] * 2


@pytest.mark.parametrize(("delegate", "obstacles"), [(None, {""}), ("zhao", {"lacks_skill"})])
def test_the_preview_of_leave_says_what_nobody_can_take_of_what_goes_back_to_its_team(office, delegate, obstacles):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    complaint, inquiry = office.open(), ask(office, "甲")
    office.desk.attendance.set_availability("zhao", Availability.AVAILABLE, by="zhao")
    assert {office.task(number).assignee for number in (complaint, inquiry)} == {"li"}
    zhao = office.desk.people.agent("zhao")
    given = {"skills": (), "lines": (), "languages": (), "revision": zhao.revision, "by": "wang"}
    office.desk.staff.change_work("zhao", capacity=9, **given)
    asked = {"delegate": delegate, "open_work": OpenWork.GIVE_BACK, "by": "li"}
    seen = {one.number: one for one in office.desk.attendance.preview("li", NOW, NOW + WEEK, **asked).handings}
    team = office.desk.cases.case(complaint, viewer="wang").case.team
    assert (seen[complaint].to, seen[complaint].line) == (None, team)
    assert {seen[complaint].obstacle} == obstacles
    assert (seen[inquiry].to, seen[inquiry].line, seen[inquiry].obstacle) == (None, None, "")
    go_on_leave(office, "li", delegate, OpenWork.GIVE_BACK)
    office.run()
    assert (office.task(complaint).assignee, office.task(inquiry).assignee is None) == (None, False)


def test_the_preview_of_leave_fills_the_room_of_who_stands_in_case_by_case(office):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    numbers = [ask(office, name, by="chen") for name in "甲乙丙"]
    for number in numbers:
        office.desk.work.claim(office.task(number).id, by="chen")
    li = office.desk.people.agent("li")
    given = {"skills": li.skills, "lines": (), "languages": (), "revision": li.revision, "by": "wang"}
    office.desk.staff.change_work("li", capacity=4, **given)
    asked = {"delegate": "li", "open_work": OpenWork.HAND_OVER, "by": "chen"}
    seen = office.desk.attendance.preview("chen", NOW, NOW + WEEK, **asked).handings
    assert [(one.to, one.obstacle) for one in seen] == [("li", ""), ("li", ""), (None, "at_capacity")]
    go_on_leave(office, "chen", "li", OpenWork.HAND_OVER)
    office.run()
    assert [office.task(one.number).assignee for one in seen] == ["li", "li", None]


def test_what_somebody_takes_while_on_leave_stays_with_them(office):
    office.desk.attendance.set_availability("zhao", Availability.AWAY, by="zhao")
    office.desk.attendance.set_availability("li", Availability.AWAY, by="li")
    go_on_leave(office, "chen", "tech", OpenWork.GIVE_BACK)
    office.desk.attendance.set_availability("tech", Availability.AWAY, by="tech")
    office.run()
    number = ask(office, "甲", by="chen")
    office.clock.advance(minutes=1)
    office.desk.work.claim(office.task(number).id, by="chen")
    office.clock.advance(minutes=2)
    office.run()
    assert office.task(number).assignee == "chen"
