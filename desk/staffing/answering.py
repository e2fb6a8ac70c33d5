"""Who answers for a case while nobody has it: it has one owner at all times (R40). That assigns it to nobody, and is no load."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from desk.context import DeskContext
from desk.notification.announcing import Announcer
from desk.store import assignments, candidates, cases, notices, people
from desk.store.assignments import Kept
from engine.model import UserTask
from engine.ports import Transaction

LOOK_AGAIN = timedelta(minutes=10)
"""So often it is looked whether who answers for a case is still there to do so."""
ANSWERING = "answering"


def who_answers_for(
    tx: Transaction, team_key: str, at: datetime, *, never: Collection[str] = (), present: str | None = None
) -> str | None:
    """Who owns what nobody of a team has: its supervisor, the deputy while the supervisor isn't there, else another supervisor.

    `present` answers for it now, and goes on to as a head who is there. None of `never`, from whom it is kept. When none of them
    is there it is the first of them all the same; None without any.
    """
    team = people.teams(tx).get(team_key)
    heads = [login for login in (team.supervisor, team.deputy) if login and login not in never] if team else []
    heads.sort(key=lambda login: login != present)
    there = next((login for login in heads if not candidates.is_gone(tx, login, at)), None)
    if there is not None:
        return there
    others = [login for login in people.active_supervisors(tx) if login not in never and login not in heads]
    there = next((login for login in others if not candidates.is_gone(tx, login, at)), None)
    active = (login for login in heads if (account := people.account(tx, login)) is not None and account.agent.active)
    return there or next(active, None) or next(iter(others), None)


class Answering:
    """Keeps it so while a case waits in its line, and tells whom it concerns."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer

    def look_again(self, tx: Transaction, kept: Kept, task: UserTask) -> None:
        """Make who answers for a case that waits its owner, tell them so once each time that it waits, and look again later.

        The instance must be locked.
        """
        now = self._context.now()
        never = assignments.kept_from(tx, kept.number)
        owner = who_answers_for(tx, kept.team, now, never=never, present=kept.owner) or kept.owner
        if owner != kept.owner:
            cases.save(tx, cases.case(tx, kept.number), owner=owner)
        if owner is not None:
            self._tell(tx, kept, owner, key=f"{ANSWERING}:{task.id}:{task.revision}")
        assignments.change(tx, kept.number, look_again_at=now + LOOK_AGAIN)

    def _tell(self, tx: Transaction, kept: Kept, owner: str, *, key: str) -> None:
        if notices.is_written(tx, f"{key}:{owner}"):
            return
        dossier = self._announcer.dossier(tx, kept.number)
        told = [dossier.people[owner]] if owner in dossier.people else []
        self._announcer.tell_staff(tx, dossier, told, ANSWERING, self._announcer.variables(dossier), key=key)
