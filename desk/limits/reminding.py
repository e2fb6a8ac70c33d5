"""Follow-ups, next answers, feedback: no timer of the diagrams watches their clocks, so their owner is told when one is due."""

from __future__ import annotations

from desk.clocks.names import FEEDBACK, FOLLOW_UP, NEXT_RESPONSE
from desk.context import DeskContext
from desk.instants import minute
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER
from desk.onebyone import OneByOne
from desk.store import clocks
from desk.store.clocks import ClockRow
from engine.ports import Transaction

WATCHED = (FOLLOW_UP, NEXT_RESPONSE, FEEDBACK)
TEMPLATES = {FOLLOW_UP: "follow_up_due", NEXT_RESPONSE: "next_response_due", FEEDBACK: "feedback_due"}
AT_ONCE = 25


class Reminding:
    """A chore of the workers. Each clock once, at the first look after its due instant; a paused or stopped one never."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer
        self._pieces = OneByOne(context, "owner_not_reminded")

    def tend(self) -> int:
        """Remind the owners of what is due; of how many clocks."""
        now = self._context.now()
        with self._db.reading() as tx:
            due = clocks.unreminded(tx, WATCHED, now, AT_ONCE, but=self._pieces.left_alone)
        return sum(self._pieces.do(row.case_number, lambda tx, one=row: self._remind(tx, one)) for row in due)

    def _remind(self, tx: Transaction, row: ClockRow) -> int:
        if not clocks.take_reminder(tx, row, self._context.now()):
            return 0
        dossier = self._announcer.dossier(tx, row.case_number)
        due = minute(row.due_at, self._context.zone) if row.due_at else ""
        given = {**self._announcer.variables(dossier), "due": due}
        key = f"clock-due:{row.case_number}:{row.round}:{row.name}"
        template = TEMPLATES[row.name.partition(":")[0]]
        self._announcer.tell_staff(tx, dossier, dossier.staff(OWNER), template, given, key=key)
        return 1
