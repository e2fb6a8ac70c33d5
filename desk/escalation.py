"""Who follows up a missed target: a pure rule. Never the case's own owner, never the same person twice in a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def escalate(missed: Missed, teams: Mapping[str, Team], people: Mapping[str, Agent]) -> Escalation:
    """The team's supervisor, else its deputy, else any other supervisor, else the queue."""
    told = {one.supervisor for one in missed.before if one.round == missed.round and one.clock == missed.clock}
    level = 1 + sum(one.round == missed.round and one.clock == missed.clock for one in missed.before)
    considered: list[Mapping[str, Any]] = []
    for login, reason in _ladder(teams.get(missed.team), people, missed.clock):
        obstacle = _obstacle(login, people, owner=missed.owner, told=told)
        considered.append({"login": login, "rung": reason.code, "obstacle": obstacle})
        if not obstacle:
            return Escalation(supervisor=login, level=level, clock=missed.clock, reason=reason, considered=tuple(considered))
    reason = Reason(code="no_supervisor", arguments={"clock": missed.clock})
    return Escalation(supervisor=None, level=level, clock=missed.clock, reason=reason, considered=tuple(considered))


def _ladder(team: Team | None, people: Mapping[str, Agent], clock: str) -> Sequence[tuple[str, Reason]]:
    rungs: list[tuple[str, Reason]] = []
    if team and team.supervisor:
        rungs.append((team.supervisor, Reason(code="team_supervisor", arguments={"clock": clock, "team": team.key})))
    if team and team.deputy:
        rungs.append((team.deputy, Reason(code="team_deputy", arguments={"clock": clock, "team": team.key})))
    others = sorted(login for login, agent in people.items() if agent.role is Role.SUPERVISOR)
    named = {login for login, _ in rungs}
    another = Reason(code="another_supervisor", arguments={"clock": clock})
    return rungs + [(login, another) for login in others if login not in named]


def _obstacle(login: str, people: Mapping[str, Agent], *, owner: str | None, told: set[str | None]) -> str:
    """Why they can't be told, as a code; empty when they can."""
    agent = people.get(login)
    if agent is None or not agent.active:
        return "inactive"
    if not agent.available:
        return "away"
    if login == owner:
        return "owns_case"
    return "told_before" if login in told else ""
