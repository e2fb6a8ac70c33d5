"""When a limit is due or how much has counted, said in lines of which the last is the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.calendars import Calendar, DayTrace, Limit, Pause, due_with_pauses, elapsed_with_pauses, trace, union
from desk.calendars.limits import WORKING_DAYS
from desk.calendars.spans import WEEKDAYS
from desk.calendars.trace import numbered

MOST_DAYS = 400
"""How many days are said singly."""

_ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """When `limit` is due (None: not asked), or what has counted until `until` (None: not asked)."""

    calendar: Calendar
    received: datetime
    limit: Limit | None
    until: datetime | None
    pauses: tuple[Pause, ...]


def answer(question: Question, *, explain: bool) -> Iterator[str]:
    """The lines of an answer: with `explain` what counted day by day, then notes, then the instant or the minutes."""
    calendar, received = question.calendar, question.received
    due_at = due_with_pauses(calendar, received, question.limit, question.pauses) if question.limit else None
    end = max(filter(None, (due_at, question.until)))
    if explain:
        yield from _explained(question, end)
    if calendar.is_provisional(received, end):
        yield "Provisional (暂定): a year between has no published statutory days; its weekdays count as usual."
    if due_at is not None:
        local = _local(due_at, calendar)
        yield local if question.until is None else f"Due at {local}."
    if question.until is not None:
        if question.until < received:
            yield f"{_local(question.until, calendar)} is before the receipt, {_local(received, calendar)}: nothing counted."
        yield _minutes(elapsed_with_pauses(calendar, received, question.until, question.pauses))


def _explained(question: Question, end: datetime) -> Iterator[str]:
    calendar = question.calendar
    asked = f", limit {question.limit}" if question.limit else ""
    yield f"Calendar {calendar.key} ({calendar.zone.key}), from {_local(question.received, calendar)}{asked}."
    for begin, until in union(question.pauses, question.received):
        covered = _minutes(calendar.elapsed(begin, until))
        yield f"Paused {_local(begin, calendar)} to {_local(until, calendar)}: {covered} min of calendar time."
    in_working_days = question.limit is not None and question.limit.unit == WORKING_DAYS
    for index, (day, number) in enumerate(numbered(trace(calendar, question.received, end, question.pauses))):
        if index >= MOST_DAYS:
            yield f"… and so on until {_local(end, calendar)}."
            return
        yield _day_line(day, _working_day(number) if in_working_days else f"{_minutes(day.counted)} min")


def _working_day(number: int | None) -> str:
    return "not counted" if number is None else f"working day {number}" if number else "day of receipt"


def _day_line(day: DayTrace, counted: str) -> str:
    spans = " ".join(map(str, day.day.spans)) or "closed"
    paused = f", {_minutes(day.paused)} min paused" if day.paused else ""
    names = dict.fromkeys((day.day.name.zh, day.day.name.en)) if day.day.name else ()
    why = f"  {' '.join(names)} ({day.day.layer})" if names else ""
    return f"{day.day.date} {WEEKDAYS[day.day.date.weekday()]}  {spans:24}  {counted}{paused}{why}"


def _local(at: datetime, calendar: Calendar) -> str:
    return at.astimezone(calendar.zone).isoformat()


def _minutes(duration: timedelta) -> str:
    whole, rest = divmod(duration, _ONE_MINUTE)
    return f"{whole}" if not rest else f"{whole + rest / _ONE_MINUTE:.6f}".rstrip("0")
