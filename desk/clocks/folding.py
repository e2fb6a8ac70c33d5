"""A clock's events taken one after the other: the pauses as a union, the last target, how it ended. Knows no calendar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.clocks.errors import ClockHistoryInvalid
from desk.clocks.events import (
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockVoided,
    ServiceTarget,
)


class Folded:
    """What a list of events comes to. `begins` and `ends` are the closed pauses, those that overlap made one (E11)."""

    __slots__ = ("begins", "ends", "open", "retargeted", "since", "started", "stopped", "target", "voided")

    def __init__(self, started: ClockStarted) -> None:
        self.started = started
        self.target: ServiceTarget = started.target
        self.begins: list[datetime] = []
        self.ends: list[datetime] = []
        self.open: dict[str, ClockPaused] = {}
        self.since: datetime | None = None
        self.retargeted: ClockRetargeted | None = None
        self.stopped: ClockStopped | None = None
        self.voided: ClockVoided | None = None

    def paused(self, event: ClockPaused) -> str | None:
        if event.reason in self.open:
            return f"paused for {event.reason} twice"
        if not self.open:
            self.since = event.at
        self.open[event.reason] = event
        return None

    def resumed(self, event: ClockResumed) -> str | None:
        if self.open.pop(event.reason, None) is None:
            return f"resumed, but not paused for {event.reason}"
        if not self.open:
            self._close(event.at)
        return None

    def retarget(self, event: ClockRetargeted) -> str | None:
        self.retargeted, self.target = event, event.target
        return None

    def stop(self, event: ClockStopped) -> str | None:
        self.stopped = event
        if self.open:
            self._close(event.done_at)
            self.open = {}
        # what was done earlier than it was noted saw nothing of the pauses since then
        while self.begins and self.begins[-1] >= event.done_at:
            self.begins.pop(), self.ends.pop()
        if self.ends and self.ends[-1] > event.done_at:
            self.ends[-1] = event.done_at
        return None

    def void(self, event: ClockVoided) -> str | None:
        self.voided = event
        if self.open:
            self._close(event.at)
            self.open = {}
        return None

    def _close(self, at: datetime) -> None:
        if self.since is not None:
            self.begins.append(self.since)
            self.ends.append(at)
            self.since = None


_TAKE: Mapping[type, Callable[[Folded, Any], str | None]] = {
    ClockPaused: Folded.paused,
    ClockResumed: Folded.resumed,
    ClockRetargeted: Folded.retarget,
    ClockStopped: Folded.stop,
    ClockVoided: Folded.void,
}


def fold(events: Sequence[ClockEvent]) -> Folded:
    """Take the events in order. Raises ClockHistoryInvalid when they can't have happened so: CLOCK_MOVES tells what can."""
    if not events or not isinstance(events[0], ClockStarted):
        raise ClockHistoryInvalid(0, "a clock begins with its start")
    folded = Folded(events[0])
    before = folded.started.at
    for event in events[1:]:
        take = _TAKE.get(type(event))
        at = event.at
        wrong = _misplaced(folded, event) if take is None or at < before or folded.stopped or folded.voided else None
        wrong = wrong or (take(folded, event) if take else None)
        if wrong:
            raise ClockHistoryInvalid(events.index(event), wrong)
        before = at
    return folded


def _misplaced(folded: Folded, event: ClockEvent) -> str | None:
    if isinstance(event, ClockStarted):
        return "started twice"
    if folded.voided:
        return "it is void, and something happened to it"
    if folded.stopped:
        return None if isinstance(event, ClockVoided) and event.at >= folded.stopped.at else "it was stopped, and went on"
    return f"happened at {event.at.isoformat()}, before the event in front of it"
