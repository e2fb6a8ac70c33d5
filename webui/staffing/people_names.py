"""Names for the logins, teams and programs that appear in cases."""

from __future__ import annotations

from flask import g

from desk.model import Agent, Team
from webui.context import services
from webui.i18n import gettext, language, mark

PROGRAMS = {
    "engine": mark("System"),
    "desk": mark("System"),
    "caseloop": mark("System"),
    "worker": mark("System"),
    "cli": mark("Command line"),
    "customer": mark("Customer"),
}


def agents() -> dict[str, Agent]:
    """Everybody by login, read once in a request."""
    if "agents" not in g:
        g.agents = {agent.login: agent for agent in services().desk.people.agents()}
    return g.agents


def teams() -> dict[str, Team]:
    """All teams by key, read once in a request."""
    if "teams" not in g:
        g.teams = {team.key: team for team in services().desk.people.teams()}
    return g.teams


def name_of(login: str | None) -> str:
    """The name to show for who did something: an agent's, the customer, the system; an unknown login as it is."""
    if not login:
        return ""
    known = agents().get(login)
    return known.name if known else gettext(PROGRAMS[login]) if login in PROGRAMS else login


def team_name(key: str | None) -> str:
    """A team's name in the viewer's language; an unknown key as it is."""
    team = teams().get(key or "")
    if team is None:
        return key or ""
    return team.name if language() == "zh" else team.name_en
