"""Working time against golden values of an independent minute-walking oracle, and properties under fuzzing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.calendars import AroundTheClock, weekly_hours
from desk.errors import WorkingTimeInvalid

OFFICE = "Mon–Fri 09:00–12:00, 13:30–18:00"
SHANGHAI = weekly_hours(OFFICE, "Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2024-03-05T11:30", 60, "2024-03-05T14:00"),
        ("2024-03-05T12:15", 60, "2024-03-05T14:30"),
        ("2024-03-05T17:00", 60, "2024-03-05T18:00"),
        ("2024-03-05T18:00", 60, "2024-03-06T10:00"),
        ("2023-09-28T17:00", 240, "2023-09-29T12:00"),
        ("2024-03-05T17:00", 480, "2024-03-06T17:30"),
    ],
)
def test_minutes_count_only_while_open(start, minutes, end):
    assert SHANGHAI.add(local(start), timedelta(minutes=minutes)) == local(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2023-10-01T10:15", 3, "2023-10-04T18:00"),
        ("2023-09-28T17:50", 3, "2023-10-03T18:00"),
        ("2024-02-08T16:00", 3, "2024-02-13T18:00"),
        ("2024-03-05T09:00", 3, "2024-03-08T18:00"),
    ],
)
def test_working_days_end_at_closing_and_the_day_of_receipt_does_not_count(start, days, end):
    assert SHANGHAI.end_of_working_day(local(start), days) == local(end)


@pytest.mark.parametrize(("start", "end"), [("2024-03-30T12:00", "2024-03-31T13:00"), ("2024-10-26T12:00", "2024-10-27T11:00")])
def test_around_the_clock_counts_elapsed_hours_across_a_clock_change(start, end):
    day = AroundTheClock(zone=BERLIN).add(local(start, "Europe/Berlin"), timedelta(hours=24))
    assert day == local(end, "Europe/Berlin")


@pytest.mark.parametrize(("day", "minutes"), [("2024-03-31", 420), ("2024-10-27", 540), ("2024-05-01", 480)])
def test_a_night_shift_holds_what_the_clock_change_leaves(day, minutes):
    nights = weekly_hours("Mon–Sun 00:00–08:00", "Europe/Berlin")
    start, end = (local(f"{day}T{hour}", "Europe/Berlin") for hour in ("00:00", "08:00"))
    assert nights.elapsed(start, end) == timedelta(minutes=minutes)


def test_an_opening_that_the_clock_change_skips_is_the_first_valid_instant():
    hours = weekly_hours("Sun 02:30–04:00", "Europe/Berlin")
    assert hours.add(local("2024-03-31T00:00", "Europe/Berlin"), timedelta(minutes=1)) == datetime(2024, 3, 31, 1, 1, tzinfo=UTC)


def test_spans_that_meet_in_a_repeated_hour_are_not_counted_twice():
    hours = weekly_hours("Sun 00:00–02:30, 02:30–05:00", "Europe/Berlin")
    start, end = (local(f"2024-10-27T{hour}", "Europe/Berlin") for hour in ("00:00", "05:00"))
    assert hours.elapsed(start, end) == timedelta(hours=6)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("always", "isn't a rule"),
        ("Mon 12:00–09:00", "ends before"),
        ("Fri–Mon 09:00–12:00", "weekdays in order"),
        ("Mon 09:00–12:00, 11:00–13:00", "overlap"),
        ("Mon 25:00–26:00", "isn't a span"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_with_the_way_out(text, fact):
    with pytest.raises(WorkingTimeInvalid, match=fact):
        weekly_hours(text, "Asia/Shanghai")


calendars = st.sampled_from(
    [SHANGHAI, weekly_hours("Mon–Sun 01:30–03:15, 22:00–24:00", "Europe/Berlin"), AroundTheClock(zone=BERLIN)]
)
instants = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: datetime(2023, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
durations = st.integers(1, 40_000).map(lambda minutes: timedelta(minutes=minutes))


@given(calendars, instants, durations)
def test_what_was_added_has_elapsed(calendar, start, duration):
    assert calendar.elapsed(start, calendar.add(start, duration)) == duration


@given(calendars, instants, durations, durations)
def test_adding_in_two_parts_is_adding_the_sum(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(calendars, instants, instants, durations, durations)
def test_later_starts_and_longer_durations_never_end_earlier(calendar, one, other, short, more):
    early, late = sorted((one, other))
    assert calendar.add(early, short) <= calendar.add(late, short)
    assert calendar.add(early, short) < calendar.add(early, short + more)


@given(calendars, instants, durations)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(calendar, start, duration):
    assert calendar.add(start.astimezone(BERLIN), duration) == calendar.add(start, duration)


def walked(calendar, start: datetime, minutes: int) -> int:
    """Open minutes among the next ones, found by asking the wall clock for each: slow and plain."""
    open_minutes = 0
    for n in range(minutes):
        wall = (start + timedelta(minutes=n)).astimezone(calendar.zone)
        minute = wall.hour * 60 + wall.minute
        open_minutes += any(opens <= minute < closes for opens, closes in calendar.weekly[wall.weekday()])
    return open_minutes


@given(calendars.filter(lambda calendar: hasattr(calendar, "weekly")), instants, st.integers(1, 4000))
@settings(max_examples=40, deadline=None)
def test_elapsed_agrees_with_walking_minute_by_minute(calendar, start, minutes):
    elapsed = calendar.elapsed(start, start + timedelta(minutes=minutes))
    assert elapsed == timedelta(minutes=walked(calendar, start, minutes))
