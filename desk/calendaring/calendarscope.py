"""Which open clocks may move between states of the calendars: those whose time touches a day that differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from desk.calendars import Calendar, WorkingTime
from desk.calendars.calendar import LAST_YEAR
from desk.calendars.difference import changed_days
from desk.clocks import Calendars
from desk.clocks.targets import BUSINESS
from desk.store import recomputing as store
from desk.store.clocks import ClockRow
from engine.ports import Transaction

YEARS_AHEAD = 2
"""So many years after the last due instant days are compared: what waits may become due later."""

_ZONES_APART = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Open clocks of these calendars that began before `until_at` and are due after `from_at`, or wait, or stand on a year that
    wasn't published. Where no day differs, only the last. `names` are what such clocks are called.
    """

    keys: tuple[str, ...]
    from_at: datetime | None = None
    until_at: datetime | None = None
    names: frozenset[str] = frozenset()

    def holds(self, clock: ClockRow) -> bool:
        """Whether an open clock may move, or lose its mark of being provisional."""
        if clock.calendar not in self.keys or clock.provisional:
            return clock.calendar in self.keys
        if self.from_at is None or self.until_at is None:
            return False
        return clock.started_at < self.until_at and (clock.due_at is None or clock.due_at >= self.from_at)


def scope_of(tx: Transaction, states: Sequence[Calendars], now: datetime) -> Scope:
    """The scope of a change from the first state of the calendars over each of the others; one without keys holds no clock.

    What one edit closes the next may open again: who worked out a limit between them has to follow all the same.
    """
    steps, teams = list(pairwise(states)), store.team_calendars(tx)
    changed = [(key, before.of(key), after.of(key)) for before, after in steps for key in _shared(before, after, teams)]
    changed = [(key, old, new) for key, old, new in changed if old != new]
    keys = tuple(dict.fromkeys(key for key, _, _ in changed))
    began_at, due_at = store.open_between(tx, keys) if keys else (None, None)
    if began_at is None:
        return Scope(keys=())
    until = date(min(max(due_at or now, now).year + YEARS_AHEAD, LAST_YEAR) + 1, 1, 1)
    days = [day for _, old, new in changed for day in _differing(old, new, began_at.date(), until)]
    scope = Scope(keys=keys)
    if days:
        scope = replace(scope, from_at=_at(min(days)) - _ZONES_APART, until_at=_at(max(days)) + 2 * _ZONES_APART)
    return replace(scope, names=frozenset(store.names(tx, scope)))


def _shared(before: Calendars, after: Calendars, teams: Sequence[str]) -> list[str]:
    """The keys by which clocks may name calendars that are there before and after."""
    return [BUSINESS, *teams, *sorted(before.named.keys() & after.named.keys())]


def _differing(old: WorkingTime, new: WorkingTime, first: date, until: date) -> list[date]:
    """The first and the last day that differ; all may where zones do."""
    if not (isinstance(old, Calendar) and isinstance(new, Calendar)) or old.zone != new.zone:
        return [first, until]
    days = [one.before.date for one in changed_days(old, new, first - _ZONES_APART, until)]
    return [days[0], days[-1]] if days else []


def _at(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
