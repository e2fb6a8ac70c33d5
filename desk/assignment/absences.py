"""Leave and who stands in (委托)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OpenWork(StrEnum):
    KEEP = "keep"  # what they have stays with them
    HAND_OVER = "hand_over"  # it goes to the delegate
    GIVE_BACK = "give_back"  # it goes back to the line of its team


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody is away from `from_at` until before `until_at`; `delegate` gets what would be theirs meanwhile."""

    id: int
    login: str
    from_at: datetime
    until_at: datetime
    delegate: str | None
    open_work: OpenWork
    begun_at: datetime | None = None
    cancelled_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Whether they are away at that instant."""
        return self.cancelled_at is None and self.from_at <= at < self.until_at

    def overlaps(self, from_at: datetime, until_at: datetime) -> bool:
        """Whether they are away at some instant of a span."""
        return self.cancelled_at is None and self.from_at < until_at and from_at < self.until_at


def stand_ins(absences: Iterable[Absence], at: datetime) -> Mapping[str, str | None]:
    """For each person who is away then, who stands in at the end of the chain of delegates; None for nobody.

    A delegate who is away too is replaced by their own delegate; a circle of people who are all away ends with nobody.
    """
    away = {one.login: one.delegate for one in absences if one.covers(at)}
    return {login: _end(away, login) for login in away}


def _end(away: Mapping[str, str | None], login: str) -> str | None:
    seen = {login}
    delegate = away[login]
    while delegate in away:
        if delegate in seen:
            return None
        seen.add(delegate)
        delegate = away[delegate]
    return delegate
