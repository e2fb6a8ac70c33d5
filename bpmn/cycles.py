"""Durations and repeating times in the notation of ISO 8601: `PT15M`, `P1M`, `R3/PT1H`, `R5/2026-11-21T09:00:00+08:00/PT30M`.

The n-th instant of a cycle is computed from the first, so that it never drifts, however late anybody looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_CYCLE = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/]{1,40})/)?(?P<step>P[^/]{1,60})\Z", re.ASCII)
_STEP = re.compile(
    r"P(?:(?P<weeks>\d{1,5})W|(?=\d|T\d)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?)\Z",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A duration: months of the calendar, or a plain stretch of time; one of the two is zero."""

    months: int = 0
    time: timedelta = timedelta()

    def after(self, base: datetime, number: int = 1) -> datetime | None:
        """The instant so many steps after `base`, a day that its month lacks being its last; None beyond the year 9999."""
        try:
            if not self.months:
                return base + number * self.time
            year, month = divmod(base.year * 12 + base.month - 1 + number * self.months, 12)
            return base.replace(year=year, month=month + 1, day=min(base.day, _days_in(year, month)))
        except (OverflowError, ValueError):
            return None

    def fit_between(self, base: datetime, instant: datetime) -> int:
        """How many steps lead from `base` to `instant`; of steps of months perhaps fewer by one or two."""
        if self.months:
            return ((instant.year - base.year) * 12 + instant.month - base.month) // self.months - 1
        return (instant - base) // self.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A time that repeats so many `times`, without end for None. With a `start` that is the first instant; else the first
    comes one step after the cycle begins."""

    times: int | None
    start: datetime | None
    step: Step

    def next_after(self, instant: datetime, *, begun_at: datetime) -> datetime | None:
        """The first instant later than `instant`, of a cycle that began at `begun_at`; None when there is none any more."""
        base, first = (begun_at, 1) if self.start is None else (self.start, 0)
        number = max(self.step.fit_between(base, instant), first)
        found = self.step.after(base, number)
        while found is not None and found <= instant:
            number += 1
            found = self.step.after(base, number)
        return None if self.times is not None and number >= self.times + first else found


def read_cycle(text: str) -> Cycle:
    """Read a cycle. Raises ValueError, in words, for a text that is none or that would never move on."""
    found = _CYCLE.match(text.strip())
    step = found and read_step(found["step"])
    if not found or not step or step == Step():
        raise ValueError(f"gives {text[:80]!r}, no cycle such as R3/PT1H")
    return Cycle(times=int(found["times"]) if found["times"] else None, start=_start(found["start"]), step=step)


def read_step(text: str) -> Step | None:
    """Read a duration; None for a text that is none, or that mixes months with days and time."""
    found = _STEP.match(text.strip())
    if found is None:
        return None
    parts = {name: float(part) for name, part in found.groupdict(default="0").items()}
    months = int(parts.pop("years") * 12 + parts.pop("months"))
    time = timedelta(**parts)
    mixed = months and any(found[name] for name in ("days", "hours", "minutes", "seconds"))
    return None if mixed else Step(months=months, time=time)


def _start(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"gives a cycle from {text!r}, which is no date and time") from None
    if start.tzinfo is None:
        raise ValueError(f"gives a cycle from {text}, a time without a zone")
    return start.astimezone(UTC)


def _days_in(year: int, month: int) -> int:
    """The days of a month, counted from 0."""
    following = datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day
