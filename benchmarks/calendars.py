"""`python -m benchmarks.calendars`: sums of working time per second on one core, in calendar `cn-office`.

The peer is a naive walk over days and spans from the start on, as most desks do it. Both answer alike, which is checked first.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from desk.calendars import Calendar
from desk.calendars.shipped import shipped_calendar

START = datetime(2024, 3, 5, 1, tzinfo=UTC)
LIMIT = timedelta(hours=150)
ROUNDS, SUMS = 7, 20_000
_DAY = timedelta(days=1)


def naive_add(calendar: Calendar, start: datetime, left: timedelta) -> datetime:
    """When so much has been open since `start`, by walking the days."""
    midnight = start.astimezone(calendar.zone).replace(hour=0, minute=0)
    while True:
        for opens, closes in calendar.day(midnight.date()).spans:
            opening = max(start, midnight + timedelta(minutes=opens))
            closing = midnight + timedelta(minutes=closes)
            if closing <= opening:
                continue
            if left <= closing - opening:
                return opening + left
            left -= closing - opening
        midnight += _DAY


def seconds_each(work: Callable[[], object], times: int) -> float:
    """Processor time of one call: the median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            work()
        rounds.append((time.process_time() - begun) / times)
    return median(rounds)


def main() -> None:
    calendar = shipped_calendar("cn-office")
    end = calendar.add(START, LIMIT)
    assert end == naive_add(calendar, START, LIMIT)
    add = seconds_each(lambda: calendar.add(START, LIMIT), SUMS)
    naive = seconds_each(lambda: naive_add(calendar, START, LIMIT), SUMS // 200)
    print(f"calendar_add_microseconds: {add * 1e6:.2f}")
    print(f"calendar_elapsed_microseconds: {seconds_each(lambda: calendar.elapsed(START, end), SUMS) * 1e6:.2f}")
    print(f"calendar_working_days_microseconds: {seconds_each(lambda: calendar.end_of_working_day(START, 20), SUMS) * 1e6:.2f}")
    print(f"calendar_ten_years_microseconds: {seconds_each(lambda: calendar.elapsed(START, end + 3650 * _DAY), SUMS) * 1e6:.2f}")
    print(f"calendar_add_times_naive_walk: {naive / add:.0f}")


if __name__ == "__main__":
    main()
