"""What open cases do when the calendars were edited: their clocks and their timers move, in one transaction a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog

from desk.calendaring.calendarscope import Scope
from desk.clocks import ClockEvent, ClockState, evaluate
from desk.context import DeskContext
from desk.limits import clockchanges
from desk.limits.catching_up import followed
from desk.limits.clockbook import row_of
from desk.limits.clocklookup import NAMES, ClocksAtHand, asked_as
from desk.onebyone import told_of
from desk.store import clocks, recomputing
from desk.store.calendars import Edit
from desk.store.clocks import ClockRow, KeptClock
from engine.commands import RescheduleInstances
from engine.errors import Conflict, Unavailable
from engine.garbage import collector_resting
from engine.ports import Transaction
from engine.rescheduling import reschedule

REASON = "the calendars were edited"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of some cases: how many of their clocks moved, and how many cases couldn't be continued."""

    moved: int
    failed: int


Held = Callable[[Transaction], None]
Note = Callable[[Transaction, Came], None]


class TakenOver(Conflict):
    """Another worker looks after these cases by now."""

    def __init__(self, edit_id: int) -> None:
        super().__init__(f"Edit {edit_id} of the calendars: another worker took over what this one held. It is done there.")


class Following:
    """Lets cases follow all edits up to `edit`, from the state `before_id` of the calendars. Closed clocks never change."""

    def __init__(self, context: DeskContext, edit: Edit, before_id: int, scope: Scope) -> None:
        self._context = context
        self._db = context.engine.db
        self._source = context.calendars
        self._edit = edit
        self._before_id = before_id
        self._scope = scope

    def follow(self, numbers: Sequence[str], *, held: Held, note: Note) -> None:
        """Let these cases follow: together those on which nobody works, the others one by one.

        `held` is asked in each transaction before anything is written, and raises when somebody else looks after these cases
        now; `note` takes what came of all of them, in the last of these transactions or right after it.
        """

        def together(tx: Transaction) -> tuple[int, list[str]]:
            held(tx)
            moved, left = self.together(tx, numbers)
            if not left:
                note(tx, Came(moved=moved, failed=0))
            return moved, left

        with collector_resting():
            moved, left = self._db.run(together)
        if left:
            each = [self._apart(number, held) for number in left]
            came = Came(moved=moved + sum(one for one in each if one is not None), failed=each.count(None))
            self._db.run(lambda tx: note(tx, came))

    def together(self, tx: Transaction, numbers: Sequence[str]) -> tuple[int, list[str]]:
        """Move timers and clocks of the cases on which nobody works; how many clocks moved, and the cases that are left."""
        instances = recomputing.open_instances(tx, numbers)
        if not instances:
            return 0, list(numbers)
        about = self._scope.names | set(map(asked_as, self._scope.names))
        order = RescheduleInstances(names=NAMES, by=self._edit.by, reason=REASON, instance_ids=tuple(instances), about=about)
        at_hand = ClocksAtHand(self._source, self._scope.names)
        batch = reschedule(self._context.engine, tx, order, limit=len(instances), instead=[at_hand])
        followed = {instances[each] for each in batch.followed}
        moved = self._recompute(tx, [one for one in at_hand.kept if one.row.case_number in followed])
        return moved, [number for number in numbers if number not in followed]

    def alone(self, tx: Transaction, number: str) -> int:
        """Let one case follow, with its process, whatever it waits for; how many of its clocks moved."""

        def alter(_book: object) -> int:
            return self._recompute(tx, clocks.kept(tx, [number]))

        return clockchanges.change(tx, self._context, number, alter, by=self._edit.by, reason=REASON)

    def _apart(self, number: str, held: Held) -> int | None:
        """Let one case follow in a transaction of its own; None when that can't be done, which stops no other case."""

        def follow(tx: Transaction) -> int:
            held(tx)
            return self.alone(tx, number)

        try:
            return self._db.run(follow)
        except (Unavailable, TakenOver):
            raise
        except Exception as error:
            log.warning("case_cannot_follow_calendar", case=number, **told_of(error))
            return None

    def _recompute(self, tx: Transaction, found: Iterable[KeptClock]) -> int:
        """Write what those of the clocks that are open say now; how many of them moved."""
        changed: list[tuple[ClockRow, ClockRow]] = []
        happened: list[tuple[ClockRow, int, list[ClockEvent]]] = []
        for kept in found:
            if kept.row.stopped_at is None and self._scope.holds(kept.row):
                row, events = self._followed(tx, kept)
                changed += [(kept.row, row)] if row != kept.row else []
                happened += [(row, len(kept.events), events)] if events else []
        clocks.save_changes(tx, changed)
        clocks.append(tx, self._context.vault, happened)
        return len(happened)

    def _followed(self, tx: Transaction, kept: KeptClock) -> tuple[ClockRow, list[ClockEvent]]:
        """What a clock says by the edited calendars, and what is new about it. One that has followed already stays."""
        found = followed(tx, self._source, kept, self._edit, self._before_id)
        if found is not None and (events := found[0]):
            return _row(kept.row, events[-1], found[1]), events
        if kept.row.provisional:
            after, last = self._source.as_of(tx, self._edit.id), kept.events[-1]
            return _row(kept.row, last, evaluate(kept.events, after, last.at)), []
        return kept.row, []


def _row(row: ClockRow, last: ClockEvent, state: ClockState) -> ClockRow:
    return row_of(row.case_number, row.round, row.name, last, state, row.warn_fraction)
