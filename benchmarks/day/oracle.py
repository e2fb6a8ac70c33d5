"""What each clock of a case must say, computed from what happened alone. Shares no code with desk.clocks and desk.calendars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from benchmarks.day.happened import Happened, Round
from benchmarks.day.limits import FEEDBACK, RANKS, Limit, first_priority, limits
from benchmarks.day.walking import around_the_clock, counted, end_of_working_day, office_hours, reached

ESCALATED = ("respond", "solve")
AFTER_SOLUTION = timedelta(hours=24)
"""A follow-up is due not earlier than this after the solution (C5)."""
GRACE = 30 * 60
"""So many seconds are left at least when a case is found more urgent (E21)."""
DELAYED_BY_WAITING = frozenset({"solve", "transfer"})
"""Waiting delays what others delay, never what we owe the customer (E13)."""

Pauses = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A clock of a round: when it is due, when it stopped, how it ended, and when its breach comes before a supervisor."""

    round: int
    clock: str
    due_at: datetime
    stopped_at: datetime | None
    verdict: str
    escalated_at: datetime | None


def expected(case: Happened) -> list[Expected]:
    """Every clock of every round of a case that is closed."""
    return [clock for number, one in enumerate(case.rounds, start=1) for clock in _of_round(case, number, one)]


def _of_round(case: Happened, number: int, one: Round) -> Iterator[Expected]:
    began_at = case.received_at if number == 1 else one.began_at
    for clock, choice in limits(case, _priority(case, one.began_at), number).items():
        yield _clock(case, number, one, clock, began_at, choice)
    for nth, (asked_at, answered_at) in enumerate(_answers(case, number), start=1):
        name = "next_response" if nth == 1 else f"next_response:{nth}"
        choice = limits(case, _priority(case, asked_at), 1)["respond"]
        due_at = _instant(min(_due(_second(asked_at), limit, ()) for limit in choice))
        yield _plain(number, name, due_at, answered_at)
    if one.rating == "dissatisfied" and one.answered_at is not None and number < len(case.rounds):
        due_at = _instant(_due(_second(one.answered_at), FEEDBACK, ()))
        yield _plain(number, "feedback", due_at, min(case.rounds[number].claims))


def _priority(case: Happened, at: datetime) -> str:
    """What the case was found to be at an instant."""
    return next((name for since, name in reversed(case.noted.priorities) if since <= at), first_priority(case))


def _plain(round: int, clock: str, due_at: datetime, stopped_at: datetime) -> Expected:
    verdict = "on_time" if stopped_at <= due_at else "late"
    return Expected(round=round, clock=clock, due_at=due_at, stopped_at=stopped_at, verdict=verdict, escalated_at=None)


def _clock(case: Happened, number: int, one: Round, clock: str, began_at: datetime, choice: Sequence[Limit]) -> Expected:
    start = _second(began_at)
    stopped_at = _stopped(case, one, clock)
    pauses = _pauses(case, one, stopped_at) if clock in DELAYED_BY_WAITING else ()
    limit = min(choice, key=lambda limit: _due(start, limit, ()))
    due, missed = _due(start, limit, pauses), None
    for at, before, after in _changes(case, one, stopped_at):
        found = min(limits(case, after, number)[clock], key=lambda limit: _due(start, limit, ()))
        if missed is None and due < at:
            missed = due
        if (found.seconds, found.working_days) != (limit.seconds, limit.working_days):
            due = _changed(start, found, at, pauses, raised=RANKS[after] > RANKS[before])
        limit = found
    due_at = _instant(due)
    if clock == "follow_up" and one.resolved_at is not None:
        due_at = max(due_at, one.resolved_at + AFTER_SOLUTION)
    if clock == "transfer" and not one.helps:
        ended_at = one.resolved_at or case.closed_at
        return Expected(round=number, clock=clock, due_at=due_at, stopped_at=ended_at, verdict="void", escalated_at=None)
    breached_at = _instant(missed) if missed is not None else due_at if stopped_at is None or due_at < stopped_at else None
    return Expected(
        round=number,
        clock=clock,
        due_at=due_at,
        stopped_at=stopped_at,
        verdict="late" if breached_at else "on_time",
        escalated_at=_escalated(one, breached_at) if clock in ESCALATED else None,
    )


def _changes(case: Happened, one: Round, stopped_at: datetime | None) -> Iterator[tuple[int, str, str]]:
    """When the priority changed while the clock ran, from what to what."""
    for at, after in case.noted.priorities:
        before = _priority(case, at - timedelta(seconds=1))
        if one.began_at <= at and (stopped_at is None or at < stopped_at) and before != after:
            yield _second(at), before, after


def _changed(start: int, limit: Limit, at: int, pauses: Pauses, *, raised: bool) -> int:
    """E21 and E22: as if it had been so from the start, but after a raise with some time left."""
    due = _due(start, limit, pauses)
    if not raised:
        return due
    return max(due, reached(at, min(limit.seconds, GRACE), around_the_clock, pauses))


def _pauses(case: Happened, one: Round, stopped_at: datetime | None) -> Pauses:
    """When the case waited, as far as the clock ran then."""
    waits = [(wait.begin, wait.end or wait.begin) for wait in one.waits] + case.noted.waits
    ends = [(begin, min(end, stopped_at) if stopped_at else end) for begin, end in waits]
    return _joined(sorted((_second(begin), _second(end)) for begin, end in ends if begin < end))


def _joined(spans: Sequence[tuple[int, int]]) -> Pauses:
    """Overlapping waits are one (E11)."""
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def _due(start: int, limit: Limit, pauses: Pauses) -> int:
    return _walked(start, limit, tuple(pauses))


@lru_cache(maxsize=10_000)
def _walked(start: int, limit: Limit, pauses: Pauses) -> int:
    if not limit.working_days:
        return reached(start, limit.seconds, around_the_clock, pauses)
    end = _second(end_of_working_day(_instant(start), limit.working_days))
    return reached(start, counted(start, end, office_hours), office_hours, pauses) if pauses else end


def _stopped(case: Happened, one: Round, clock: str) -> datetime | None:
    """What a clock waits for; whatever still runs stops when the case is solved or closed."""
    solved_at = one.resolved_at or case.closed_at
    first: Mapping[str, datetime | None] = {
        "respond": min(case.responses, default=None),
        "pickup": min(one.claims, default=None),
        "transfer": min(one.helps, default=None),
        "follow_up": one.answered_at or case.closed_at,
        "solve": solved_at,
    }
    ends = [at for at in (first[clock], None if clock == "follow_up" else solved_at) if at is not None]
    return min(ends, default=None)


def _answers(case: Happened, number: int) -> Iterator[tuple[datetime, datetime]]:
    """E37: when the customer first wrote without an answer, and when the answer came, turn by turn.

    Noted work answers from its beginning, if that came after the message, else when it is done (R44).
    """
    one = case.rounds[number - 1]
    until = one.resolved_at or case.closed_at
    first = min(case.responses, default=None)
    happened = [(at, 1, at) for at in case.customer_messages]
    happened += [(at, 2, at) for at in case.responses]
    happened += [(span.end, 3, span.begin) for span in one.work if span.end]
    happened += [(until, 4, until)] if until else []
    asked_at = None
    for noted_at, kind, at in sorted(happened):
        if noted_at < one.began_at or (until and noted_at > until):
            continue
        if kind == 1 and asked_at is None and first is not None and first <= noted_at:
            asked_at = at
        elif kind > 1 and asked_at is not None:
            yield asked_at, at if at >= asked_at else noted_at
            asked_at = None


def _escalated(one: Round, breached_at: datetime | None) -> datetime | None:
    """The due instant itself, also when a timer was started, or noticed, only after it (E33)."""
    if breached_at is None:
        return None
    return breached_at if any(span.end is None or breached_at <= span.end for span in one.handling) else None


def _second(at: datetime) -> int:
    if at.microsecond:
        raise ValueError(f"{at.isoformat()} isn't a whole second, as all that is played is")
    return int(at.timestamp())


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
