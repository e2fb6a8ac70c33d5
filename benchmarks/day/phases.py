"""A clock from its start on: what holds of it since when, as priorities are changed and calendars are edited. By walking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from benchmarks.day.limits import RANKS, Limit
from benchmarks.day.walking import AS_ANNOUNCED, OfficeDays, Open, Pauses, around_the_clock, counted, reached

GRACE = 30 * 60
"""So many seconds are left, if so many were, when a case is found more urgent (E21)."""
Edits = Sequence[tuple[datetime, OfficeDays]]
"""The office's days from an instant on, in order."""
Choice = Callable[[str], Sequence[Limit]]
"""All limits of a clock for a priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What holds since a second, until the next phase."""

    since: int
    priority: str
    limit: Limit
    days: OfficeDays
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A clock with all that it went through; seconds since 1970. `missed`: the due second that passed first, by `stopped`."""

    start: int
    stopped: int | None
    pauses: Pauses
    phases: tuple[Phase, ...]

    @property
    def due(self) -> int:
        return self.phases[-1].due

    @property
    def missed(self) -> int | None:
        """What was missed before a change stays missed (E22, E26)."""
        ends = [*(phase.since for phase in self.phases[1:]), self.stopped]
        return next((one.due for one, end in zip(self.phases, ends, strict=True) if end is None or one.due < end), None)

    def at(self, second: float) -> Phase:
        """What held at a second."""
        return next((phase for phase in reversed(self.phases) if phase.since <= second), self.phases[0])


def course(
    start: int,
    began: int,
    stopped: int | None,
    *,
    pauses: Pauses,
    choice: Choice,
    priorities: Sequence[tuple[int, str]],
    edits: Edits,
) -> Course:
    """The course of a clock that counts from `start` and was there since `began`; `priorities` begin with its first."""
    days = days_at(edits, began)
    limit = _earliest(start, choice(priorities[0][1]), days)
    phases = [Phase(since=began, priority=priorities[0][1], limit=limit, days=days, due=due(start, limit, pauses, days))]
    for at, change in _changes(began, stopped, priorities[1:], edits):
        phases.append(_changed(phases[-1], start, at, change, pauses, choice))
    return Course(start=start, stopped=stopped, pauses=pauses, phases=tuple(phases))


def days_at(edits: Edits, at: int) -> OfficeDays:
    """The office's days as they were known at a second."""
    return next((days for since, days in reversed(edits) if second(since) <= at), AS_ANNOUNCED)


def _changes(
    began: int, stopped: int | None, priorities: Sequence[tuple[int, str]], edits: Edits
) -> Iterable[tuple[int, str | OfficeDays]]:
    """What changed while the clock ran, in order."""
    happened: list[tuple[int, str | OfficeDays]] = [*priorities, *((second(at), days) for at, days in edits)]
    ran = [one for one in happened if began < one[0] and (stopped is None or one[0] < stopped)]
    return sorted(ran, key=lambda one: one[0])


def _changed(before: Phase, start: int, at: int, change: str | OfficeDays, pauses: Pauses, choice: Choice) -> Phase:
    priority, days = (change, before.days) if isinstance(change, str) else (before.priority, change)
    limit, until = before.limit, before.due
    if isinstance(change, str):
        limit = _earliest(start, choice(priority), days)
        if limit != before.limit:
            raised = RANKS[priority] > RANKS[before.priority]
            until = _raised(before.due, start, limit, at, pauses) if raised else due(start, limit, pauses, days)
    elif limit.in_office:
        until = due(start, limit, pauses, days)
    return Phase(since=at, priority=priority, limit=limit, days=days, due=until)


def _earliest(start: int, choice: Sequence[Limit], days: OfficeDays) -> Limit:
    return min(choice, key=lambda limit: due(start, limit, (), days))


def _raised(before: int, start: int, limit: Limit, at: int, pauses: Pauses) -> int:
    """E21: as if it had been so from the start, but with some time left; never later than it was."""
    left = reached(at, min(limit.seconds, GRACE), around_the_clock, pauses)
    return min(before, max(due(start, limit, pauses, AS_ANNOUNCED), left))


def counting(limit: Limit, days: OfficeDays) -> Open:
    """The minutes that count for a limit."""
    return days.open if limit.in_office else around_the_clock


@lru_cache(maxsize=20_000)
def due(start: int, limit: Limit, pauses: Pauses, days: OfficeDays) -> int:
    """When a limit that counts from `start` is used up; `pauses` as a tuple."""
    if not limit.working_days:
        return reached(start, limit.seconds or limit.office_seconds, counting(limit, days), pauses)
    end = second(days.end_of(instant(start), limit.working_days))
    return reached(start, counted(start, end, days.open), days.open, pauses) if pauses else end


def second(at: datetime) -> int:
    """Seconds since 1970. Raises ValueError for a broken second: all that people do happens at whole ones."""
    if at.microsecond:
        raise ValueError(f"{at.isoformat()} isn't a whole second, as all that is played is")
    return int(at.timestamp())


def instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
