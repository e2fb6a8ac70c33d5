"""Which person follows up a missed target: a pure rule. Never the case's own owner, never the same person twice in a round."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk.escalating.ladder import Whom
from desk.model import Agent, Role, Team
from desk.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """An escalation that happened: once per case, clock, round and level."""

    clock: str
    round: int
    level: int
    supervisor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What was missed, and what was done about it before."""

    clock: str
    round: int
    owner: str | None
    team: str
    before: tuple[Escalated, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The answer: nobody (`supervisor` None) means an alarm to the queue of all supervisors."""

    supervisor: str | None
    level: int
    clock: str
    reason: Reason
    considered: tuple[Mapping[str, Any], ...]


def level_of(missed: Missed) -> int:
    """The level that comes now: one above those that came in this round."""
    return 1 + max((one.level for one in _before(missed)), default=0)


def escalate(
    missed: Missed,
    teams: Mapping[str, Team],
    people: Mapping[str, Agent],
    *,
    whom: Whom = Whom.SUPERVISOR,
    absent: Collection[str] = (),
) -> Escalation:
    """The first of those in turn who is there, owns another case, and wasn't told before; else the queue (E42).

    `absent` are logins of who isn't there although the own switch doesn't say so: on leave, or not on shift.
    """
    told = {one.supervisor for one in _before(missed)}
    level = level_of(missed)
    considered: list[Mapping[str, Any]] = []
    for login, reason in _in_turn(whom, teams.get(missed.team), people, missed.clock):
        obstacle = _obstacle(login, people, owner=missed.owner, told=told, absent=absent)
        considered.append({"login": login, "rung": reason.code, "obstacle": obstacle})
        if not obstacle:
            return Escalation(supervisor=login, level=level, clock=missed.clock, reason=reason, considered=tuple(considered))
    code = "all_supervisors" if whom is Whom.EVERYBODY else "no_supervisor"
    reason = Reason(code=code, arguments={"clock": missed.clock})
    return Escalation(supervisor=None, level=level, clock=missed.clock, reason=reason, considered=tuple(considered))


def _before(missed: Missed) -> Sequence[Escalated]:
    return [one for one in missed.before if one.round == missed.round and one.clock == missed.clock]


def _in_turn(whom: Whom, team: Team | None, people: Mapping[str, Agent], clock: str) -> Sequence[tuple[str, Reason]]:
    """Whom to ask, one after the other; nobody when all are to be told anyway."""
    if whom in (Whom.EVERYBODY, Whom.NOBODY):
        return []
    named: list[tuple[str, Reason]] = []
    if team and team.supervisor:
        named.append((team.supervisor, Reason(code="team_supervisor", arguments={"clock": clock, "team": team.key})))
    if team and team.deputy:
        named.append((team.deputy, Reason(code="team_deputy", arguments={"clock": clock, "team": team.key})))
    taken = {login for login, _ in named}
    another = Reason(code="another_supervisor", arguments={"clock": clock})
    others = [(login, another) for login, agent in sorted(people.items()) if agent.role is Role.SUPERVISOR and login not in taken]
    if whom is Whom.DEPUTY:
        named.reverse()
    return others + named if whom is Whom.ANOTHER else named + others


def _obstacle(
    login: str, people: Mapping[str, Agent], *, owner: str | None, told: Collection[str | None], absent: Collection[str]
) -> str:
    """Why they can't be told, as a code; empty when they can."""
    agent = people.get(login)
    if agent is None or not agent.active:
        return "inactive"
    if not agent.available or login in absent:
        return "away"
    if login == owner:
        return "owns_case"
    return "told_before" if login in told else ""
