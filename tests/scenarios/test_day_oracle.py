"""The oracle of the simulated day, held against the golden values of the rules: who judges must be right first."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from benchmarks.day.walking import AS_ANNOUNCED, ZONE, OfficeDays, around_the_clock, counted, reached

HOUR = 3600


def second(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2023-10-01T09:30", 2, "2023-10-01T11:30"),  # V1
        ("2023-10-01T10:15", 24, "2023-10-02T10:15"),  # V2
    ],
)
def test_hours_around_the_clock_take_no_notice_of_holidays(start: str, hours: int, end: str) -> None:
    assert reached(second(start), hours * HOUR, around_the_clock, ()) == second(end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2023-10-01T10:15", "2023-10-09T18:00"),  # V4
        ("2023-09-28T17:50", "2023-10-09T18:00"),  # V5
    ],
)
def test_three_working_days_skip_the_holiday_and_count_the_make_up_days(start: str, end: str) -> None:
    assert int(AS_ANNOUNCED.end_of(datetime.fromisoformat(start).replace(tzinfo=ZONE), 3).timestamp()) == second(end)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2023-09-28T17:00", 240, "2023-10-07T12:00"),  # V6
        ("2023-09-27T11:30", 60, "2023-09-27T14:00"),  # V7
        ("2023-09-27T12:15", 60, "2023-09-27T14:30"),
        ("2023-09-27T17:00", 60, "2023-09-27T18:00"),  # V8
        ("2023-09-27T18:00", 60, "2023-09-28T10:00"),
    ],
)
def test_office_hours_end_at_noon_and_in_the_evening(start: str, minutes: int, end: str) -> None:
    assert reached(second(start), minutes * 60, AS_ANNOUNCED.open, ()) == second(end)


def test_a_pause_counts_in_the_calendars_time_to_the_second() -> None:
    # V9, a day later in the year: 8 hours from Tuesday 09:00, paused from Tuesday 10:00 to Wednesday 10:00
    pause = ((second("2023-10-10T10:00"), second("2023-10-11T10:00")),)
    assert reached(second("2023-10-10T09:00"), 8 * HOUR, AS_ANNOUNCED.open, pause) == second("2023-10-12T09:30")
    odd = ((second("2023-10-10T10:00:07"), second("2023-10-10T10:00:19")),)
    assert reached(second("2023-10-10T09:00"), HOUR + 10, AS_ANNOUNCED.open, odd) == second("2023-10-10T10:00:22")


def test_what_counts_between_two_instants_is_what_was_open() -> None:
    assert counted(second("2023-09-28T11:59:30"), second("2023-10-07T09:00:30"), AS_ANNOUNCED.open) == 30 + 4 * HOUR + 1800 + 30


def test_a_day_that_was_opened_or_closed_by_hand_counts_so() -> None:
    days = OfficeDays(opened={date(2023, 10, 5)}, closed={date(2023, 10, 7)})
    assert int(days.end_of(datetime(2023, 9, 28, 17, tzinfo=ZONE), 2).timestamp()) == second("2023-10-08T18:00")
    assert reached(second("2023-09-28T17:00"), 2 * HOUR, days.open, ()) == second("2023-10-05T10:00")


def test_a_day_that_nobody_wrote_down_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="2024-01-01"):
        AS_ANNOUNCED.open(second("2024-01-01T10:00") // 60)
