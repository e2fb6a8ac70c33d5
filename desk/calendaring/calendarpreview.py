"""What a change of calendars would do before it counts: the days that differ, and the open clocks that would move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from desk.calendaring.calendarscope import Scope, scope_of
from desk.calendaring.calendarstudio import CalendarStudio
from desk.calendars import Calendar
from desk.calendars.difference import ChangedDay, changed_days
from desk.clocks import Calendars
from desk.clocks.evaluation import evaluate_folded
from desk.clocks.folding import fold
from desk.context import DeskContext
from desk.store import clocks, recomputing
from desk.store.clocks import KeptClock
from engine.ports import Transaction

AT_ONCE = 250
MOST_LOOKED_AT = 2000
"""So many cases are worked out for a preview; how many more may move is counted."""
MOST_SHOWN = 500
PAGE = 20
MOST_DAYS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A clock that would move. While it is paused the instants are those at which it is due if it goes on at `resumes_at`, the
    planned end of its pauses; at once when that is None.
    """

    number: str
    round: int
    clock: str
    is_paused: bool
    resumes_at: datetime | None
    before: datetime
    after: datetime
    breached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`candidates` cases have a clock that may move, `looked_at` of them were worked out; `moving` are those of a page.

    `open_ended` clocks are paused without a fixed end and would stay if they went on now: later they may move all the same.
    """

    candidates: int
    looked_at: int
    open_ended: int
    total: int
    moving: tuple[Moving, ...]

    @property
    def pages(self) -> int:
        return max(1, -(-min(self.total, MOST_SHOWN) // PAGE))


class CalendarPreview:
    """Previews for people who are about to publish."""

    def __init__(self, context: DeskContext, studio: CalendarStudio) -> None:
        self._context = context
        self._studio = studio
        self._db = context.engine.db

    def of_draft(self, key: str, *, page: int = 1) -> Preview:
        """What publishing a calendar's draft would move. Raises NotFound."""
        return self._preview(lambda tx: self._studio.after_publishing(tx, key), page)

    def of_year(self, text: str, *, page: int = 1) -> Preview:
        """What importing a year's file would move. Raises CalendarInvalid."""
        return self._preview(lambda tx: self._studio.after_import(tx, text), page)

    def of_team(self, team: str, calendar: str | None, *, page: int = 1) -> Preview:
        """What it would move if a team chose that calendar; None: the business calendar. Raises NotFound."""
        return self._preview(lambda tx: self._studio.after_choosing(tx, team, calendar), page)

    def _preview(self, after_of: Callable[[Transaction], Calendars], page: int) -> Preview:
        now = self._context.now()
        with self._db.reading() as tx:
            before, after = self._context.calendars_in(tx), after_of(tx)
            scope = scope_of(tx, [before, after], now)
            candidates = recomputing.count_cases(tx, scope) if scope.keys else 0
            found = _worked_out(tx, scope, before, after, now) if candidates else _Found()
        begin = (page - 1) * PAGE
        shown = tuple(found.moving[begin : begin + PAGE])
        counts = {"looked_at": found.looked_at, "open_ended": found.open_ended, "total": len(found.moving)}
        return Preview(candidates=candidates, moving=shown, **counts)


@dataclass(slots=True, kw_only=True)
class _Found:
    moving: list[Moving] = field(default_factory=list)
    looked_at: int = 0
    open_ended: int = 0


def _worked_out(tx: Transaction, scope: Scope, before: Calendars, after: Calendars, now: datetime) -> _Found:
    """The clocks that would move, by case."""
    found, last = _Found(), ""
    while found.looked_at < MOST_LOOKED_AT and (numbers := recomputing.cases_after(tx, scope, last, AT_ONCE)):
        found.looked_at, last = found.looked_at + len(numbers), numbers[-1]
        for kept in clocks.kept(tx, numbers, only_open=True):
            if kept.row.calendar not in scope.keys:
                continue
            if (moving := moves(kept, before, after, now)) is not None:
                found.moving.append(moving)
            elif kept.row.due_at is None and kept.row.paused_until is None:
                found.open_ended += 1
    return found


def moves(kept: KeptClock, before: Calendars, after: Calendars, now: datetime) -> Moving | None:
    """How a clock moves between two states of the calendars; None when it doesn't."""
    folded, at = fold(kept.events), max(now, kept.events[-1].at)
    resumes_at = folded.resumes_at(at)
    old, new = (evaluate_folded(folded, calendars, resumes_at or at) for calendars in (before, after))
    if old.due_if_resumed == new.due_if_resumed:
        return None
    row = kept.row
    return Moving(
        number=row.case_number,
        round=row.round,
        clock=row.name,
        is_paused=bool(folded.open),
        resumes_at=resumes_at,
        before=old.due_if_resumed,
        after=new.due_if_resumed,
        breached=new.due_if_resumed < at and old.breached_at is None,
    )


def days_that_differ(old: Calendar, new: Calendar, today: date) -> list[ChangedDay]:
    """The days that differ from the year before this one until two years on, at most MOST_DAYS."""
    days = changed_days(old, new, date(today.year - 1, 1, 1), date(today.year + 3, 1, 1))
    return [day for day, _ in zip(days, range(MOST_DAYS), strict=False)]
