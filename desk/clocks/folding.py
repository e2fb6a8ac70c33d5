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

    __slots__ = ("anchored_at", "begins", "ends", "open", "retargeted", "since", "started", "stopped", "target", "voided")

    def __init__(self, started: ClockStarted) -> None:
        self.started = started
        self.anchored_at = started.anchored_at
        self.target: ServiceTarget = started.target
        self.begins: list[datetime] = []
        self.ends: list[datetime] = []
        self.open: dict[str, ClockPaused] = {}
        self.since: datetime | None = None
        self.retargeted: ClockRetargeted | None = None
        self.stopped: ClockStopped | None = None
        self.voided: ClockVoided | None = None

    def retarget(self, event: ClockRetargeted) -> None:
        self.retargeted, self.target = event, event.target
        self.anchored_at = event.anchored_at or self.anchored_at

    def stop(self, event: ClockStopped) -> None:
        self.stopped = event
        if self.open:
            self._close(event.done_at)
            self.open.clear()
        # what was done earlier than it was noted saw nothing of the pauses since then
        while self.begins and self.begins[-1] >= event.done_at:
            self.begins.pop(), self.ends.pop()
        if self.ends and self.ends[-1] > event.done_at:
            self.ends[-1] = event.done_at

    def void(self, event: ClockVoided) -> None:
        self.voided = event
        if self.open:
            self._close(event.at)
            self.open.clear()

    def resumes_at(self, now: datetime) -> datetime | None:
        """When the last of the open pauses is planned to end; None when that isn't known, or not after `now`."""
        ends = [pause.until for pause in self.open.values()]
        known = [end for end in ends if end is not None]
        return max(known) if known and len(known) == len(ends) and max(known) > now else None

    def _close(self, at: datetime) -> None:
        if self.since is not None:
            self.begins.append(self.since)
            self.ends.append(at)
            self.since = None


_TAKE: Mapping[type, Callable[[Folded, Any], None]] = {
    ClockRetargeted: Folded.retarget,
    ClockStopped: Folded.stop,
    ClockVoided: Folded.void,
}


def fold(events: Sequence[ClockEvent]) -> Folded:
    """Take the events in order. Raises ClockHistoryInvalid when they can't have happened so: CLOCK_MOVES tells what can."""
    if not events or type(events[0]) is not ClockStarted:
        raise ClockHistoryInvalid(0, "a clock begins with its start")
    folded = Folded(events[0])
    before, waiting = folded.started.at, folded.open
    # pauses stand here and not in methods: this loop is what most of an evaluation's time goes to
    for event in events[1:]:
        kind, at = type(event), event.at
        if at < before or folded.stopped or folded.voided:
            _refuse_misplaced(folded, event, events)
        if kind is ClockPaused and event.reason not in waiting:
            if not waiting:
                folded.since = at
            waiting[event.reason] = event
        elif kind is ClockResumed and event.reason in waiting:
            del waiting[event.reason]
            if not waiting:
                folded.begins.append(folded.since)
                folded.ends.append(at)
                folded.since = None
        elif kind in _TAKE:
            _TAKE[kind](folded, event)
        else:
            raise ClockHistoryInvalid(events.index(event), _IMPOSSIBLE[kind])
        before = at
    return folded


_IMPOSSIBLE: Mapping[type, str] = {
    ClockStarted: "started twice",
    ClockPaused: "paused twice for the same reason",
    ClockResumed: "resumed from a pause that isn't",
}


def _refuse_misplaced(folded: Folded, event: ClockEvent, events: Sequence[ClockEvent]) -> None:
    """Raise for an event that comes after the end or before the one in front of it."""
    last = folded.voided or folded.stopped
    if last is not None and not (type(event) is ClockVoided and last is folded.stopped and event.at >= last.at):
        raise ClockHistoryInvalid(events.index(event), f"it was over since {last.at.isoformat()}, and went on")
    if last is None:
        raise ClockHistoryInvalid(events.index(event), f"happened at {event.at.isoformat()}, before the event in front of it")
