"""Follow-ups, next answers, feedback, teams' own limits: no timer of the diagrams watches them, so people are told when due."""

from __future__ import annotations

from desk.clocks.names import FEEDBACK, FOLLOW_UP, NEXT_RESPONSE, TEAM, kind_of, team_of_clock
from desk.context import DeskContext
from desk.instants import minute
from desk.model import Agent
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER, SUPERVISOR, Dossier
from desk.onebyone import OneByOne
from desk.store import clocks
from desk.store.clocks import ClockRow
from engine.ports import Transaction

TEMPLATES = {FOLLOW_UP: "follow_up_due", NEXT_RESPONSE: "next_response_due", FEEDBACK: "feedback_due", TEAM: "team_limit_missed"}
AT_ONCE = 25


class Reminding:
    """A chore of the workers. Each clock once, at the first look after its due instant; a paused or stopped one never.

    The owner is told, of a team's limit for the whole case its head too; of a department's part the diagram tells.
    """

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer
        self._pieces = OneByOne(context, "owner_not_reminded")

    def tend(self) -> int:
        """Remind the owners of what is due; of how many clocks."""
        now = self._context.now()
        with self._db.reading() as tx:
            due = clocks.unreminded(tx, TEMPLATES, now, AT_ONCE, but=self._pieces.left_alone)
        return sum(self._pieces.do(row.case_number, lambda tx, one=row: self._remind(tx, one)) for row in due)

    def _remind(self, tx: Transaction, row: ClockRow) -> int:
        if not clocks.take_reminder(tx, row, self._context.now()):
            return 0
        dossier = self._announcer.dossier(tx, row.case_number)
        due = minute(row.due_at, self._context.zone) if row.due_at else ""
        given = {**self._announcer.variables(dossier), "due": due, "department": _department(dossier, row)}
        key = f"clock-due:{row.case_number}:{row.round}:{row.name}"
        self._announcer.tell_staff(tx, dossier, _meant(dossier, row), TEMPLATES[kind_of(row.name)], given, key=key)
        return 1


def _department(dossier: Dossier, row: ClockRow) -> str:
    return dossier.team_name(team_of_clock(row.name)) if kind_of(row.name) == TEAM else ""


def _meant(dossier: Dossier, row: ClockRow) -> list[Agent]:
    """Who is told, each once."""
    heads = dossier.staff(SUPERVISOR, key=team_of_clock(row.name)) if kind_of(row.name) == TEAM else ()
    return list({one.login: one for one in (*dossier.staff(OWNER), *heads)}.values())
