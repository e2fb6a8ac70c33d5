"""Shifts, leave with delegation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from desk.assignment.absences import Absence, OpenWork, stand_ins
from desk.assignment.shifts import Shift
from desk.limits.limit_errors import WorkingTimeInvalid

EARLY = Shift(
    hours="Mon–Fri 08:00–12:00, 13:00–16:00",
    zone="Asia/Shanghai",
    days={date(2024, 3, 6): "", date(2024, 3, 9): "10:00-11:00"},
)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "on"),
    [
        ("2024-03-05T07:59", False),
        ("2024-03-05T08:00", True),
        ("2024-03-05T12:00", False),
        ("2024-03-05T15:59", True),
        ("2024-03-05T16:00", False),
        ("2024-03-06T09:00", False),
        ("2024-03-09T10:30", True),
        ("2024-03-10T10:30", False),
    ],
)
def test_a_shift_is_half_open_and_a_date_of_its_own_replaces_the_weekly_hours(at, on):
    assert EARLY.covers(shanghai(at)) is on


@pytest.mark.parametrize(
    ("after", "starts"),
    [
        ("2024-03-05T09:00", "2024-03-05T09:00"),
        ("2024-03-05T12:30", "2024-03-05T13:00"),
        ("2024-03-05T16:00", "2024-03-07T08:00"),
        ("2024-03-08T16:00", "2024-03-09T10:00"),
    ],
)
def test_the_next_start_of_a_shift(after, starts):
    assert EARLY.next_start(shanghai(after)) == shanghai(starts)


@pytest.mark.parametrize(
    ("hours", "zone", "day"),
    [
        ("Mon 18:00-09:00", "Asia/Shanghai", ""),
        ("always", "Asia/Shanghai", ""),
        ("Mon 09:00-18:00", "Asia/Nowhere", ""),
        ("Mon 09:00-18:00", "../etc", ""),
        ("Mon 09:00-18:00", "Asia/Shanghai", "9 to 5"),
    ],
)
def test_a_shift_that_cannot_be_read_is_refused(hours, zone, day):
    with pytest.raises(WorkingTimeInvalid):
        Shift(hours=hours, zone=zone, days={date(2024, 3, 6): day})


MONDAY = shanghai("2024-03-04T00:00")


def leave(login: str, delegate: str | None, days: int = 5, **more) -> Absence:
    until_at = MONDAY + timedelta(days=days)
    return Absence(id=1, login=login, from_at=MONDAY, until_at=until_at, delegate=delegate, open_work=OpenWork.KEEP, **more)


def test_the_chain_of_delegates_ends_with_somebody_who_is_there():
    absences = [leave("li", "zhao"), leave("zhao", "bo"), leave("chen", None)]
    assert stand_ins(absences, MONDAY) == {"li": "bo", "zhao": "bo", "chen": None}


def test_a_circle_of_absent_delegates_ends_with_nobody():
    absences = [leave("li", "zhao"), leave("zhao", "bo"), leave("bo", "zhao")]
    assert stand_ins(absences, MONDAY) == {"li": None, "zhao": None, "bo": None}


def test_a_leave_counts_from_its_first_to_before_its_last_instant_unless_cancelled():
    absences = [leave("li", "zhao", days=1)]
    assert stand_ins(absences, MONDAY - timedelta(seconds=1)) == {}
    assert stand_ins(absences, MONDAY + timedelta(hours=23)) == {"li": "zhao"}
    assert stand_ins(absences, MONDAY + timedelta(days=1)) == {}
    assert stand_ins([leave("li", "zhao", cancelled_at=MONDAY)], MONDAY) == {}
