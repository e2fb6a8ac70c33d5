"""What follows when a limit runs out: rungs at parts of it and after it, each once (E33), at times that fit (E34)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from desk.calendars import WorkingTime
from desk.clocks.state import ClockState
from desk.limits.promises import Promise, escalates_at

AT_ONCE = timedelta(0)


class RungKey(NamedTuple):
    """What was done once is never done again."""

    case_number: str
    clock: str
    round: int
    level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Level 0 warns; from 1 on the limit was missed. `fraction` of the limit, and `later` of the calendar's time after that."""

    level: int
    fraction: float
    later: timedelta = AT_ONCE


LADDER = (Rung(level=0, fraction=0.75), Rung(level=1, fraction=1), Rung(level=2, fraction=1, later=timedelta(hours=1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRung:
    """A rung that is due since `at`: the due instant, also when it is seen much later."""

    key: RungKey
    at: datetime


def rung_at(state: ClockState, rung: Rung, promise: Promise | None = None) -> datetime | None:
    """When a rung is due; None unless the clock runs. A promise that holds moves escalation, not the warning (C15)."""
    reached = state.at(rung.fraction)
    if reached is None:
        return None
    at = state.course.reached(state.limit * rung.fraction + rung.later) if rung.later else reached
    return at if rung.level == 0 else escalates_at(at, promise)


def due_rungs(
    clocks: Mapping[tuple[str, str, int], tuple[ClockState, Promise | None]],
    ladder: Sequence[Rung],
    done: Collection[RungKey],
    now: datetime,
) -> tuple[DueRung, ...]:
    """What is due and wasn't done, in the order in which it became due. Clocks by case number, clock and round."""
    found = [
        DueRung(key=RungKey(*where, rung.level), at=at)
        for where, (state, promise) in clocks.items()
        for rung in ladder
        if (at := rung_at(state, rung, promise)) is not None and at <= now
    ]
    return tuple(sorted((one for one in found if one.key not in done), key=lambda one: (one.at, one.key)))


def notice_time(urgent: bool, now: datetime, hours: WorkingTime) -> datetime:
    """When a notice may go: at once when urgent or open, else when `hours` open next. What it tells is recorded at once (E34)."""
    return now if urgent else hours.add(now, AT_ONCE)
