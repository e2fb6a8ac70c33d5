"""Weekly hours against golden values of an independent minute-walking oracle, and what can't be working time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.calendars import AroundTheClock, weekly_hours
from desk.limits.limit_errors import WorkingTimeInvalid

OFFICE = "Mon–Fri 09:00–12:00, 13:30–18:00"
SHANGHAI = weekly_hours(OFFICE, "Asia/Shanghai")


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


CALENDARS = [SHANGHAI, AroundTheClock(zone=ZoneInfo("Asia/Shanghai"))]


@pytest.mark.parametrize("calendar", CALENDARS)
def test_a_negative_duration_and_no_working_day_are_refused(calendar):
    with pytest.raises(WorkingTimeInvalid, match="-5 minutes is negative"):
        calendar.add(local("2024-03-05T09:00"), timedelta(minutes=-5))
    with pytest.raises(WorkingTimeInvalid, match="give 1 or more"):
        calendar.end_of_working_day(local("2024-03-05T09:00"), 0)


def test_adding_nothing_gives_the_start_when_open_else_the_next_opening():
    assert SHANGHAI.add(local("2024-03-05T09:30"), timedelta()) == local("2024-03-05T09:30")
    assert SHANGHAI.add(local("2024-03-08T18:00"), timedelta()) == local("2024-03-11T09:00")
    assert SHANGHAI.add(local("2023-12-30T18:00"), timedelta()) == local("2024-01-01T09:00")


def test_years_are_added_and_measured_across():
    start, end = local("2020-01-01T00:00"), local("2040-01-01T00:00")
    assert SHANGHAI.add(start, SHANGHAI.elapsed(start, end)) == local("2039-12-30T18:00")


@pytest.mark.parametrize("year", [1900, 3000])
def test_years_out_of_reach_are_refused(year):
    with pytest.raises(WorkingTimeInvalid, match="use instants from 1970 to 2999"):
        SHANGHAI.add(datetime(year, 3, 5, tzinfo=ZoneInfo("Asia/Shanghai")), timedelta(hours=1))


def test_many_years_are_asked_without_keeping_them_all():
    for year in range(1970, 2240):
        SHANGHAI.elapsed(local(f"{year}-03-05T09:00"), local(f"{year}-03-05T10:00"))
    assert len(SHANGHAI._openings) <= 256


def test_the_days_of_around_the_clock_are_open_and_never_provisional():
    always = AroundTheClock(zone=ZoneInfo("Asia/Shanghai"))
    assert [str(span) for span in always.day(date(2024, 2, 10)).spans] == ["00:00-24:00"]
    assert not always.is_provisional(local("2024-01-01T00:00"), local("2400-01-01T00:00"))
