"""Opening a case again (E18, E19): what its clocks do in the new round, and when a reply opens a new case instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.clocks.decisions import StartClock, start
from desk.clocks.events import ClockEvent, ClockPaused, ClockResumed, ClockRetargeted, ClockStopped, ServiceTarget
from desk.clocks.folding import fold
from desk.clocks.names import FOLLOW_UP, SOLVE

TIMED_AGAIN = frozenset({SOLVE, FOLLOW_UP})
"""The clocks of a later round: the customer was answered and transferred before."""
_CARRIED = (ClockPaused, ClockResumed, ClockRetargeted)
ROUND, CLOSED, REOPENED = "round", "closed", "reopened"


class RoundPolicy(StrEnum):
    RESTART = "restart"  # A: the whole limit from the reopening; the default
    CONTINUE = "continue"  # B: what was left, the time in between left out
    NEVER_STOPPED = "never_stopped"  # C: as if it had never been resolved


class Reopening(StrEnum):
    NEW_ROUND = "new_round"  # the case goes on
    NEW_CASE = "new_case"  # too late: a new case, linked to this one
    ASK_SUPERVISOR = "ask_supervisor"  # opened again too often: a person decides


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopeningPolicy:
    """A reply within `window` after the case was closed opens it again, at most `most_rounds` - 1 times without a supervisor."""

    window: timedelta = timedelta(days=7)
    most_rounds: int = 3


def reopening(closed_at: datetime, replied_at: datetime, *, round: int, policy: ReopeningPolicy) -> Reopening:
    """What a person's reply does to a case that was closed in that round. The window's end still belongs to it."""
    if replied_at > closed_at + policy.window:
        return Reopening.NEW_CASE
    return Reopening.NEW_ROUND if round < policy.most_rounds else Reopening.ASK_SUPERVISOR


def next_round(
    before: Sequence[ClockEvent], policy: RoundPolicy, target: ServiceTarget, *, by: str, now: datetime
) -> list[ClockEvent]:
    """The events with which a clock begins its next round; the round before keeps its own and its verdict.

    `target` is that of the new round, which counts for a restart only: otherwise the old promise goes on.
    """
    stopped = fold(before).stopped
    if policy is RoundPolicy.RESTART or stopped is None:
        return start(StartClock(by=by, anchor=ROUND, anchored_at=now, target=target), now)
    carried = _until(before, stopped)
    if policy is RoundPolicy.NEVER_STOPPED:
        return carried
    return [
        *carried,
        ClockPaused(at=stopped.done_at, by=by, reason=CLOSED),
        ClockResumed(at=now, by=by, reason=CLOSED, because=REOPENED),
    ]


def _until(before: Sequence[ClockEvent], stopped: ClockStopped) -> list[ClockEvent]:
    """What had happened when it was done; a pause that was open then ended by it."""
    carried = [replace(event, at=min(event.at, stopped.done_at)) for event in before[:1]]
    carried += [event for event in before[1:] if type(event) in _CARRIED and event.at <= stopped.done_at]
    ends = [ClockResumed(at=stopped.done_at, by=stopped.by, reason=reason, because=stopped.what) for reason in fold(carried).open]
    return [*carried, *ends]
