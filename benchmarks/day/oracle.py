"""What each clock of a case must say, computed from what happened alone. Shares no code with desk.clocks and desk.calendars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.day import ladder
from benchmarks.day.happened import Happened, Round
from benchmarks.day.ladder import Standing
from benchmarks.day.limits import AGREED, FEEDBACK, first_class, limits, of_department
from benchmarks.day.noted import Class, Part
from benchmarks.day.phases import Course, Edits, course, due, instant, second
from benchmarks.day.walking import AS_ANNOUNCED, Pauses

OFFICE = "office"
ESCALATED = ("respond", "solve")
PROMISED = "solve"
"""What a promise to the customer is about: other clocks escalate as they would without."""
AFTER_SOLUTION = timedelta(hours=24)
"""A follow-up is due not earlier than this after the solution (C5)."""
DELAYED_BY_WAITING = frozenset({"solve", "transfer"})
"""Waiting delays what others delay, never what we owe the customer (E13)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A clock of a round: when it is due, when it stopped, how it ended, and when each level of its escalation came."""

    round: int
    clock: str
    due_at: datetime
    stopped_at: datetime | None
    verdict: str
    levels: tuple[datetime, ...] = ()


def expected(case: Happened, edits: Mapping[str, Edits]) -> list[Expected]:
    """Every clock of every round of a case that is closed; `edits` of the days of the OFFICE, and of teams with days of
    their own."""
    return [*_parts(case, edits), *(each for number in range(1, len(case.rounds) + 1) for each in _of_round(case, number, edits))]


def _of_round(case: Happened, number: int, edits: Mapping[str, Edits]) -> Iterator[Expected]:
    one = case.rounds[number - 1]
    for clock in limits(case, _class(case, one.began_at), number):
        yield _clock(case, number, clock, edits)
    for nth, (asked_at, answered_at) in enumerate(_answers(case, number), start=1):
        name = "next_response" if nth == 1 else f"next_response:{nth}"
        choice = limits(case, _class(case, asked_at), 1)["respond"]
        due_at = instant(min(due(second(asked_at), limit, (), AS_ANNOUNCED) for limit in choice))
        yield _plain(number, name, due_at, answered_at)
    if one.rating == "dissatisfied" and one.answered_at is not None and number < len(case.rounds):
        due_at = instant(due(second(one.answered_at), FEEDBACK, (), AS_ANNOUNCED))
        yield _plain(number, "feedback", due_at, min(case.rounds[number].claims))


def _plain(round: int, clock: str, due_at: datetime, stopped_at: datetime) -> Expected:
    verdict = "on_time" if stopped_at <= due_at else "late"
    return Expected(round=round, clock=clock, due_at=due_at, stopped_at=stopped_at, verdict=verdict)


def _class(case: Happened, at: datetime) -> Class:
    """What the case was found to be at an instant."""
    return next((found for since, found in reversed(case.noted.classes) if since <= at), first_class(case))


def _clock(case: Happened, number: int, clock: str, edits: Mapping[str, Edits]) -> Expected:
    one = case.rounds[number - 1]
    stopped_at = _stopped(case, one, clock)
    ran = course(
        second(case.received_at if number == 1 else one.began_at),
        second(one.began_at),
        second(stopped_at) if stopped_at else None,
        pauses=_pauses(case, one, stopped_at) if clock in DELAYED_BY_WAITING else (),
        choice=lambda found_to_be: limits(case, found_to_be, number)[clock],
        classes=_classes(case, one.began_at),
        edits=edits[OFFICE],
    )
    due_at = instant(ran.due)
    if clock == "follow_up" and one.resolved_at is not None:
        due_at = max(due_at, one.resolved_at + AFTER_SOLUTION)
    if clock == "transfer" and not one.helps:
        return Expected(round=number, clock=clock, due_at=due_at, stopped_at=one.resolved_at or case.closed_at, verdict="void")
    late = ran.missed is not None and (clock != "follow_up" or stopped_at is None or due_at < stopped_at)
    levels = _levels(case, one, clock, ran) if clock in ESCALATED else ()
    verdict = "late" if late else "on_time"
    return Expected(round=number, clock=clock, due_at=due_at, stopped_at=stopped_at, verdict=verdict, levels=levels)


def _classes(case: Happened, began_at: datetime) -> list[tuple[int, Class]]:
    """The class with which a round began, then those that it was given."""
    later = [(second(at), found) for at, found in case.noted.classes if at > began_at]
    return [(second(began_at), _class(case, began_at)), *later]


def _parts(case: Happened, edits: Mapping[str, Edits]) -> Iterator[Expected]:
    """The departments' own clocks (E24), each named by its team and how often that was asked."""
    times: Counter[str] = Counter()
    for part in case.noted.parts:
        times[part.team] += 1
        round = max(number for number, one in enumerate(case.rounds, start=1) if one.began_at <= part.asked_at)
        yield _part(case, part, round, f"team:{part.team}:{times[part.team]}", edits)


def _part(case: Happened, part: Part, round: int, clock: str, edits: Mapping[str, Edits]) -> Expected:
    asked, found_to_be = second(part.asked_at), _class(case, part.asked_at)
    limit = AGREED[part.limit] if part.limit else of_department(part.team, found_to_be.priority)
    ran = course(
        asked,
        asked,
        second(part.ended_at) if part.ended_at else None,
        pauses=_joined([wait for wait in case.noted.waits if part.asked_at <= wait[0]], part.ended_at),
        choice=lambda _class: [limit],
        classes=[(asked, found_to_be)],
        edits=edits.get(part.team, edits[OFFICE]),
    )
    verdict = "void" if part.withdrawn else "late" if ran.missed is not None else "on_time"
    return Expected(round=round, clock=clock, due_at=instant(ran.due), stopped_at=part.ended_at, verdict=verdict)


def _pauses(case: Happened, one: Round, stopped_at: datetime | None) -> Pauses:
    """When a round waited, as far as the clock ran then. A wait by hand is of the clocks that ran when it began."""
    by_hand = [wait for wait in case.noted.waits if one.began_at <= wait[0]]
    return _joined([(wait.begin, wait.end or wait.begin) for wait in one.waits] + by_hand, stopped_at)


def _joined(waits: Sequence[tuple[datetime, datetime]], stopped_at: datetime | None) -> Pauses:
    """Overlapping waits are one (E11)."""
    ends = [(begin, min(end, stopped_at) if stopped_at else end) for begin, end in waits]
    found: list[tuple[int, int]] = []
    for begin, end in sorted((second(begin), second(end)) for begin, end in ends if begin < end):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


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


def _levels(case: Happened, one: Round, clock: str, ran: Course) -> tuple[datetime, ...]:
    """Each at the instant itself, also when the timer of the first was started, or noticed, only after it (E33)."""
    promises = _promises(case) if clock == PROMISED else []
    first = ladder.first_level(ran, promises)
    handled = [
        max(first or 0, second(span.begin)) for span in one.handling if not span.end or (first and first <= second(span.end))
    ]
    if first is None or ran.stopped is None or min(handled, default=ran.stopped) >= ran.stopped:
        return ()
    acknowledged = [second(at) for at, name in case.noted.acknowledged if name == clock]
    found = ladder.levels(first, min(handled), ran, acknowledged=acknowledged, promises=promises)
    return tuple(instant(at) for at in found)


def _promises(case: Happened) -> list[Standing]:
    """A promise stands until it is taken back, another one takes its place, or the case is solved. Only approved ones count."""
    found = []
    given = case.noted.promises
    for index, one in enumerate(given):
        ends = [each.resolved_at for each in case.rounds if each.resolved_at and each.resolved_at >= one.at]
        ends += [later.at for later in given[index + 1 :]]
        ends += [at for at in (one.withdrawn_at, case.closed_at) if at]
        if one.approved:
            found.append(Standing(since=second(one.at), due=second(one.due_at), ended=second(min(ends))))
    return found
