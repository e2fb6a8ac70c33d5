"""What may be done to a clock: from its events, an order and the time to further events. Pure.

An order that changes nothing gives no event; one that isn't legal now raises an error that says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clocks.errors import ClockNotPaused, ClockOver, ClockPausedAlready, InstantOutOfOrder
from desk.clocks.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockStarted,
    ClockStopped,
    ClockVoided,
    ServiceTarget,
    VoidReason,
)
from desk.clocks.folding import Folded, fold
from desk.clocks.pausing import PausePolicy

DATE_REACHED, DATE_CHANGED = "date_reached", "date_changed"
"""Why a pause ended: the date was reached up to which it waited; another date was agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartClock:
    """`anchored_at` is from when it counts; a request that was noted late may be overdue from the start (E40)."""

    by: str
    anchor: str
    anchored_at: datetime
    target: ServiceTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseClock:
    """Wait for `reason`, and look at it again at `until` (R45)."""

    by: str
    reason: str
    until: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeClock:
    """End the pause for `reason`, without one all of them."""

    by: str
    because: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopClock:
    """`what` was done at `done_at`, not later than now."""

    by: str
    what: str
    done_at: datetime


def start(order: StartClock, now: datetime) -> list[ClockEvent]:
    """Begin a clock. Raises InstantOutOfOrder when it would count from the future."""
    if order.anchored_at > now:
        raise InstantOutOfOrder("From when the clock counts", order.anchored_at, now, must="not later than")
    return [
        ClockStarted(at=now, by=order.by, anchor=order.anchor, anchored_at=order.anchored_at, target=order.target),
    ]


def pause(clock: str, events: Sequence[ClockEvent], order: PauseClock, policy: PausePolicy, now: datetime) -> list[ClockEvent]:
    """Let a clock wait, when that reason pauses it. The same reason with another date moves the date.

    Raises ClockOver, ClockPausedAlready, PauseReasonUnknown, InstantOutOfOrder.
    """
    if not policy.pauses(order.reason, clock):
        return []
    folded = _open(clock, events)
    if order.until <= now:
        raise InstantOutOfOrder("The date up to which it waits", order.until, now, must="after")
    paused = ClockPaused(at=now, by=order.by, reason=order.reason, until=order.until, note=order.note)
    before = folded.open.get(order.reason)
    if before is None:
        return [paused]
    if before.until == order.until:
        raise ClockPausedAlready(clock, order.reason)
    return [ClockResumed(at=now, by=order.by, reason=order.reason, because=DATE_CHANGED), paused]


def resume(clock: str, events: Sequence[ClockEvent], order: ResumeClock, now: datetime) -> list[ClockEvent]:
    """Let a clock go on; it runs when no other reason pauses it. Raises ClockOver, ClockNotPaused."""
    waiting = _open(clock, events).open
    reasons = list(waiting) if order.reason is None else [order.reason]
    if not reasons or reasons[0] not in waiting:
        raise ClockNotPaused(clock, order.reason)
    return [ClockResumed(at=now, by=order.by, reason=reason, because=order.because) for reason in reasons]


def resume_reached(events: Sequence[ClockEvent], *, by: str, now: datetime) -> list[ClockEvent]:
    """The ends of pauses whose date has come, each at its date: also when nobody looked before (as with due instants, E33)."""
    folded = fold(events)
    reached = sorted(
        (max(waiting.until, events[-1].at), waiting.reason)
        for waiting in folded.open.values()
        if waiting.until is not None and waiting.until <= now
    )
    return [ClockResumed(at=at, by=by, reason=reason, because=DATE_REACHED) for at, reason in reached]


def stop(clock: str, events: Sequence[ClockEvent], order: StopClock, now: datetime) -> list[ClockEvent]:
    """What it timed was done; also straight out of a pause (E14). Raises ClockOver, InstantOutOfOrder."""
    _open(clock, events)
    if order.done_at > now:
        raise InstantOutOfOrder("When it was done", order.done_at, now, must="not later than")
    return [ClockStopped(at=now, by=order.by, done_at=order.done_at, what=order.what)]


def void(clock: str, events: Sequence[ClockEvent], reason: VoidReason, *, by: str, now: datetime) -> list[ClockEvent]:
    """Leave a clock out of everything, also one that was stopped. Raises ClockOver when it is void."""
    if fold(events).voided:
        raise ClockOver(clock, "void")
    return [ClockVoided(at=now, by=by, reason=reason)]


def is_over(events: Sequence[ClockEvent]) -> bool:
    """Whether a clock was stopped or is void."""
    folded = fold(events)
    return bool(folded.stopped or folded.voided)


def _open(clock: str, events: Sequence[ClockEvent]) -> Folded:
    folded = fold(events)
    if folded.stopped or folded.voided:
        raise ClockOver(clock, "void" if folded.voided else "stopped")
    return folded
