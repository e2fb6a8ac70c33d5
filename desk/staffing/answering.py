"""Who answers for a case while nobody has it: it has one owner at all times (R40). That assigns it to nobody, and is no load."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from desk.context import DeskContext
from desk.model import Priority, Role, Team
from desk.notification.announcing import Announcer
from desk.notification.dossier import ADMINISTRATORS, TEAM
from desk.store import assignments, candidates, cases, people
from desk.store.assignments import NOBODY, DueLook, Kept
from desk.store.candidates import Lead
from engine.model import UserTask
from engine.ports import Transaction

log = structlog.get_logger(__name__)
LOOK_AGAIN = timedelta(minutes=10)
"""So often it is looked whether who answers for a case is still there to do so."""
ANSWERING, LINE, NOBODY_ANSWERS = "answering", "answering_line", "nobody_answers"
"""The templates: of one case, of several, and of one for which nobody may answer."""
MOST_NAMED = 10
LATEST = datetime.max.replace(tzinfo=UTC)
MOST_OF_A_LINE = 1000
"""So many cases of a line are told of in one notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """Who leads at an instant: the teams by key, and all who lead, by login."""

    teams: Mapping[str, Team]
    leads: Sequence[Lead]

    def owner_of(self, case: DueLook) -> str | None:
        """Who owns a case that waits."""
        return self.who_answers_for(case.team, never=case.never, present=case.owner)

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
    """Lets each case that waits in its line have an owner all the time, and tells whom it concerns: each once while it waits.
    What comes to somebody at once from one line is told in one notice.

    When nobody may answer, administrators are alarmed, also those from whom the case is kept, since nobody else can change that;
    without any the case's team, but for those from whom it is kept.
    """

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer

    def look(self, tx: Transaction, due: Sequence[DueLook], until: datetime) -> tuple[list[str], list[str]]:
        """Tell whom several cases of a line come to in one notice, before `look_again` makes them the owner of one after another.

        `due` is what is looked at by now. Where some of it changes hands all of its line does; what of that is due `until` then
        is looked at anyway. Returns the numbers of the cases to leave alone, since who answers for them goes on to and knows it,
        and of those to look at again: the others of `due`, and what changes hands with them.
        """
        leading = who_leads(tx, self._context.now())
        lines = _lines_that_change_hands(tx, due, leading)
        waiting = [(one, leading.owner_of(one)) for one in (*due, *lines) if one.waits]
        told = self._tell_lines(tx, [(one, owner) for one, owner in waiting if owner and owner not in one.told], leading)
        known = {one.number for one, owner in waiting if (owner or NOBODY) in one.told} | told
        settled = {one.number for one, owner in waiting if owner == one.owner and one.number in known}
        later = {one.number for one in lines if (one.look_again_at or LATEST) > until}
        early = [one.number for one, owner in waiting if owner != one.owner and one.number in later]
        assignments.look_now(tx, early, self._context.now())
        numbers = [*(one.number for one in due), *early]
        return [each for each in numbers if each in settled], [each for each in numbers if each not in settled]

    def look_again(self, tx: Transaction, kept: Kept, task: UserTask) -> None:
        """Make who answers for a case that waits its owner, tell them so unless they know it, and look again later.

        The instance must be locked.
        """
        now = self._context.now()
        never = assignments.kept_from(tx, kept.number)
        owner = who_leads(tx, now).who_answers_for(kept.team, never=never, present=kept.owner)
        if owner != kept.owner:
            cases.save(tx, cases.case(tx, kept.number), owner=owner)
        if (owner or NOBODY) not in kept.told:
            self._tell(tx, kept, task, owner, never)
        assignments.change(tx, kept.number, told=_with(kept.told, owner), look_again_at=now + LOOK_AGAIN)

    def _tell(self, tx: Transaction, kept: Kept, task: UserTask, owner: str | None, never: Collection[str]) -> None:
        dossier = self._announcer.dossier(tx, kept.number)
        if owner is None:
            log.warning("nobody_answers", case=kept.number, team=kept.team)
            told = dossier.staff(ADMINISTRATORS) or [one for one in dossier.staff(TEAM) if one.login not in never]
            template, whose = NOBODY_ANSWERS, f"{self._context.now():%Y%m%d%H%M%S}"
        else:
            told = (dossier.people[owner],) if owner in dossier.people else ()
            template, whose = ANSWERING, owner
        key = f"{template}:{task.id}:{task.revision}:{whose}"
        self._announcer.tell_staff(tx, dossier, told, template, self._announcer.variables(dossier), key=key)

    def _tell_lines(self, tx: Transaction, untold: Sequence[tuple[DueLook, str]], leading: Leading) -> set[str]:
        """Tell of several cases in one notice; which these were. Of a single one it is told when that is looked at."""
        lines: dict[tuple[str, str], list[DueLook]] = {}
        for one, owner in untold:
            lines.setdefault((one.team, owner), []).append(one)
        told: dict[str, frozenset[str]] = {}
        for (team_key, owner), found in lines.items():
            if len(found) > 1:
                self._tell_line(tx, owner, leading.teams.get(team_key), found)
                told |= {one.number: _with(one.told, owner) for one in found}
        assignments.note_told(tx, told)
        return set(told)

    def _tell_line(self, tx: Transaction, owner: str, team: Team | None, found: Sequence[DueLook]) -> None:
        found, team_key = sorted(found, key=lambda one: one.number), found[0].team
        given = {
            "count": len(found) if len(found) < MOST_OF_A_LINE else f"{MOST_OF_A_LINE}+",
            "team": team.name if team else team_key,
            "list": ", ".join(one.number for one in found[:MOST_NAMED]) + (" …" if len(found) > MOST_NAMED else ""),
            "link": f"{self._context.settings.base_url}/teams/{team_key}/line",
        }
        urgent = any(one.priority == Priority.URGENT for one in found)
        key = f"{LINE}:{found[0].task_id}:{found[0].task_revision}:{owner}"
        self._announcer.tell(tx, [people.agent(tx, owner)], LINE, given, key=key, team=team_key, urgent=urgent)


def _lines_that_change_hands(tx: Transaction, due: Sequence[DueLook], leading: Leading) -> list[DueLook]:
    """What waits, beside what is due, in the lines of which something that is due changes hands."""
    moving = {one.team for one in due if one.waits and leading.owner_of(one) != one.owner}
    known = {one.number for one in due}
    found = (one for team in sorted(moving) for one in assignments.waiting_looks(tx, team, MOST_OF_A_LINE))
    return [one for one in found if one.number not in known]


def _with(told: frozenset[str], owner: str | None) -> frozenset[str]:
    """Who was told, once `owner` was as well. Once somebody answers, it is news when nobody may any more."""
    return told | {NOBODY} if owner is None else told - {NOBODY} | {owner}
