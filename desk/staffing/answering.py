"""Who answers for a case while nobody has it: it has one owner at all times (R40). That assigns it to nobody, and is no load."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from desk.context import DeskContext
from desk.model import Role, Team
from desk.notification.announcing import Announcer
from desk.store import assignments, candidates, cases, notices, people
from desk.store.assignments import DueLook, Kept
from desk.store.candidates import Lead
from engine.model import UserTask
from engine.ports import Transaction

log = structlog.get_logger(__name__)
LOOK_AGAIN = timedelta(minutes=10)
"""So often it is looked whether who answers for a case is still there to do so."""
ANSWERING = "answering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """Who leads at an instant: the teams by key, and all who lead, by login."""

    teams: Mapping[str, Team]
    leads: Sequence[Lead]

    def who_answers_for(self, team_key: str, *, never: Collection[str] = (), present: str | None = None) -> str | None:
        """Who owns what nobody of a team has: its supervisor, the deputy while the supervisor isn't there, else another
        supervisor; without any of them an administrator.

        `present` answers for it now, and goes on to before who is no nearer to the team. None of `never`, from whom it is kept,
        and nobody who doesn't lead (any more). When none of them is there it is the first of them all the same; None without any.
        """
        team = self.teams.get(team_key)
        named = (team.supervisor, team.deputy) if team else ()
        may = sorted((one for one in self.leads if one.login not in never), key=lambda one: one.login != present)
        heads = [one for one in may if one.login in named]
        heads.sort(key=lambda one: (one.login != present, named.index(one.login)))
        others = [one for one in may if one.role is Role.SUPERVISOR and one not in heads]
        in_turn = [*heads, *others] or may
        chosen = next((one for one in in_turn if not one.is_gone), next(iter(in_turn), None))
        return chosen.login if chosen else None


def who_leads(tx: Transaction, at: datetime) -> Leading:
    """See Leading."""
    return Leading(teams=people.teams(tx), leads=candidates.leads(tx, at))


class Answering:
    """Keeps it so while a case waits in its line, and tells whom it concerns."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer

    def as_they_are(self, tx: Transaction, due: Sequence[DueLook]) -> list[str]:
        """The numbers of those cases that go on to wait as they do: who answers for them goes on to, and knows it."""
        leading = who_leads(tx, self._context.now())
        keys = {
            one.number: f"{_key(one.task_id, one.task_revision)}:{one.owner}"
            for one in due
            if one.waits and one.owner == leading.who_answers_for(one.team, never=one.never, present=one.owner)
        }
        told = notices.written(tx, keys.values())
        return [number for number, key in keys.items() if key in told]

    def look_again(self, tx: Transaction, kept: Kept, task: UserTask) -> None:
        """Make who answers for a case that waits its owner, tell them so once each time that it waits, and look again later.

        The instance must be locked.
        """
        now = self._context.now()
        never = assignments.kept_from(tx, kept.number)
        owner = who_leads(tx, now).who_answers_for(kept.team, never=never, present=kept.owner)
        if owner != kept.owner:
            cases.save(tx, cases.case(tx, kept.number), owner=owner)
        if owner is None:
            log.warning("nobody_answers", case=kept.number, team=kept.team)
        else:
            self._tell(tx, kept, owner, key=_key(task.id, task.revision))
        assignments.change(tx, kept.number, look_again_at=now + LOOK_AGAIN)

    def _tell(self, tx: Transaction, kept: Kept, owner: str, *, key: str) -> None:
        if notices.written(tx, [f"{key}:{owner}"]):
            return
        dossier = self._announcer.dossier(tx, kept.number)
        told = [dossier.people[owner]] if owner in dossier.people else []
        self._announcer.tell_staff(tx, dossier, told, ANSWERING, self._announcer.variables(dossier), key=key)


def _key(task_id: int | None, revision: int | None) -> str:
    """Under which who answers is told so, with their login."""
    return f"{ANSWERING}:{task_id}:{revision}"
