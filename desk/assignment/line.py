"""The line of a team: cases and contributions for which nobody was free, in their order, and who could take which now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.assignment.candidates import Candidate, Wanted
from desk.assignment.pipeline import assign
from desk.model import Priority

AGES_AFTER = timedelta(hours=4)
"""After this time in the line a low case counts as a normal one. Nothing overtakes urgent ones, which may exceed capacities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A case in the line; one with a `task_id` stands there for a contribution to it, which is that task."""

    number: str
    wanted: Wanted
    received_at: datetime
    since: datetime
    task_id: int | None = None


def in_order(waiting: Iterable[WaitingCase], now: datetime) -> list[WaitingCase]:
    """Highest priority first, then the oldest received."""
    return sorted(waiting, key=lambda one: (_rank(one, now), one.received_at, one.number, one.task_id or 0))


def _rank(one: WaitingCase, now: datetime) -> int:
    if one.wanted.priority == Priority.URGENT:
        return 0
    return 2 if one.wanted.priority == Priority.LOW and now - one.since < AGES_AFTER else 1


def takers(waiting: Iterable[WaitingCase], candidates: Sequence[Candidate], now: datetime) -> Iterator[tuple[WaitingCase, str]]:
    """Each case that somebody can take now, with who. One that nobody can take holds back no other."""
    people = {one.login: one for one in candidates}
    for case in in_order(waiting, now):
        login = assign(case.wanted, list(people.values()), now).assignee
        if login is not None:
            taker = people[login]
            people[login] = replace(taker, load=taker.load + case.wanted.weight, last_assigned_at=now)
            yield case, login
