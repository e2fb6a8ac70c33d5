"""Why a limit is due when it is due: day by day what counted, and which layer said so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from desk.calendars.pausing import Pause, union
from desk.calendars.spans import wall_instant
from desk.calendars.working_time import NOTHING, Day, WorkingTime

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTrace:
    """A day between two instants: what the calendar has it for, how much counted, and how much did not because of pauses."""

    day: Day
    counted: timedelta
    paused: timedelta


def trace(calendar: WorkingTime, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> Iterator[DayTrace]:
    """The local days from `start` to `end`, in order; what counted adds up to the elapsed time without pauses."""
    paused = union(pauses, start)
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        begins, ends = max(start, _midnight(calendar, day)), min(end, _midnight(calendar, day + _DAY))
        lost = sum((calendar.elapsed(max(begins, begin), min(ends, until)) for begin, until in paused), NOTHING)
        yield DayTrace(day=calendar.day(day), counted=calendar.elapsed(begins, ends) - lost, paused=lost)
        day += _DAY


def numbered(days: Iterable[DayTrace]) -> Iterator[tuple[DayTrace, int | None]]:
    """Each day with the number that it has for a limit in working days: 0 on the day of receipt, None when closed."""
    number = 0
    for index, one in enumerate(days):
        number += 1 if index and one.day.spans else 0
        yield one, number if one.day.spans else None


def _midnight(calendar: WorkingTime, day: date) -> datetime:
    return wall_instant(day, 0, calendar.zone, closing=False)
