"""Open cases follow the calendars that were published (E26): a chore of the workers, in batches that nobody feels.

Each clock keeps by which state of the calendars its limit was last worked out, so a batch that is done again changes nothing. A
transaction that read the calendars before they were published may end after its case was looked at: so cases to which
something happened lately are looked at once more before an edit counts as done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from desk.calendaring.calendarscope import Scope, scope_of
from desk.clocks import ClockEvent, evaluate
from desk.clocks.retargeting import recalculate
from desk.context import DeskContext
from desk.limits import clockchanges
from desk.limits.clockbook import row_of
from desk.limits.clocklookup import NAMES
from desk.store import calendars as store
from desk.store import clocks, recomputing
from desk.store.calendars import Edit
from desk.store.clocks import ClockRow, KeptClock
from engine.commands import RescheduleInstances
from engine.errors import Unavailable
from engine.ports import Transaction

BATCH = 100
BATCHES_AT_ONCE = 8
LEASE = timedelta(minutes=2)
LATE_COMERS = timedelta(seconds=30)
"""So long after publishing a transaction may still end that read the calendars before."""
LONGEST_TRANSACTION = timedelta(minutes=10)
MOST_UNDONE = 1000
REASON = "the calendars were edited"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Cases follow all edits up to `edit`, from the state before the first of them."""

    edit: Edit
    before_id: int
    scope: Scope
    now: datetime


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
        run = _Run(edit=edit, before_id=before_id, scope=scope, now=now)
        after, done, moved, failed = edit.after_case or "", 0, 0, 0
        for _ in range(BATCHES_AT_ONCE):
            numbers = self._next(scope, after)
            if not numbers:
                break
            came = self._batch(run, numbers)
            after, done, moved, failed = numbers[-1], done + len(numbers), moved + came[0], failed + came[1]
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

    def _batch(self, run: _Run, numbers: Sequence[str]) -> tuple[int, int]:
        """How many clocks of these cases moved, and how many cases couldn't be continued."""
        moved, left = self._db.run(lambda tx: self._together(tx, run, numbers))
        each = [self._alone(run, number) for number in left]
        return moved + sum(one for one in each if one is not None), each.count(None)

    def _together(self, tx: Transaction, run: _Run, numbers: Sequence[str]) -> tuple[int, list[str]]:
        """Move timers and clocks of the cases on which nobody works; how many clocks moved, and the cases that are left."""
        instances = recomputing.open_instances(tx, numbers)
        order = RescheduleInstances(names=NAMES, by=run.edit.by, reason=REASON, instance_ids=tuple(instances))
        batch = self._engine.reschedule(tx, order, limit=len(instances)) if instances else None
        followed = {instances[each] for each in batch.followed} if batch else set()
        return self._recompute(tx, run, sorted(followed)), [number for number in numbers if number not in followed]

    def _alone(self, run: _Run, number: str) -> int | None:
        """Let one case follow, with its process; None when that can't be done, which stops no other case."""
        moved = 0

        def follow(tx: Transaction) -> None:
            def alter(_book: object) -> None:
                nonlocal moved
                moved = self._recompute(tx, run, [number])

            clockchanges.change(tx, self._context, number, alter, by=run.edit.by, reason=REASON)

        try:
            self._db.run(follow)
        except Unavailable:
            raise
        except Exception:
            log.exception("case_cannot_follow_calendar", case=number)
            return None
        return moved

    def _recompute(self, tx: Transaction, run: _Run, numbers: Sequence[str]) -> int:
        """Write what the open clocks of these cases say now; how many of them moved."""
        changed: list[ClockRow] = []
        happened: list[tuple[ClockRow, int, list[ClockEvent]]] = []
        for kept in clocks.kept(tx, numbers, only_open=True) if numbers else ():
            events = self._events(tx, run, kept)
            if events or kept.row.provisional:
                row = self._row(tx, run, kept, events)
                changed += [row] if row != kept.row else []
                happened += [(row, len(kept.events), events)] if events else []
        clocks.save(tx, [], changed)
        clocks.append(tx, self._context.vault, happened)
        return len(happened)

    def _events(self, tx: Transaction, run: _Run, kept: KeptClock) -> list[ClockEvent]:
        stamp = int(kept.row.calendar_version) if kept.row.calendar_version.isdigit() else 0
        if kept.row.calendar not in run.scope.keys or stamp >= run.edit.id:
            return []
        before = self._source.as_of(tx, max(stamp, run.before_id))
        at = max(run.edit.at, kept.events[-1].at)
        after = self._source.as_of(tx, run.edit.id)
        return recalculate(kept.events, before, after, version=after.version, by=run.edit.by, now=at)

    def _row(self, tx: Transaction, run: _Run, kept: KeptClock, events: Sequence[ClockEvent]) -> ClockRow:
        history, row = [*kept.events, *events], kept.row
        state = evaluate(history, self._source.as_of(tx, run.edit.id), history[-1].at)
        return row_of(row.case_number, row.round, row.name, history[-1], state, row.warn_fraction)

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
            moved += self._batch(run, late[begin : begin + BATCH])[0]
            self._note(edit, busy_until=self._context.now() + LEASE)
            self._db.give_way()
        self._note(edit, moved=edit.moved + moved)
        self._db.run(lambda tx: store.finish_edits(tx, edit.id, self._context.now()))
        return 1
