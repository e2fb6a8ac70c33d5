"""E26 while no worker has looked yet: what happens to a clock right after its calendar was edited comes behind the edit."""

from __future__ import annotations

from functools import partial

import pytest

from desk.calendaring.calendaredits import without_days
from desk.clocks import Cause, ClockPaused, ClockRetargeted, ClockStopped
from desk.model import Verdict
from tests.desk.conftest import local
from tests.desk.edge_cases.test_calendar_edits import SUGGESTION, closing, edit, kept

pytestmark = pytest.mark.stored
DUE, LATER = local("2023-10-11T18:00"), local("2023-10-12T18:00")


def publish(office, alter):
    """Publish a change of the office's calendar, and let no worker look."""
    draft = office.desk.calendars.draft("cn-office", by="wang")
    office.desk.calendars.change("cn-office", alter, read=draft.revision, by="wang")
    office.desk.calendars.publish("cn-office", note="stocktaking", read=draft.revision + 1, by="wang")


def solve(office, number):
    task, answers = office.task(number), {"content": "电话告知客户问题已解决", "outcome": "resolved"}
    office.desk.work.claim(task.id, by=task.assignee)
    office.desk.work.complete(task.id, answers, by=task.assignee)


def expect_closed_for_good(office, number):
    stopped = kept(office, number)
    office.run()
    assert kept(office, number) == stopped


def test_e26_who_missed_a_limit_and_solves_after_a_day_was_closed_but_before_cases_follow_stays_late(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.at("09:00", "2023-10-12")
    publish(office, partial(closing, first="2023-10-11"))
    solve(office, number)
    found = kept(office, number)
    assert [type(event) for event in found.events[-2:]] == [ClockRetargeted, ClockStopped]
    moved = found.events[-2]
    assert (moved.cause, moved.due_before, moved.due_after) == (Cause.CALENDAR_EDITED, DUE, LATER)
    assert (found.row.verdict, found.row.breached_at, found.row.breach_cause) == (Verdict.LATE, DUE, None)
    expect_closed_for_good(office, number)


def test_e26_who_solves_after_a_day_was_opened_but_before_cases_follow_is_late_by_the_calendars_doing(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    edit(office, partial(closing, first="2023-10-10"))
    office.at("09:00", "2023-10-12")
    publish(office, partial(without_days, layer="organisation", first="2023-10-10", last=""))
    solve(office, number)
    found = kept(office, number)
    assert (found.events[-2].due_before, found.events[-2].due_after) == (LATER, DUE)
    assert (found.row.verdict, found.row.breached_at, found.row.breach_cause) == (Verdict.LATE, DUE, Cause.CALENDAR_EDITED)
    expect_closed_for_good(office, number)


def test_e26_a_pause_before_cases_follow_takes_no_missed_limit_away(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.at("09:00", "2023-10-12")
    publish(office, partial(closing, first="2023-10-11"))
    office.desk.timing.pause(number, reason="third_party", until=local("2023-10-13T09:00"), by="wang")
    found = kept(office, number)
    assert [type(event) for event in found.events[-2:]] == [ClockRetargeted, ClockPaused]
    assert found.row.breached_at == DUE
    office.run()
    assert kept(office, number).events == found.events, "the chore finds that it follows already"
