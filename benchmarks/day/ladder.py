"""When the levels of an escalation come, by a second reading of what the ladder promises.

Level 1 comes when the limit is missed; level 2 when nobody acknowledged level 1 in time, or half as much again as the limit is
used up; level 3 when nobody acknowledged level 2, or twice the limit is used up; whichever is first, at the first instant at
which it holds. A case that waits climbs no further. While an approved promise to the customer stands nothing comes before its
time, and what follows the limit comes by as much later as level 1 did (C15).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor

from benchmarks.day.phases import Course, Phase, counting
from benchmarks.day.walking import MINUTE, Open, counted, reached

URGENT = "urgent"
URGENT_ANSWER, ANSWER = 15 * 60, 60 * 60
"""So many seconds there are to acknowledge a level: around the clock for urgent cases, else while the office is open."""
USED_UP = {2: 1.5, 3: 2.0}
"""The level comes at the latest when so much of the limit is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An approved promise for `due`, which stood from `since` until `ended` (withdrawn, replaced or fulfilled)."""

    since: int
    due: int
    ended: int


def first_level(course: Course, promises: Sequence[Standing]) -> float | None:
    """When the first level is due; None for a clock that wasn't missed, or stopped before it came."""
    if course.missed is None or course.stopped is None:
        return None
    for begin, until in _stretches(course.start, course.stopped, course, promises):
        at = _put_off(max(begin, course.at(begin).due), begin, promises)
        if not _waits(begin, course) and at <= until:
            return at
    return None


def levels(
    first: float, shown: float, course: Course, *, acknowledged: Sequence[int], promises: Sequence[Standing]
) -> tuple[float, ...]:
    """When each level came (seconds since 1970), given the first, and since when that was seen."""
    found = [first]
    for level in USED_UP:
        at = _next(level, found[-1], shown, course, acknowledged, promises)
        if at is None:
            break
        found.append(at)
    return tuple(found)


def _next(
    level: int, before: float, shown: float, course: Course, acknowledged: Sequence[int], promises: Sequence[Standing]
) -> float | None:
    ends = [at for at in acknowledged if at >= max(before, shown)]
    ends += [] if course.stopped is None else [course.stopped]
    end = min(ends, default=None)
    if end is None or shown >= end:
        return None
    for begin, until in _stretches(before, end, course, promises):
        phase = course.at(begin)
        later = _first_later(phase.due, promises)
        at = max(begin, min(_unanswered(before, phase), _used_up(USED_UP[level], phase, course) + later))
        at = _put_off(at, begin, promises)
        if not _waits(begin, course) and at <= until:
            return at
    return None


def _waits(at: float, course: Course) -> bool:
    return any(since <= at < ended for since, ended in course.pauses)


def _put_off(at: float, begin: float, promises: Sequence[Standing]) -> float:
    """Not before what was promised by then."""
    return max([at, *(one.due for one in promises if one.since <= begin < one.ended)])


def _first_later(due: int, promises: Sequence[Standing]) -> float:
    """By how much the first level of a limit came later than that was missed."""
    at = due
    for one in promises:
        if one.since <= at:
            at = max(at, min(one.due, one.ended))
    return at - due


def _stretches(before: float, end: float, course: Course, promises: Sequence[Standing]) -> Iterator[tuple[float, float]]:
    """From one change to the next: within them nothing changes of what the level follows."""
    edges = [edge for pause in course.pauses for edge in pause] + [phase.since for phase in course.phases]
    edges += [edge for one in promises for edge in (one.since, one.ended)]
    return pairwise(sorted({before, end, *(edge for edge in edges if before < edge < end)}))


def _unanswered(at: float, phase: Phase) -> float:
    """When the time is over in which a level that came at `at` had to be acknowledged."""
    return at + URGENT_ANSWER if phase.found_to_be.priority == URGENT else _after(at, ANSWER, phase.days.open)


def _after(at: float, seconds: int, open: Open) -> float:
    """The first instant at which so much counted since `at`, which may lie within a second."""
    part = at - floor(at)
    if part and open(floor(at) // MINUTE):
        return reached(ceil(at), seconds, open, ()) - (1 - part)
    return reached(floor(at), seconds, open, ())


def _used_up(share: float, phase: Phase, course: Course) -> float:
    """When so much of the limit, with what a raise added to it, is used up."""
    open = counting(phase.limit, phase.days)
    amount = share * counted(course.start, phase.due, open, course.pauses)
    return reached(course.start, ceil(amount), open, course.pauses) - (ceil(amount) - amount)
