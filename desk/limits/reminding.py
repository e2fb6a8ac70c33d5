"""Follow-ups, next answers, feedback: no timer of the diagrams watches their clocks, so their owner is told when one is due."""

from __future__ import annotations

import structlog

from desk.clocks.names import FEEDBACK, FOLLOW_UP, NEXT_RESPONSE
from desk.context import DeskContext
from desk.instants import minute
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER
from desk.store import clocks
from desk.store.clocks import ClockRow
from engine.errors import Unavailable
from engine.ports import Transaction

log = structlog.get_logger()
WATCHED = (FOLLOW_UP, NEXT_RESPONSE, FEEDBACK)
TEMPLATES = {FOLLOW_UP: "follow_up_due", NEXT_RESPONSE: "next_response_due", FEEDBACK: "feedback_due"}
AT_ONCE = 25


class Reminding:
    """A chore of the workers. Each clock once, at the first look after its due instant; a paused or stopped one never."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer

    def tend(self) -> int:
        """Remind the owners of what is due; of how many clocks."""
        now = self._context.now()
        with self._db.reading() as tx:
            due = clocks.unreminded(tx, WATCHED, now, AT_ONCE)
        return sum(map(self._each, due))

    def _each(self, row: ClockRow) -> int:
        """One clock in a transaction of its own; what can't be done now stops no other."""
        try:
            return self._db.run(lambda tx: self._remind(tx, row))
        except Unavailable:
            raise
        except Exception:
            log.exception("owner_not_reminded", case=row.case_number, clock=row.name)
            return 0

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
