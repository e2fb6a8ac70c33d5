"""The seam behind which every calendar stands, and the simplest one behind it: around the clock.

All instants are aware; results are UTC. Spans are local wall time and half open; durations are elapsed time, so a day of
clock change holds what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.calendars.spans import ALL_DAY, Span, wall_instant
from desk.limits.limit_errors import WorkingTimeInvalid

NOTHING = timedelta(0)
_DAY = timedelta(days=1)
_ALWAYS = Wording("Around the clock", "全天候")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A local day as a calendar has it: its spans (empty: closed), and the layer, name and source that say so."""

    date: date
    spans: tuple[Span, ...]
    layer: str
    name: Wording | None = None
    source: str = ""


WEEKLY = "weekly"
"""The layer of a day that no dated layer knows."""


class WorkingTime(Protocol):
    """What a clock asks of a calendar."""

    zone: ZoneInfo
    name: Wording

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The first instant at which `duration` of working time has passed since `start`.

        For a duration of zero: `start` if open then, else the next opening. Raises WorkingTimeInvalid when negative, or when
        too little time is open.
        """
        ...

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two instants; zero when `end` isn't after `start`."""
        ...

    def elapsed_each(self, begins: Sequence[datetime], ends: Sequence[datetime]) -> Sequence[timedelta]:
        """`elapsed` of each pair, in less time: a clock asks it of all its pauses."""
        ...

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the local day of `start`, which doesn't count itself; `days` from 1."""
        ...

    def day(self, day: date) -> Day:
        """What a local day is, and why."""
        ...

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        """Whether what is computed between two instants rests on a year whose statutory days aren't published (暂定)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AroundTheClock:
    """Every instant counts; every local day of `zone` is a working day that ends at midnight."""

    zone: ZoneInfo
    name: Wording = _ALWAYS

    def add(self, start: datetime, duration: timedelta) -> datetime:
        if duration < NOTHING:
            raise negative_duration(duration)
        return start.astimezone(UTC) + duration

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(NOTHING, end.astimezone(UTC) - start.astimezone(UTC))

    def elapsed_each(self, begins: Sequence[datetime], ends: Sequence[datetime]) -> Sequence[timedelta]:
        return list(map(self.elapsed, begins, ends))

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        if days < 1:
            raise too_few_days(days)
        return wall_instant(start.astimezone(self.zone).date() + _DAY * (days + 1), 0, self.zone, closing=False)

    def day(self, day: date) -> Day:
        return Day(date=day, spans=(ALL_DAY,), layer=WEEKLY)

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        return False


def negative_duration(duration: timedelta) -> WorkingTimeInvalid:
    return WorkingTimeInvalid(f"a duration of {duration.total_seconds() / 60:g} minutes is negative", "give one from 0 on")


def too_few_days(days: int) -> WorkingTimeInvalid:
    return WorkingTimeInvalid(f"{days} working days aren't a limit", "give 1 or more")
