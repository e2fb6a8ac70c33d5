"""Who may see and do what. Pure, but for the shape of a readable set of cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from desk.errors import RightMissing
from desk.model import Agent, Case, Role, Team
from desk.store.cases import Readable


def readable(agent: Agent) -> Readable:
    """Supervisors and admins read all cases; agents those of their teams and those they have part in; analysts none."""
    login = None if agent.role is Role.ANALYST else agent.login
    teams = agent.team_keys if agent.role is Role.AGENT else ()
    return Readable(everything=agent.leads, login=login, team_keys=teams)


OPERATORS = frozenset({Role.SUPERVISOR, Role.ANALYST, Role.ADMIN})
"""Who looks after running processes."""


def require_operator(agent: Agent, what: str) -> None:
    """Raises RightMissing unless the agent looks after running processes."""
    if agent.role not in OPERATORS:
        raise RightMissing(agent.login, what, "a supervisor or an analyst")


def require_lead(agent: Agent, what: str) -> None:
    """Raises RightMissing unless the agent leads."""
    if not agent.leads:
        raise RightMissing(agent.login, what, "a supervisor")


def heads(agent: Agent, team_keys: Collection[str], teams: Mapping[str, Team]) -> bool:
    """Whether the agent may arrange the work of one of these teams: its supervisor, its deputy, administrators."""
    named = {login for key in team_keys if key in teams for login in (teams[key].supervisor, teams[key].deputy)}
    return agent.role is Role.ADMIN or (agent.leads and agent.login in named)


def require_head(agent: Agent, team_keys: Collection[str], teams: Mapping[str, Team], what: str) -> None:
    """Raises RightMissing unless the agent may arrange the work of one of these teams."""
    if not heads(agent, team_keys, teams):
        raise RightMissing(agent.login, what, "the team's supervisor or deputy, or an administrator")


def require_publisher(agent: Agent, what: str) -> None:
    """Raises RightMissing unless the agent may change processes."""
    if agent.role not in (Role.ANALYST, Role.ADMIN):
        raise RightMissing(agent.login, what, "an analyst")


def require_admin(agent: Agent, what: str) -> None:
    """Raises RightMissing unless the agent is an administrator."""
    if agent.role is not Role.ADMIN:
        raise RightMissing(agent.login, what, "an administrator")


def require_owner_or_lead(agent: Agent, case: Case, what: str) -> None:
    """Raises RightMissing unless the agent owns the case or leads."""
    if agent.login != case.owner and not agent.leads:
        raise RightMissing(agent.login, f"{what} for {case.number}", f"its owner {case.owner or '(nobody yet)'}")


def may_see_contact(agent: Agent, case: Case, teams: Mapping[str, Team]) -> bool:
    """The full contact is for the owner, the supervisor and deputy of the case's team, and admins."""
    team = teams.get(case.team)
    led_by = {team.supervisor, team.deputy} if team else set()
    return agent.login == case.owner or agent.login in led_by or agent.role is Role.ADMIN
