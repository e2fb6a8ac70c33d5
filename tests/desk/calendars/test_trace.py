"""Day by day, what counted and why."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.calendars import elapsed_with_pauses, trace
from desk.calendars.shipped import shipped_calendar
from tests.support.examples import examples
from tests.support.slow_calendar import SHANGHAI

OFFICE = shipped_calendar("cn-office")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_each_day_says_what_counted_what_was_paused_and_which_layer_said_so():
    pause = (local("2023-10-07T11:00"), local("2023-10-08T10:00"))
    days = list(trace(OFFICE, local("2023-09-28T17:00"), local("2023-10-08T12:00"), [pause]))
    assert [(day.counted, day.paused) for day in days if day.counted] == [
        (timedelta(hours=1), timedelta()),
        (timedelta(hours=2), timedelta(hours=5.5)),
        (timedelta(hours=2), timedelta(hours=1)),
    ]
    assert [day.day.layer for day in days] == ["weekly", *["statutory"] * 10]


@given(st.integers(0, 400_000), st.integers(0, 40_000), st.integers(-9000, 40_000), st.integers(0, 9000))
@examples(10)
def test_the_days_add_up_to_what_elapsed(at, minutes, after, lasts):
    start = local("2023-01-01T00:00") + timedelta(minutes=at)
    end, begin = start + timedelta(minutes=minutes), start + timedelta(minutes=after)
    pauses = [(begin, begin + timedelta(minutes=lasts))]
    days = trace(OFFICE, start, end, pauses)
    assert sum((day.counted for day in days), timedelta()) == elapsed_with_pauses(OFFICE, start, end, pauses)
