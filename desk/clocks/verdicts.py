"""The verdict as a fact: written when a clock stops; counted anew later, it is a further version beside the old one (E44)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.clocks.errors import ClockNotOver
from desk.clocks.events import Cause, VoidReason
from desk.clocks.state import ClockState
from desk.model import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictFact:
    """What was said of a clock at `decided_at`. `cause` tells that a change of the limit was what made it late.

    `excluded` is why no statistics count it; `born_overdue` keeps it in a statistic of its own (E40).
    """

    version: int
    verdict: Verdict
    decided_at: datetime
    by: str
    why: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    elapsed: timedelta
    paused: timedelta
    breached_at: datetime | None
    cause: Cause | None
    born_overdue: bool
    excluded: VoidReason | None
    source: str
    policy_version: str
    calendar_version: str


STOPPED = "stopped"


def verdict_of(clock: str, state: ClockState, *, by: str, at: datetime, why: str = STOPPED, version: int = 1) -> VerdictFact:
    """The verdict on a clock that is over. Raises ClockNotOver."""
    if not state.over:
        raise ClockNotOver(clock, state.phase)
    return VerdictFact(
        version=version,
        verdict=state.verdict,
        decided_at=at,
        by=by,
        why=why,
        started_at=state.started_at,
        due_at=state.due_if_resumed,
        stopped_at=state.stopped.done_at if state.stopped else None,
        elapsed=state.elapsed,
        paused=state.paused_total,
        breached_at=state.breached_at,
        cause=state.breach_cause,
        born_overdue=state.born_overdue,
        excluded=state.void_reason,
        source=state.target.source,
        policy_version=state.target.policy_version,
        calendar_version=state.target.calendar_version,
    )
