"""The calendar of each team, in which its own limits count: the business calendar unless it chose another one.

Choosing is an edit of the calendars like publishing one: open clocks follow, with their old and new due instants (E26).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from desk.calendaring.calendarpreview import CalendarPreview, Preview
from desk.calendaring.calendarstudio import CalendarStudio, note_of, unknown
from desk.calendars import Calendar
from desk.clocks.targets import BUSINESS
from desk.context import DeskContext
from desk.errors import RightMissing, TeamNotFound
from desk.model import Agent, Team
from desk.rights import heads, require_head
from desk.staffing.staffing_errors import TeamCalendarChanged
from desk.store import calendars as store
from desk.store import people
from desk.store.calendars import EditKind, TeamChoice
from engine.db.database import tried_again
from engine.ports import Transaction

MOST_CHOICES = 20
LONGEST_KEY = 40
LENGTH_OF_HASH = 10
_NO_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamCalendar:
    """A team's calendar: its key (None: the business calendar) and what it says now. `choices` are all that it can have.

    `history` is what was chosen, the newest first; `read` tells which choice was looked at, 0 for none. `drafted` is the key of
    the draft of a calendar of its own, `own` its key once it was published; None without one.
    """

    team: Team
    key: str | None
    calendar: Calendar
    business: Calendar
    choices: Sequence[tuple[str, Calendar]]
    history: tuple[TeamChoice, ...]
    read: int
    drafted: str | None
    own: str | None
    may_choose: bool


class TeamCalendars:
    """Members and supervisors look; the team's supervisor, its deputy and administrators choose. `by` is a login."""

    def __init__(self, context: DeskContext, studio: CalendarStudio, preview: CalendarPreview) -> None:
        self._context = context
        self._studio = studio
        self._preview = preview
        self._db = context.engine.db

    def of(self, team: str, *, viewer: str) -> TeamCalendar:
        """The calendar of a team. Raises TeamNotFound, RightMissing."""
        with self._db.reading() as tx:
            agent, found = people.agent(tx, viewer), _team(tx, team)
            if not agent.leads and team not in agent.team_keys:
                raise RightMissing(viewer, f"see team {team}", "a member of the team or a supervisor")
            calendars = self._context.calendars_in(tx)
            history = store.choices_of_team(tx, team, limit=MOST_CHOICES)
            return TeamCalendar(
                team=found,
                key=(key := calendars.teams.get(team)),
                calendar=calendars.business if key is None else calendars.named[key],
                business=calendars.business,
                choices=sorted(calendars.named.items()),
                history=tuple(history),
                read=history[0].edit.id if history else 0,
                drafted=own if store.draft(tx, own := own_key(team)) else None,
                own=own if own in calendars.named else None,
                may_choose=heads(agent, (team,), people.teams(tx)),
            )

    def preview(self, team: str, calendar: str | None, *, viewer: str, page: int = 1) -> Preview:
        """Which open clocks would move with that calendar; None: the business calendar. Raises as `choose` does."""
        with self._db.reading() as tx:
            self._head(tx, team, viewer)
        return self._preview.of_team(team, calendar, page=page)

    @tried_again
    def choose(self, team: str, calendar: str | None, *, note: str, read: int, by: str) -> None:
        """Let a team's limits count in a published calendar from now on; None: in the business calendar. The same again does
        nothing. Open clocks follow in the background, closed ones never.

        Raises TeamNotFound, RightMissing, NotFound, ReasonMissing without a note, AnswersInvalid for a long one,
        TeamCalendarChanged when somebody chose meanwhile.
        """
        with self._db.transaction() as tx:
            self._head(tx, team, by)
            said = note_of(note)
            calendars = self._context.calendars_in(tx)
            if calendar is not None and calendar not in calendars.named:
                raise unknown(calendar)
            if calendar == calendars.teams.get(team):
                return
            edit = store.add_edit(tx, EditKind.TEAM, team, note=said, by=by, at=self._context.now())
            # nobody else can choose from here on until this is committed
            last = store.choices_of_team(tx, team, limit=1)
            if read != (last[0].edit.id if last else 0):
                raise TeamCalendarChanged(team)
            store.add_team_calendar(tx, edit, team, calendar)

    def draft_own(self, team: str, *, by: str) -> str:
        """Open the draft of a calendar of the team's own, which begins as the company's and keeps following what the company
        opens and closes; its key. An open one stays as it is.

        Raises TeamNotFound, RightMissing, NameTaken when it was published before.
        """
        with self._db.reading() as tx:
            found = self._head(tx, team, by)
            key = own_key(team)
            if store.draft(tx, key):
                return key
            copy_of = store.business_key(tx) or self._context.calendars_in(tx).business.key
        name = {"zh": f"{found.name}的日历", "en": f"Calendar of {found.name_en}"}
        return self._studio.create(key, name=name, copy_of=copy_of, base=BUSINESS, by=by).key

    def _head(self, tx: Transaction, team: str, login: str) -> Team:
        agent: Agent = people.agent(tx, login)
        found = _team(tx, team)
        require_head(agent, (team,), people.teams(tx), f"choose the calendar of {team}")
        return found


def own_key(team: str) -> str:
    """The key of a calendar of a team's own: `team-technical`. Where the team's key has to be altered for it (`a.b`, Chinese, a
    long one), a hash of it keeps it apart from those of other teams.
    """
    plain = f"team-{_NO_KEY.sub('-', team.lower()).strip('-') or 'own'}"
    if plain == f"team-{team}" and len(plain) <= LONGEST_KEY:
        return plain
    apart = sha256(team.encode()).hexdigest()[:LENGTH_OF_HASH]
    return f"{plain[: LONGEST_KEY - LENGTH_OF_HASH - 1].rstrip('-')}-{apart}"


def _team(tx: Transaction, key: str) -> Team:
    found = people.teams(tx).get(key)
    if found is None:
        raise TeamNotFound(key)
    return found
