"""Who works now and next: the teams with load and waiting lines, the plan of a week, one person's shift, leave and skills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from desk.assignment import Candidate, skills_of
from desk.assignment.absences import Absence
from desk.assignment.presence import PlannedDay, back_at, planned
from desk.assignment.shifts import Shift
from desk.casetasks import numbers_of
from desk.context import DeskContext
from desk.errors import AgentNotFound, AnswersInvalid, RightMissing, TeamNotFound
from desk.model import Agent, Availability, Role, Team
from desk.rights import heads, require_head
from desk.store import assignments, candidates, contributions, loads, people, staffing
from desk.store.loads import NOTHING
from desk.wordings import NO_CAPACITY
from engine.db import queries
from engine.db.database import tried_again
from engine.ports import Transaction

MOST_CAPACITY = 9999
MOST_LEFT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody of a team as they are now. `seen` is what assignment knows of them; `cases` and `contributions` to others' cases
    are what they work on, by priority.

    `back_at` is when new cases reach them next, None when nobody can tell.
    """

    agent: Agent
    seen: Candidate
    availability: Availability
    cases: Mapping[str, int]
    contributions: Mapping[str, int]
    back_at: datetime | None
    leave: Absence | None

    @property
    def gets_cases(self) -> bool:
        """Whether they are there for new cases, room aside."""
        seen = self.seen
        return seen.available and not seen.busy and seen.on_shift and not seen.on_leave and seen.signed_in and seen.may_read


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """An open task that somebody on leave has. `number` is its case's."""

    login: str
    task_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamNow:
    """A team as it is now. `cases` are its open cases by priority; `waiting_since` is of the first of the `waiting` ones,
    contributions among them.

    `calendar` is the key of the calendar in which its own limits count, None for the business calendar.
    `left` are the first MOST_LEFT tasks that its people on leave have; told of one team, to those who arrange its work.
    """

    team: Team
    members: tuple[Member, ...]
    cases: Mapping[str, int]
    waiting: int
    waiting_since: datetime | None
    shift: Shift | None
    calendar: str | None
    may_arrange: bool
    left: tuple[Left, ...] = ()

    @property
    def there(self) -> int:
        """How many get new cases now."""
        return sum(member.gets_cases for member in self.members)

    @property
    def load(self) -> int:
        return sum(member.seen.load for member in self.members)

    @property
    def capacity(self) -> int:
        return sum(member.agent.capacity for member in self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person's plan. `shift` is their own, `team_shift` the one that holds when they have none, with the team's key.

    `may_change`: the switch and leave; `may_arrange`: shift, skills and capacity.
    """

    agent: Agent
    shift: Shift | None
    team_shift: tuple[str, Shift] | None
    leave: tuple[Absence, ...]
    may_change: bool
    may_arrange: bool


class Staff:
    """Agents see their own teams and their own plan, those who lead see all."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def teams(self, *, viewer: str) -> list[TeamNow]:
        """The teams that the viewer may see, the own ones first."""
        now = self._context.now()
        with self._db.reading() as tx:
            agent, teams = people.agent(tx, viewer), people.teams(tx)
            shown = [key for key in teams if agent.leads or key in agent.team_keys]
            return sorted(self._now(tx, shown, agent, now), key=lambda one: one.team.key not in agent.team_keys)

    def team(self, key: str, *, viewer: str) -> TeamNow:
        """One team. Raises TeamNotFound, RightMissing."""
        with self._db.reading() as tx:
            agent = self._reader(tx, key, viewer)
            found = self._now(tx, (key,), agent, self._context.now())[0]
            return replace(found, left=tuple(_left(tx, found))) if found.may_arrange else found

    def _reader(self, tx: Transaction, key: str, viewer: str) -> Agent:
        agent = people.agent(tx, viewer)
        if key not in people.teams(tx):
            raise TeamNotFound(key)
        if not agent.leads and key not in agent.team_keys:
            raise RightMissing(viewer, f"see team {key}", "a member of the team or a supervisor")
        return agent

    def _now(self, tx: Transaction, keys: Sequence[str], viewer: Agent, now: datetime) -> list[TeamNow]:
        teams, shifts = people.teams(tx), staffing.shifts(tx)
        lengths, cases = _lengths(tx), loads.open_of_teams(tx, keys)
        members, chosen = self._members(tx, keys, shifts, now), self._context.calendars_in(tx).teams
        return [
            TeamNow(
                team=teams[key],
                members=tuple(one for one in members if key in one.agent.team_keys),
                cases=cases.get(key, {}),
                waiting=sum(count for count, _ in lengths.get(key, ())),
                waiting_since=min((since for _, since in lengths.get(key, ())), default=None),
                shift=shifts.get((staffing.TEAM, key)),
                calendar=chosen.get(key),
                may_arrange=heads(viewer, (key,), teams),
            )
            for key in keys
        ]

    def _members(
        self, tx: Transaction, keys: Sequence[str], shifts: Mapping[tuple[str, str], Shift], now: datetime
    ) -> list[Member]:
        seen = {one.login: one for one in candidates.candidates(tx, keys, now)}
        found = [agent for agent in people.agents(tx) if agent.active and agent.login in seen]
        carried = loads.carried(tx, list(seen))
        leave = staffing.absences(tx, until_after=now, logins=list(seen))
        return [
            Member(
                agent=agent,
                seen=seen[agent.login],
                availability=agent.available_at(now),
                cases=carried.get(agent.login, NOTHING).cases,
                contributions=carried.get(agent.login, NOTHING).contributions,
                back_at=back_at(agent, candidates.shift_of(agent, shifts), _leave_of(agent, leave), now),
                leave=next((one for one in _leave_of(agent, leave) if one.covers(now)), None),
            )
            for agent in found
        ]

    def week(self, key: str, monday: date, *, viewer: str, days: int = 7) -> list[tuple[Agent, list[PlannedDay]]]:
        """The plan of a team's active members for some days from a date on. Raises TeamNotFound, RightMissing."""
        with self._db.reading() as tx:
            self._reader(tx, key, viewer)
            members = [agent for agent in people.agents(tx) if agent.active and key in agent.team_keys]
            begins = datetime.combine(monday, time(), tzinfo=self._context.zone)
            leave = staffing.absences(tx, until_after=begins, logins=[one.login for one in members])
            shifts, zone = staffing.shifts(tx), self._context.zone
            return [
                (agent, planned(candidates.shift_of(agent, shifts), _leave_of(agent, leave), monday, zone, days=days))
                for agent in members
            ]

    def person(self, login: str, *, viewer: str) -> Person:
        """One person's plan, for themselves and those who lead. Raises AgentNotFound, RightMissing."""
        with self._db.reading() as tx:
            agent, seen_by = people.agent(tx, login), people.agent(tx, viewer)
            if viewer != login and not seen_by.leads:
                raise RightMissing(viewer, f"see the plan of {login}", f"{login} or a supervisor")
            shifts, arranges = staffing.shifts(tx), heads(seen_by, agent.team_keys, people.teams(tx))
            of_teams = ((key, shifts[staffing.TEAM, key]) for key in agent.team_keys if (staffing.TEAM, key) in shifts)
            return Person(
                agent=agent,
                shift=shifts.get((staffing.AGENT, login)),
                team_shift=next(of_teams, None),
                leave=tuple(staffing.absences(tx, until_after=self._context.now(), logins=(login,))),
                may_change=arranges or viewer == login,
                may_arrange=arranges,
            )

    def stand_ins(self, login: str) -> list[Agent]:
        """Who may be named as somebody's delegate: active colleagues who work on cases, those of the same teams first."""
        with self._db.reading() as tx:
            own = set(people.agent(tx, login).team_keys)
            able = [one for one in people.agents(tx) if one.active and one.login != login and one.role is not Role.ANALYST]
            return sorted(able, key=lambda one: (own.isdisjoint(one.team_keys), one.login))

    @tried_again
    def change_work(
        self,
        login: str,
        *,
        skills: Sequence[str],
        lines: Sequence[str],
        languages: Sequence[str],
        capacity: int,
        revision: int,
        by: str,
    ) -> Agent:
        """Change what somebody can do and carry. `skills` may name a level, as complaint:4; no lines or languages means all.

        Raises RightMissing, AgentNotFound, SkillInvalid, AnswersInvalid, StaleRevision.
        """
        if not 0 <= capacity <= MOST_CAPACITY:
            raise AnswersInvalid({"capacity": NO_CAPACITY})
        levels = skills_of(skills)
        changes = {"skills": tuple(levels), "levels": levels, "capacity": capacity}
        changes |= {"lines": tuple(dict.fromkeys(lines)), "languages": tuple(dict.fromkeys(languages))}
        with self._db.transaction() as tx:
            found = people.account(tx, login)
            if found is None:
                raise AgentNotFound(login)
            require_head(people.agent(tx, by), found.agent.team_keys, people.teams(tx), f"arrange the work of {login}")
            people.change_agent(tx, login, revision, **changes)
            assignments.free_again(tx, found.agent.team_keys, self._context.now())
            return replace(found.agent, **changes, revision=revision + 1)


def _lengths(tx: Transaction) -> Mapping[str, Sequence[tuple[int, datetime]]]:
    """How many cases, and how many contributions, wait for each team, and since when the first of them."""
    found = (assignments.lengths(tx), contributions.lengths(tx))
    return {key: [one[key] for one in found if key in one] for key in {*found[0], *found[1]}}


def _left(tx: Transaction, team: TeamNow) -> list[Left]:
    absent = [member.agent.login for member in team.members if member.leave is not None]
    tasks = [task for login in absent for task in queries.tasks(tx, assignee=login, limit=MOST_LEFT)][:MOST_LEFT]
    numbers = numbers_of(tx, tasks)
    return [Left(login=task.assignee or "", task_id=task.id, number=numbers[task.id]) for task in tasks]


def _leave_of(agent: Agent, leave: Sequence[Absence]) -> list[Absence]:
    return [one for one in leave if one.login == agent.login]
