"""What each clock of a case must say, computed from what happened alone. Shares no code with the product's clocks and calendars.

The limits stand here as the requirements tell them (chapter of limits; C1, C4, C5, C13), not as the packaged tables do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.day.happened import Happened, Round
from benchmarks.day.walking import around_the_clock, counted, end_of_working_day, office_hours, reached

MIN, HOUR = 60, 3600
RESPOND = {"urgent": 15 * MIN, "normal": HOUR, "low": 4 * HOUR}
SOLVE = {"urgent": 2 * HOUR, "normal": 24 * HOUR}
LOW_WORKING_DAYS = 3
COMPLAINT_RESPOND, COMPLAINT_SOLVE, COMPLAINT_FOLLOW_UP = HOUR, 48 * HOUR, 72 * HOUR
TRANSFER = {"urgent": HOUR, "normal": 12 * HOUR, "low": 24 * HOUR}
PICKUP = 5 * MIN
LIVE = ("phone", "chat")
ESCALATED = ("respond", "solve")
AFTER_SOLUTION = timedelta(hours=24)
"""A follow-up is due not earlier than this after the solution (C5)."""
PAUSED_BY_WAITING = frozenset({"solve", "transfer"})
"""Waiting for the customer delays what they wait for, never what we owe them (E13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A clock of a round: when it is due, when it stopped, how it ended, and when its breach comes before a supervisor."""

    round: int
    clock: str
    due_at: datetime
    stopped_at: datetime | None
    verdict: str
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limit:
    """So many seconds around the clock, or so many working days."""

    clock: str
    seconds: int = 0
    working_days: int = 0


def expected(case: Happened) -> list[Expected]:
    """Every clock of every round of a case that is closed."""
    priority = priority_of(case)
    return [
        _clock(case, number, one, clock, list(limits))
        for number, one in enumerate(case.rounds, start=1)
        for clock, limits in _by_clock(_limits(case, priority, number))
    ]


def priority_of(case: Happened) -> str:
    """Who can't work or is upset comes first; a suggestion can wait."""
    intake = case.intake
    if intake["usage_blocked"] or intake["emotional"] or intake["urgency"] == "urgent":
        return "urgent"
    crowd = intake["scope"] == "group"
    if crowd and intake["type"] == "complaint":
        return "urgent"
    if intake["type"] == "suggestion":
        return "low"
    return "normal" if crowd else str(intake["urgency"])


def _limits(case: Happened, priority: str, round: int) -> Iterator[_Limit]:
    kind, channel = case.intake["type"], case.intake["channel"]
    if priority == "low":
        yield _Limit(clock="solve", working_days=LOW_WORKING_DAYS)
    else:
        yield _Limit(clock="solve", seconds=SOLVE[priority])
    if kind == "complaint":
        yield _Limit(clock="solve", seconds=COMPLAINT_SOLVE)
        yield _Limit(clock="follow_up", seconds=COMPLAINT_FOLLOW_UP)
    if round > 1:
        return
    yield _Limit(clock="respond", seconds=RESPOND[priority])
    if kind == "complaint":
        yield _Limit(clock="respond", seconds=COMPLAINT_RESPOND)
    if kind in ("inquiry", "complaint"):
        yield _Limit(clock="transfer", seconds=TRANSFER[priority])
    if kind == "inquiry" and channel in LIVE:
        yield _Limit(clock="pickup", seconds=PICKUP)


def _by_clock(limits: Iterator[_Limit]) -> Iterator[tuple[str, Iterator[_Limit]]]:
    found: dict[str, list[_Limit]] = {}
    for limit in limits:
        found.setdefault(limit.clock, []).append(limit)
    yield from ((clock, iter(of_clock)) for clock, of_clock in found.items())


def _clock(case: Happened, number: int, one: Round, clock: str, limits: Sequence[_Limit]) -> Expected:
    start = _second(case.received_at if number == 1 else one.began_at)
    limit = min(limits, key=lambda limit: _due(start, limit, ()))
    pauses = [(_second(wait.begin), _second(wait.end or wait.begin)) for wait in one.waits] if clock in PAUSED_BY_WAITING else []
    due_at = _instant(_due(start, limit, pauses))
    if clock == "follow_up" and one.resolved_at is not None:
        due_at = max(due_at, one.resolved_at + AFTER_SOLUTION)
    stopped_at = _stopped(case, one, clock)
    verdict = "on_time" if stopped_at is not None and stopped_at <= due_at else "late"
    if clock == "transfer" and not one.helps:
        verdict, stopped_at = "void", one.resolved_at or case.closed_at
    escalated_at = _escalated(one, due_at, stopped_at) if clock in ESCALATED else None
    return Expected(round=number, clock=clock, due_at=due_at, stopped_at=stopped_at, verdict=verdict, escalated_at=escalated_at)


def _due(start: int, limit: _Limit, pauses: list[tuple[int, int]] | tuple[()]) -> int:
    if not limit.working_days:
        return reached(start, limit.seconds, around_the_clock, pauses)
    end = _second(end_of_working_day(_instant(start), limit.working_days))
    return reached(start, counted(start, end, office_hours), office_hours, pauses) if pauses else end


def _stopped(case: Happened, one: Round, clock: str) -> datetime | None:
    """What a clock waits for; whatever still runs stops when the case is solved or closed."""
    solved_at = one.resolved_at or case.closed_at
    first = {
        "respond": min(case.responses, default=None),
        "pickup": min(one.claims, default=None),
        "transfer": min(one.helps, default=None),
        "follow_up": one.answered_at or case.closed_at,
        "solve": solved_at,
    }[clock]
    ends = [at for at in (first, None if clock == "follow_up" else solved_at) if at is not None]
    return min(ends, default=None)


def _escalated(one: Round, due_at: datetime, stopped_at: datetime | None) -> datetime | None:
    """The due instant itself, also when a timer was started, or noticed, only after it (E33)."""
    missed = stopped_at is None or due_at < stopped_at
    return due_at if missed and any(span.end is None or due_at <= span.end for span in one.handling) else None


def _second(at: datetime) -> int:
    seconds = int(at.timestamp())
    if at.microsecond:
        raise ValueError(f"{at.isoformat()} isn't a whole second, as all that is played is")
    return seconds


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
