"""When somebody is back, and what a week holds for them: pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.assignment.absences import Absence, OpenWork
from desk.assignment.presence import back_at, planned
from desk.assignment.shifts import Shift, hours_of, revision_of
from desk.limits.limit_errors import WorkingTimeInvalid
from desk.model import Agent, Role

MONDAY = date(2026, 1, 5)
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)  # Monday 12:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = Shift(hours="Mon-Fri 09:00-12:00, 13:30-18:00", zone="Asia/Shanghai", days={date(2026, 1, 7): ""})
HOUR = timedelta(hours=1)


def an_agent(**changes) -> Agent:
    values = {"login": "li", "name": "李娜", "shown_as": "李*", "role": Role.AGENT, "team_keys": ("service",), "skills": ()}
    rest = {"language": "zh", "email": "", "active": True, "available": True, "capacity": 10}
    return Agent(**{**values, **rest, "password_is_temporary": False, "revision": 1, **changes})


def leave(from_at: datetime, until_at: datetime) -> Absence:
    return Absence(id=1, login="li", from_at=from_at, until_at=until_at, delegate=None, open_work=OpenWork.KEEP)


def test_who_is_there_is_back_now_and_who_is_at_lunch_after_it():
    assert back_at(an_agent(), None, (), NOON) == NOON
    assert back_at(an_agent(), OFFICE, (), NOON) == NOON + 1.5 * HOUR


def test_leave_the_switch_and_the_shift_count_together():
    tuesday_evening = NOON + timedelta(days=1, hours=8)
    away = an_agent(available=False, availability_until=NOON + HOUR)
    found = back_at(away, OFFICE, [leave(NOON, tuesday_evening)], NOON)
    assert found == datetime(2026, 1, 8, 1, 0, tzinfo=UTC), "Wednesday is off by a date of its own: Thursday 09:00"


def test_leave_that_follows_leave_is_followed_to_its_end():
    both = [leave(NOON + HOUR, NOON + 2 * HOUR), leave(NOON, NOON + HOUR)]
    assert back_at(an_agent(), None, both, NOON) == NOON + 2 * HOUR


def test_nobody_can_tell_when_a_switch_turned_off_for_good_turns_back():
    assert back_at(an_agent(busy=True), OFFICE, (), NOON) is None


def test_a_week_holds_shift_dates_of_their_own_and_leave_of_part_of_a_day():
    absent = leave(datetime(2026, 1, 6, 10, 0, tzinfo=UTC), datetime(2026, 1, 6, 16, 0, tzinfo=UTC))  # Tuesday 18:00 to 24:00
    week = planned(OFFICE, [absent], MONDAY, SHANGHAI)
    assert [day.spans for day in week[:3]] == [("09:00-12:00", "13:30-18:00")] * 2 + [()]
    assert [day.own for day in week] == [False, False, True, False, False, False, False]
    assert [day.leave is not None for day in week[:4]] == [False, True, False, False]
    assert [day.works for day in week] == [True, True, False, True, True, False, False]
    assert all(day.always and day.works for day in planned(None, (), MONDAY, SHANGHAI))


@pytest.mark.parametrize(
    ("from_at", "until_at", "hours", "away"),
    [
        ("2026-01-05T00:00", "2026-01-06T09:00", "00:00-09:00", False),
        ("2026-01-06T14:00", "2026-01-07T00:00", "14:00-24:00", False),
        ("2026-01-06T08:00", "2026-01-06T19:00", "08:00-19:00", True),
        ("2026-01-05T00:00", "2026-01-08T00:00", "", True),
    ],
)
def test_a_day_is_one_of_leave_only_when_no_work_is_left_of_it(from_at, until_at, hours, away):
    absent = leave(*(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI).astimezone(UTC) for at in (from_at, until_at)))
    tuesday = planned(OFFICE, [absent], MONDAY, SHANGHAI)[1]
    assert (tuesday.leave_hours, tuesday.away) == (hours, away)


def test_a_shift_is_read_back_from_the_week_that_it_shows():
    again = Shift(hours=hours_of(OFFICE.week), zone=OFFICE.zone, days=OFFICE.days)
    assert (again.week, again.days) == (OFFICE.week, OFFICE.days)
    with pytest.raises(WorkingTimeInvalid, match="no day of the week"):
        hours_of(("",) * 7)


def test_the_mark_of_a_shift_changes_with_all_that_it_says():
    other_day = Shift(hours=OFFICE.hours, zone=OFFICE.zone, days={date(2026, 1, 7): "09:00-10:00"})
    elsewhere = Shift(hours=OFFICE.hours, zone="Europe/Berlin", days=OFFICE.days)
    assert len({revision_of(one) for one in (None, OFFICE, other_day, elsewhere)}) == 4
