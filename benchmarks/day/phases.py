"""A clock from its start on: what holds of it since when, as cases are classed anew and calendars are edited. By walking."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from benchmarks.day.limits import RANKS, Limit
from benchmarks.day.noted import Class
from benchmarks.day.walking import AS_ANNOUNCED, OfficeDays, Open, Pauses, around_the_clock, counted, reached

GRACE = 30 * 60
"""So many seconds are left, if so many were, when a case is found more urgent (E21)."""
Edits = Sequence[tuple[datetime, OfficeDays]]
"""The office's days from an instant on, in order."""
Choice = Callable[[Class], Sequence[Limit]]
"""All limits of a clock for a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What holds since a second, until the next phase."""

    since: int
    found_to_be: Class
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
    classes: Sequence[tuple[int, Class]],
    edits: Edits,
) -> Course:
    """The course of a clock that counts from `start` and was there since `began`; `classes` begin with its first."""
    days = days_at(edits, began)
    first = classes[0][1]
    limit = _earliest(start, choice(first), days)
    phases = [Phase(since=began, found_to_be=first, limit=limit, days=days, due=due(start, limit, pauses, days))]
    for at, change in _changes(began, stopped, classes[1:], edits):
        phases.append(_changed(phases[-1], start, at, change, pauses, choice))
    return Course(start=start, stopped=stopped, pauses=pauses, phases=tuple(phases))


def days_at(edits: Edits, at: int) -> OfficeDays:
    """The office's days as they were known at a second."""
    return next((days for since, days in reversed(edits) if second(since) <= at), AS_ANNOUNCED)


def _changes(
    began: int, stopped: int | None, classes: Sequence[tuple[int, Class]], edits: Edits
) -> Iterable[tuple[int, Class | OfficeDays]]:
    """What changed while the clock ran, in order."""
    happened: list[tuple[int, Class | OfficeDays]] = [*classes, *((second(at), days) for at, days in edits)]
    ran = [one for one in happened if began < one[0] and (stopped is None or one[0] < stopped)]
    return sorted(ran, key=lambda one: one[0])


def _changed(before: Phase, start: int, at: int, change: Class | OfficeDays, pauses: Pauses, choice: Choice) -> Phase:
    found_to_be = change if isinstance(change, Class) else before.found_to_be
    days = before.days if isinstance(change, Class) else change
    limit, until = before.limit, before.due
    if isinstance(change, Class):
        limit = _earliest(start, choice(change), days)
        if limit != before.limit:
            until = _since_change(before, start, limit, at, change, pauses)
            if RANKS[change.priority] > RANKS[before.found_to_be.priority] and until > before.due:
                # more haste gives no more time
                limit, until = before.limit, before.due
    elif limit.in_office:
        until = due(start, limit, pauses, days)
    return Phase(since=at, found_to_be=found_to_be, limit=limit, days=days, due=until)


def _earliest(start: int, choice: Sequence[Limit], days: OfficeDays) -> Limit:
    return min(choice, key=lambda limit: due(start, limit, (), days))


def _since_change(before: Phase, start: int, limit: Limit, at: int, change: Class, pauses: Pauses) -> int:
    """E21 to E23: as if it had been so from the start; unless the priority is lower, with some time left, if so much was."""
    found = due(start, limit, pauses, before.days)
    if RANKS[change.priority] < RANKS[before.found_to_be.priority]:
        return found
    open = counting(limit, before.days)
    left = counted(at, before.due, open, pauses) - counted(before.due, at, open, pauses)
    left = min(left, GRACE, limit.seconds or GRACE)
    return max(found, reached(start, counted(start, at, open, pauses) + left, open, pauses))


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
