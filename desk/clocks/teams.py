"""A team's own clock for each assignment (OLA, E24). The customer's clocks know nothing of it and go on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from desk.clocks.decisions import StartClock, StopClock, is_over, start, stop
from desk.clocks.events import ClockEvent, ServiceTarget
from desk.clocks.names import TEAM, kind_of, team_clock

ASSIGNED, HANDED_OVER = "assigned", "handed_over"


def hand_over(
    clocks: Mapping[str, Sequence[ClockEvent]],
    team: str,
    target: ServiceTarget | None,
    *,
    by: str,
    now: datetime,
    parts: Collection[str] = (),
) -> dict[str, list[ClockEvent]]:
    """What an assignment to `team` does to the clocks of a case, new events by clock: the team before is done, the new one's
    limit starts. Without a target the new team isn't timed. The clocks `parts` of departments that contribute go on.
    """
    stopped = StopClock(by=by, what=HANDED_OVER, done_at=now)
    happened = {
        name: stop(name, events, stopped, now)
        for name, events in clocks.items()
        if kind_of(name) == TEAM and name not in parts and not is_over(events)
    }
    if target is not None:
        name, events = begin(clocks, team, target, by=by, now=now)
        happened[name] = events
    return happened


def begin(clocks: Iterable[str], team: str, target: ServiceTarget, *, by: str, now: datetime) -> tuple[str, list[ClockEvent]]:
    """The next clock of `team` in a case that has clocks of these names, and how it starts, whatever other teams do meanwhile."""
    times = sum(name.startswith(f"{TEAM}:{team}:") for name in clocks)
    order = StartClock(by=by, anchor=ASSIGNED, anchored_at=now, target=target)
    return team_clock(team, times + 1), start(order, now)
