"""Open cases follow the calendars that were published (E26): a chore of the workers, in batches that nobody feels.

Each clock keeps by which state of the calendars its limit was last worked out, so a batch that is done again changes nothing. A
transaction that read the calendars before they were published may end after its case was looked at: so cases to which
something happened lately are looked at once more before an edit counts as done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.calendaring.calendarscope import Scope, scope_of
from desk.calendaring.following import Following
from desk.context import DeskContext
from desk.store import calendars as store
from desk.store import escalations, recomputing
from desk.store.calendars import Edit
from engine.ports import Transaction

BATCH = 100
BATCHES_AT_ONCE = 8
LEASE = timedelta(minutes=2)
LATE_COMERS = timedelta(seconds=30)
"""So long after publishing a transaction may still end that read the calendars before."""
LONGEST_TRANSACTION = timedelta(minutes=10)
MOST_UNDONE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Cases follow all edits up to `edit`, from the state before the first of them."""

    edit: Edit
    scope: Scope
    now: datetime
    following: Following


class Recomputing:
    """Lets open and paused clocks follow; closed ones never change."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._source = context.calendars
        self._scopes: dict[tuple[int, int], Scope] = {}

    def tend(self) -> int:
        """Do some batches of what is to be done; how many cases were looked at."""
        now = self._context.now()
        with self._db.reading() as tx:
            undone = store.edits(tx, limit=MOST_UNDONE, only_undone=True)
        if not undone:
            return 0
        edit = next((one for one in undone if one.after_case is not None), undone[0])
        if not self._db.run(lambda tx: store.take_edit(tx, edit.id, now=now, until=now + LEASE)):
            return 0
        return self._work(edit, undone[-1].id - 1, now)

    def _work(self, edit: Edit, before_id: int, now: datetime) -> int:
        scope = self._scope(edit, before_id, now)
        total = self._count(scope) if edit.after_case is None else edit.total
        run = _Run(edit=edit, scope=scope, now=now, following=Following(self._context, edit, before_id, scope))
        after, done, moved, failed = edit.after_case or "", 0, 0, 0
        for _ in range(BATCHES_AT_ONCE):
            numbers = self._next(scope, after)
            if not numbers:
                break
            came = run.following.follow(numbers)
            after, done, moved, failed = numbers[-1], done + len(numbers), moved + came.moved, failed + came.failed
            counts = {"looked_at": edit.looked_at + done, "moved": edit.moved + moved, "failed": edit.failed + failed}
            self._note(edit, after_case=after, total=total, busy_until=self._context.now() + LEASE, **counts)
            self._db.give_way()
        if not done:
            return self._finish(run)
        self._note(edit, busy_until=None)
        return done

    def _scope(self, edit: Edit, before_id: int, now: datetime) -> Scope:
        """What may move, worked out once: cases that come later are looked at when the rest is done."""
        if (edit.id, before_id) not in self._scopes:
            with self._db.reading() as tx:
                before, after = self._source.as_of(tx, before_id), self._source.as_of(tx, edit.id)
                self._scopes = {(edit.id, before_id): scope_of(tx, before, after, now)}
        return self._scopes[edit.id, before_id]

    def _count(self, scope: Scope) -> int:
        with self._db.reading() as tx:
            return recomputing.count_cases(tx, scope) if scope.keys else 0

    def _next(self, scope: Scope, after: str) -> list[str]:
        if not scope.keys:
            return []
        with self._db.reading() as tx:
            return recomputing.cases_after(tx, scope, after, BATCH)

    def _note(self, edit: Edit, **changes: object) -> None:
        self._db.run(lambda tx: store.change_edit(tx, edit.id, **changes))

    def _finish(self, run: _Run) -> int:
        """Once nobody can be late any more, look again at cases to which something happened meanwhile; then it is done."""
        edit = run.edit
        if run.now < edit.at + LATE_COMERS:
            self._note(edit, after_case=edit.after_case or "", busy_until=edit.at + LATE_COMERS)
            return 0
        with self._db.reading() as tx:
            late = recomputing.cases_with_events_since(tx, edit.at - LONGEST_TRANSACTION) if run.scope.keys else []
        moved = 0
        for begin in range(0, len(late), BATCH):
            moved += run.following.follow(late[begin : begin + BATCH]).moved
            self._note(edit, busy_until=self._context.now() + LEASE)
            self._db.give_way()
        self._note(edit, moved=edit.moved + moved)
        self._db.run(lambda tx: self._finished(tx, edit))
        return 1

    def _finished(self, tx: Transaction, edit: Edit) -> None:
        """Every ladder counts by what is working time now, also that of a limit around the clock."""
        now = self._context.now()
        escalations.look_again(tx, None, now)
        store.finish_edits(tx, edit.id, now)
