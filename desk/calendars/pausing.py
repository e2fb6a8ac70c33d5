"""When a limit is due although its clock was paused: pauses count in calendar time of that clock, overlapping ones once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from desk.calendars.limits import UNITS, WORKING_DAYS, Limit
from desk.calendars.working_time import NOTHING, WorkingTime

Pause = tuple[datetime, datetime]


def due(calendar: WorkingTime, start: datetime, limit: Limit) -> datetime:
    """When a limit is due that nothing pauses: for `wd` the end of that working day, the day of `start` not counted."""
    if limit.unit == WORKING_DAYS:
        return calendar.end_of_working_day(start, int(limit.amount))
    return calendar.add(start, UNITS[limit.unit] * limit.amount.numerator / limit.amount.denominator)


def due_with_pauses(calendar: WorkingTime, start: datetime, limit: Limit, pauses: Iterable[Pause]) -> datetime:
    """When a limit is due: each pause that begins before that moves it by the calendar time that it covers."""
    due_at = due(calendar, start, limit)
    for begin, end in union(pauses, start):
        if begin >= due_at:
            break
        covered = calendar.elapsed(begin, end)
        if covered > NOTHING:
            due_at = calendar.add(due_at, covered)
    return due_at


def elapsed_with_pauses(calendar: WorkingTime, start: datetime, end: datetime, pauses: Iterable[Pause]) -> timedelta:
    """The calendar time between two instants in which nothing was paused."""
    paused = (calendar.elapsed(begin, min(until, end)) for begin, until in union(pauses, start))
    return calendar.elapsed(start, end) - sum(paused, NOTHING)


def union(pauses: Iterable[Pause], start: datetime) -> list[Pause]:
    """Pauses in order as UTC, cut at `start`, those that touch or overlap as one."""
    joined: list[Pause] = []
    for begin, end in sorted((max(begin, start).astimezone(UTC), end.astimezone(UTC)) for begin, end in pauses):
        if end <= begin:
            continue
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
