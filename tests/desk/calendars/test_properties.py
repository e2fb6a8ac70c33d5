"""What must hold of every calendar, for random instants; against an oracle that walks minute by minute and shares no code.

`CASELOOP_EXAMPLES_TIMES=36` is the long run of 10,000 cases.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.wording import Wording
from desk.calendars import AroundTheClock, DatedSpans, Layer, Span, due_with_pauses, elapsed_with_pauses, read_limit, weekly_hours
from desk.calendars.shipped import shipped_calendar
from tests.support.examples import examples
from tests.support.slow_calendar import BERLIN, OFFICE, SHANGHAI, SLOW_CN_OFFICE, slow_week

CN_OFFICE = shipped_calendar("cn-office")
NIGHTS = weekly_hours("Mon–Sun 00:45–01:15, 03:30–04:00, 22:00–24:00", "Europe/Berlin")
SLOW_NIGHTS = slow_week(BERLIN, dict.fromkeys(range(7), (("00:45", "01:15"), ("03:30", "04:00"), ("22:00", "24:00"))))
WEEK = weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
SLOW_WEEK = slow_week(SHANGHAI, dict.fromkeys(range(5), OFFICE))
PAIRS = st.sampled_from([(CN_OFFICE, SLOW_CN_OFFICE), (NIGHTS, SLOW_NIGHTS), (WEEK, SLOW_WEEK)])
CALENDARS = st.sampled_from([CN_OFFICE, NIGHTS, WEEK, shipped_calendar("24x7"), AroundTheClock(zone=BERLIN)])

FIRST, LAST = datetime(2018, 1, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)
_MINUTES = int((LAST - FIRST) / timedelta(minutes=1))
HOLIDAYS = sorted(CN_OFFICE.layers[0].dates)


def near(day: date, minutes: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)


ANYWHERE = st.integers(0, _MINUTES).map(lambda minutes: FIRST + timedelta(minutes=minutes))
NEAR_HOLIDAYS = st.builds(near, st.sampled_from(HOLIDAYS), st.integers(-2880, 2880))
CLOCK_CHANGES = st.builds(near, st.sampled_from([date(2024, 3, 31), date(2024, 10, 27)]), st.integers(-1440, 1440))
INSTANTS = st.one_of(ANYWHERE, NEAR_HOLIDAYS, CLOCK_CHANGES)
DURATIONS = st.integers(1, 40_000).map(lambda minutes: timedelta(minutes=minutes))
EXACT = st.timedeltas(timedelta(microseconds=1), timedelta(days=40))
SHORT = st.integers(1, 900)


@given(PAIRS, INSTANTS, SHORT)
@examples(40)
def test_adding_agrees_with_the_oracle(pair, start, minutes):
    calendar, oracle = pair
    assert calendar.add(start, timedelta(minutes=minutes)) == oracle.add(start, minutes)


@given(PAIRS, INSTANTS, st.integers(0, 6000))
@examples(30)
def test_elapsed_agrees_with_the_oracle(pair, start, minutes):
    calendar, oracle = pair
    end = start + timedelta(minutes=minutes)
    assert calendar.elapsed(start, end) == timedelta(minutes=oracle.elapsed(start, end))


@pytest.mark.parametrize("hours", [("00:00", "24:00"), ("22:00", "24:00"), ("00:00", "22:00"), ("06:00", "21:00")])
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Havana", "2024-03-10"),
        ("America/Havana", "2024-11-03"),
        ("America/Sao_Paulo", "2018-02-18"),
        ("America/Sao_Paulo", "2018-11-04"),
        ("Australia/Lord_Howe", "2024-04-07"),
        ("Pacific/Apia", "2011-12-30"),
    ],
)
def test_clock_changes_at_midnight_agree_with_the_oracle(zone, day, hours):
    calendar = weekly_hours(f"Mon–Sun {hours[0]}–{hours[1]}", zone)
    oracle = slow_week(ZoneInfo(zone), dict.fromkeys(range(7), (hours,)))
    start = datetime.fromisoformat(day).replace(hour=15, tzinfo=UTC) - timedelta(days=1)
    points = [start + timedelta(minutes=105 * n) for n in range(20)]
    for one, other in pairwise(points):
        assert calendar.elapsed(one, other) == timedelta(minutes=oracle.elapsed(one, other)), other


@given(PAIRS, INSTANTS, st.integers(1, 10))
@examples(40)
def test_working_days_agree_with_the_oracle(pair, start, days):
    calendar, oracle = pair
    if calendar is not NIGHTS:
        assert calendar.end_of_working_day(start, days) == oracle.end_of_working_day(start, days)


@given(PAIRS, INSTANTS, SHORT, st.lists(st.tuples(st.integers(-500, 4000), st.integers(1, 3000)), max_size=4))
@examples(30)
def test_pauses_agree_with_the_oracle(pair, start, minutes, drawn):
    calendar, oracle = pair
    pauses = [(begin := start + timedelta(minutes=after), begin + timedelta(minutes=lasts)) for after, lasts in drawn]
    due_at = due_with_pauses(calendar, start, read_limit(f"{minutes}min"), pauses)
    assert due_at == oracle.due_after_pauses(start, minutes, pauses)
    assert elapsed_with_pauses(calendar, start, due_at, pauses) == timedelta(minutes=minutes)


@given(CALENDARS, INSTANTS, EXACT)
@examples(35)
def test_what_was_added_has_elapsed(calendar, start, duration):
    assert calendar.elapsed(start, calendar.add(start, duration)) == duration


@given(CALENDARS, INSTANTS, EXACT, EXACT)
@examples(35)
def test_adding_in_two_parts_is_adding_the_sum(calendar, start, first, second):
    assert calendar.add(calendar.add(start, first), second) == calendar.add(start, first + second)


@given(CALENDARS, INSTANTS, INSTANTS, DURATIONS, DURATIONS)
@examples(25)
def test_later_starts_and_longer_durations_never_end_earlier(calendar, one, other, short, more):
    early, late = sorted((one, other))
    assert calendar.add(early, short) <= calendar.add(late, short)
    assert calendar.add(early, short) < calendar.add(early, short + more)
    assert calendar.end_of_working_day(early, 2) <= calendar.end_of_working_day(late, 2)


def with_day(day: date, spans: tuple[Span, ...]):
    """The Chinese office with an organisation that says what a day is."""
    said = {day: DatedSpans(spans=spans, name=Wording("a day", "一天"))}
    return replace(CN_OFFICE, layers=(*CN_OFFICE.layers, Layer(key="organisation", dates=said)))


@given(INSTANTS, DURATIONS, st.integers(1, 9), st.integers(0, 20))
@examples(35)
def test_one_more_holiday_never_makes_anything_due_earlier_nor_one_more_working_day_later(start, duration, days, after):
    day = (start + timedelta(days=after)).date()
    closed, opened = with_day(day, ()), with_day(day, CN_OFFICE.weekly[0])
    assert opened.add(start, duration) <= CN_OFFICE.add(start, duration) <= closed.add(start, duration)
    ends = [calendar.end_of_working_day(start, days) for calendar in (opened, CN_OFFICE, closed)]
    assert ends == sorted(ends)


@given(CALENDARS, INSTANTS, DURATIONS, st.sampled_from([BERLIN, SHANGHAI]))
@examples(20)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(calendar, start, duration, zone):
    end = calendar.add(start, duration)
    assert calendar.add(start.astimezone(zone), duration) == end
    assert calendar.elapsed(start.astimezone(zone), end.astimezone(zone)) == duration
    assert calendar.end_of_working_day(start.astimezone(zone), 3) == calendar.end_of_working_day(start, 3)
