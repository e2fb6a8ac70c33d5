"""Open cases follow the calendars that were published (E26): a chore of the workers, in batches that nobody feels.

Workers share an edit: each takes a page of cases at a time, and takes over the page of one that died. Each clock keeps by which
state of the calendars its limit was last worked out, so a batch that is done again changes nothing. A transaction that read the
calendars before they were published may end after its case was looked at: so cases to which something happened lately are
looked at once more before an edit counts as done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from desk.calendaring.calendarscope import Scope, scope_of
from desk.calendaring.following import Came, Following, Held, TakenOver
from desk.calendarsource import MOST_UNDONE
from desk.context import DeskContext
from desk.store import calendar_pages as pages
from desk.store import calendars as store
from desk.store import escalations, recomputing
from desk.store.calendar_pages import Ending, Page
from desk.store.calendars import Edit
from engine.ports import Transaction

BATCH = 150
"""So many cases move in one transaction, which keeps their agents waiting for a tenth of a second."""

PAGE = 900
"""So many cases are given out to a worker at once, less than a second's work."""

LEASE = timedelta(minutes=2)
LATE_COMERS = timedelta(seconds=30)
"""So long after publishing a transaction may still end that read the calendars before."""
LONGEST_TRANSACTION = timedelta(minutes=10)

NoteBatch = Callable[[Sequence[str], Transaction, Came], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Cases follow `edits`, the last of which is `edit`, from the state before them. `total` cases have a clock in the scope."""

    edit: Edit
    edits: tuple[int, ...]
    before_id: int
    scope: Scope
    total: int


class Recomputing:
    """Lets open and paused clocks follow; closed ones never change."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db
        self._source = context.calendars
        self._scopes: dict[tuple[int, int], Scope] = {}

    def tend(self) -> int:
        """Do a page of what is to be done; how many cases were looked at."""
        now = self._context.now()
        run = self._look(now)
        if run is None:
            return 0
        taken = self._db.run(partial(self._take, run, now))
        if taken is None:
            return 0
        return self._work(run, taken) if isinstance(taken, Page) else self._end(run, taken)

    def _look(self, now: datetime) -> _Run | None:
        """What is to be done, looked up without keeping others waiting."""
        with self._db.reading() as tx:
            undone = store.edits(tx, limit=MOST_UNDONE, only_undone=True)
            if not undone:
                return None
            edit, before_id = _next(undone)
            edits = tuple(one.id for one in reversed(undone) if one.id <= edit.id)
            scope = self._scope(tx, edits, now)
            is_new = edit.after_case is None and scope.keys
            total = recomputing.count_cases(tx, scope) if is_new else edit.total
        return _Run(edit=edit, edits=edits, before_id=before_id, scope=scope, total=total)

    def _scope(self, tx: Transaction, edits: Sequence[int], now: datetime) -> Scope:
        """What may move, worked out once: cases that come later are looked at when the rest is done."""
        key = edits[0], edits[-1]
        if (known := self._scopes.get(key)) is not None:
            return known
        scope = self._scope_now(tx, edits, now)
        self._scopes = {key: scope}
        return scope

    def _scope_now(self, tx: Transaction, edits: Sequence[int], now: datetime) -> Scope:
        return scope_of(tx, [self._source.as_of(tx, each) for each in (edits[0] - 1, *edits)], now)

    def _take(self, run: _Run, now: datetime, tx: Transaction) -> Page | Ending | None:
        """What nobody looks after: a page, or the last look; None when others are at it, or another edit came first meanwhile."""
        undone = pages.lock_undone(tx)
        if not undone or (edit := _next(undone)[0]).id != run.edit.id or _next(undone)[1] != run.before_id:
            return None
        until = now + LEASE
        if (page := pages.take_lapsed(tx, edit.id, now=now, until=until)) is not None:
            return page
        after = edit.after_case or ""
        if edit.after_case is None:
            store.change_edit(tx, edit.id, after_case=after, total=run.total)
        numbers = recomputing.cases_after(tx, run.scope, after, PAGE) if run.scope.keys else []
        if numbers:
            page = Page(edit_id=edit.id, after_case=after, up_to_case=numbers[-1], busy_until=until)
            pages.give_out(tx, page)
            return page
        is_over = now >= edit.at + LATE_COMERS and not pages.are_out(tx, edit.id)
        return pages.take_ending(tx, edit.id, now=now, until=until) if is_over else None

    def _work(self, run: _Run, page: Page) -> int:
        """Let the cases of a page follow; how many there were. Raises TakenOver when it took too long."""
        with self._db.reading() as tx:
            numbers = recomputing.cases_after(tx, run.scope, page.after_case, None, up_to=page.up_to_case)
        if not numbers:  # closed since the page was given out
            self._db.run(lambda tx: pages.advance(tx, page, page.up_to_case))
            return 1

        def note(batch: Sequence[str], tx: Transaction, came: Came) -> None:
            _require(pages.advance(tx, page, batch[-1] if batch[-1] != numbers[-1] else page.up_to_case), page.edit_id)
            pages.count_up(tx, page.edit_id, looked_at=len(batch), moved=came.moved, failed=came.failed)

        self._follow(run, numbers, lambda tx: _require(pages.hold(tx, page), page.edit_id), note)
        return len(numbers)

    def _end(self, run: _Run, ending: Ending) -> int:
        """Look again at cases to which something happened since the edit, also those that only now have a clock in its scope;
        then it is done.
        """

        def held(tx: Transaction) -> None:
            _require(pages.hold_ending(tx, ending), ending.edit_id)

        def finish(tx: Transaction) -> None:
            held(tx)
            # every ladder counts by what is working time now, also that of a limit around the clock
            escalations.look_again(tx, None, self._context.now())
            store.finish_edits(tx, ending.edit_id, self._context.now())

        with self._db.reading() as tx:
            run = replace(run, scope=self._scope_now(tx, run.edits, self._context.now()))
            since = run.edit.at - LONGEST_TRANSACTION
            late = recomputing.cases_with_events_since(tx, since) if run.scope.keys else []
        self._follow(run, late, held, lambda _, tx, came: pages.count_up(tx, ending.edit_id, moved=came.moved))
        self._db.run(finish)
        return 1

    def _follow(self, run: _Run, numbers: Sequence[str], held: Held, note: NoteBatch) -> None:
        following = Following(self._context, run.edit, run.before_id, run.scope)
        for begin in range(0, len(numbers), BATCH):
            batch = numbers[begin : begin + BATCH]
            following.follow(batch, held=held, note=partial(note, batch))
            self._db.give_way()


def _next(undone: Sequence[Edit]) -> tuple[Edit, int]:
    """Which edit cases follow now, the one that was begun or else the newest, and the number of the state before all of them."""
    return next((one for one in undone if one.after_case is not None), undone[0]), undone[-1].id - 1


def _require(is_held: bool, edit_id: int) -> None:
    if not is_held:
        raise TakenOver(edit_id)
