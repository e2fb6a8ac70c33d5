"""Working time: when work counts. Around the clock, or weekly opening hours in a zone.

Spans are local wall time and half open; durations are elapsed time (a day of clock change holds what it holds). All instants
are aware; results are UTC. A full calendar (holidays, make-up days, layers) is another class with the same three methods.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from desk.errors import WorkingTimeInvalid

SEARCH_DAYS = 3660
"""How many days ahead an opening is looked for, before working time is declared empty."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = timedelta(days=1)
_END_OF_DAY = time.max
_SPAN = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)")
_RULE = re.compile(r"^\s*([A-Z][a-z]{2})(?:\s*[-–]\s*([A-Z][a-z]{2}))?\s+(.+)$")


class WorkingTime(Protocol):
    """The seam behind which every calendar stands."""

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant at which `duration` of working time has passed since `start`. `duration` must not be negative."""
        ...

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; zero when `end` isn't after `start`."""
        ...

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the local day of `start`, which doesn't count itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundTheClock:
    """Every instant counts; every local day of `zone` is a working day that ends at midnight."""

    zone: ZoneInfo

    def add(self, start: datetime, duration: timedelta) -> datetime:
        return start.astimezone(UTC) + duration

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(timedelta(0), end.astimezone(UTC) - start.astimezone(UTC))

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        return _instant(start.astimezone(self.zone).date() + _DAY * (days + 1), time(0), self.zone, closing=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """Opening hours that repeat each week: `hours` maps a weekday (0 is Monday) to its spans of local time, in order."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[time, time], ...]]

    def add(self, start: datetime, duration: timedelta) -> datetime:
        start = start.astimezone(UTC)
        left = duration
        for opening, closing in self._spans(start):
            if left <= closing - opening:
                return opening + left
            left -= closing - opening
        raise WorkingTimeInvalid("the calendar has no open time", f"{SEARCH_DAYS} days were searched from {start}")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        total = timedelta(0)
        if end <= start:
            return total
        for opening, closing in self._spans(start):
            if opening >= end:
                break
            total += min(closing, end) - opening
        return total

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        day = start.astimezone(self.zone).date()
        left = days
        for _ in range(SEARCH_DAYS):
            day += _DAY
            left -= 1 if self.hours.get(day.weekday()) else 0
            if left == 0:
                return _instant(day, self.hours[day.weekday()][-1][1], self.zone, closing=True)
        raise WorkingTimeInvalid("the calendar has too few working days", f"{SEARCH_DAYS} days were searched")

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open after `start`, in UTC, in order, without overlap. Begins a day early: a clock change shifts its end."""
        day = start.astimezone(self.zone).date() - _DAY
        counted = start
        for _ in range(SEARCH_DAYS):
            for opens, closes in self.hours.get(day.weekday(), ()):
                opening = max(counted, _instant(day, opens, self.zone, closing=False))
                closing = _instant(day, closes, self.zone, closing=True)
                if closing > opening:
                    yield opening, closing
                    counted = closing
            day += _DAY


def weekly_hours(text: str, zone: str) -> WeeklyHours:
    """Read hours such as `Mon–Fri 09:00–12:00, 13:30–18:00; Sat 09:00-12:00`. A span may end at 24:00.

    Raises WorkingTimeInvalid when a rule can't be read, spans overlap, or nothing is open.
    """
    hours: dict[int, tuple[tuple[time, time], ...]] = {}
    for rule in text.split(";"):
        match = _RULE.match(rule)
        if match is None:
            raise WorkingTimeInvalid(f"{rule.strip()!r} isn't a rule", "write for example 'Mon–Fri 09:00–12:00, 13:30–18:00'")
        spans = tuple(_span(part) for part in match[3].split(","))
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise WorkingTimeInvalid(f"the spans of {rule.strip()!r} overlap", "put them in order, each after the other")
        for weekday in _days(match[1], match[2] or match[1]):
            hours[weekday] = spans
    return WeeklyHours(zone=ZoneInfo(zone), hours=hours)


def _days(first: str, last: str) -> range:
    if first not in WEEKDAYS or last not in WEEKDAYS or WEEKDAYS.index(first) > WEEKDAYS.index(last):
        raise WorkingTimeInvalid(f"{first}–{last} aren't weekdays in order", f"use {', '.join(WEEKDAYS)}")
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)


def _span(text: str) -> tuple[time, time]:
    match = _SPAN.fullmatch(text.strip())
    try:
        opens, closes = (time(int(match[1]), int(match[2])), _closing(int(match[3]), int(match[4])))
    except (TypeError, ValueError) as error:
        raise WorkingTimeInvalid(f"{text.strip()!r} isn't a span", "write for example 09:00–12:00") from error
    if closes <= opens:
        raise WorkingTimeInvalid(f"{text.strip()!r} ends before it starts", "split a night shift at 24:00")
    return opens, closes


def _closing(hour: int, minute: int) -> time:
    return _END_OF_DAY if (hour, minute) == (24, 0) else time(hour, minute)


def _instant(day: date, wall: time, zone: ZoneInfo, *, closing: bool) -> datetime:
    """The UTC instant of a wall time. Skipped by a clock change: the first valid one. Repeated: first to open, last to close."""
    if wall == _END_OF_DAY:
        day, wall = day + _DAY, time(0)
    local = datetime.combine(day, wall, tzinfo=zone)
    early, late = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early > late:
        return _clock_change(late, early, zone)
    return late if closing else early


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
