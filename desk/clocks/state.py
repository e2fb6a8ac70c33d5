"""What a clock says at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desk.clocks.course import Course
from desk.clocks.events import Cause, ClockStopped, ServiceTarget, VoidReason
from desk.model import Verdict


class ClockPhase(StrEnum):
    RUNNING = "running"  # time counts; it may be overdue, which `breached_at` says
    PAUSED = "paused"  # waits for something: nothing counts, nothing is due
    STOPPED = "stopped"  # done, with a verdict
    VOID = "void"  # never had to be, or counts no more


CLOCK_MOVES: Mapping[ClockPhase, frozenset[ClockPhase]] = {
    ClockPhase.RUNNING: frozenset({ClockPhase.PAUSED, ClockPhase.STOPPED, ClockPhase.VOID}),
    ClockPhase.PAUSED: frozenset({ClockPhase.RUNNING, ClockPhase.STOPPED, ClockPhase.VOID}),
    ClockPhase.STOPPED: frozenset({ClockPhase.VOID}),  # merged or anonymised later: in no statistics any more
    ClockPhase.VOID: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """A clock as of an instant. Durations are time of the clock's calendar outside pauses.

    `due_at` is None while it is paused, and for good when void. While paused `remaining` is frozen, and `due_if_resumed` tells
    what would hold if it went on now. Timers ask `at` and `before`, which answer only while it runs.
    `remaining` is negative when overdue. `breached_at` is the due instant that passed, for good, whatever is promised later; its
    `breach_cause` is set when a change of the limit made it so at once. `born_overdue`: it had passed before anybody noted it.
    """

    phase: ClockPhase
    verdict: Verdict
    started_at: datetime
    target: ServiceTarget
    due_at: datetime | None
    due_if_resumed: datetime
    limit: timedelta
    elapsed: timedelta
    paused_total: timedelta
    paused_since: datetime | None
    paused_until: datetime | None
    paused_for: tuple[str, ...]
    breached_at: datetime | None
    breach_cause: Cause | None
    born_overdue: bool
    stopped: ClockStopped | None
    void_reason: VoidReason | None
    course: Course

    @property
    def remaining(self) -> timedelta:
        return self.limit - self.elapsed

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more but being left out."""
        return self.phase in (ClockPhase.STOPPED, ClockPhase.VOID)

    @property
    def provisional(self) -> bool:
        """Whether the due instant rests on a year whose holidays aren't published (E7)."""
        return self.course.calendar.is_provisional(self.started_at, self.due_if_resumed)

    def at(self, fraction: float) -> datetime | None:
        """When that part of the limit is used up: 0.75 warns, 1 is due. None unless it runs (E35)."""
        return self.course.reached(self.limit * fraction) if self.phase is ClockPhase.RUNNING else None

    def before(self, left: timedelta) -> datetime | None:
        """When only `left` of the calendar's time remains, not earlier than the start. None unless it runs (E35)."""
        return self.course.reached(max(self.limit - left, timedelta(0))) if self.phase is ClockPhase.RUNNING else None
