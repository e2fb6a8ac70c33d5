"""The demo's people: one of each role, so that a newcomer can play every part. Data, made real by `seed_demo`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desk.errors import NameTaken
from desk.model import NewAgent, Role, Team

if TYPE_CHECKING:
    from desk.service import Desk

TEAMS = (
    Team(key="service", name="客服一组", name_en="Service 1", supervisor="wang"),
    Team(key="service-b", name="客服二组", name_en="Service 2", supervisor="wang"),
    Team(key="complaints", name="投诉专员", name_en="Complaints", supervisor="wang"),
    Team(key="technical", name="技术支持", name_en="Technical support", supervisor="wang"),
    Team(key="business", name="业务部门", name_en="Business department", supervisor="wang"),
    Team(key="product", name="产品运营", name_en="Product", supervisor="wang"),
    Team(key="supervisors", name="主管", name_en="Supervisors", supervisor="wang"),
)

ALL_SKILLS = ("inquiry", "complaint", "suggestion", "transaction")
BY = "seed"


def demo_agents(password_for: Callable[[str], str]) -> list[NewAgent]:
    """The demo's agents, each with the password that `password_for` gives for the login."""
    people = (
        ("li", "李娜", "李*", Role.AGENT, ("service", "complaints"), ALL_SKILLS),
        ("zhao", "赵敏", "赵*", Role.AGENT, ("service",), ("inquiry", "suggestion", "transaction")),
        ("chen", "陈晨", "陈*", Role.AGENT, ("service-b",), ALL_SKILLS),
        ("tech", "技术小周", "技术*", Role.AGENT, ("technical",), ()),
        ("business", "业务小吴", "业务*", Role.AGENT, ("business", "product"), ("suggestion", "transaction")),
        ("wang", "王主管", "王*", Role.SUPERVISOR, ("supervisors",), ()),
        ("analyst", "分析师", "分*", Role.ANALYST, (), ()),
        ("admin", "管理员", "管*", Role.ADMIN, ("supervisors",), ()),
    )
    return [
        NewAgent(
            login=login,
            name=name,
            shown_as=shown_as,
            password=password_for(login),
            role=role,
            team_keys=team_keys,
            skills=skills,
            password_is_temporary=True,
        )
        for login, name, shown_as, role, team_keys, skills in people
    ]


def seed_demo(desk: Desk, password_for: Callable[[str], str]) -> dict[str, str]:
    """Make the demo's teams and agents; whoever exists stays as they are. Tells the passwords of those made now, by login."""
    known_teams = {team.key for team in desk.people.teams()}
    for team in TEAMS:
        if team.key not in known_teams:
            desk.people.add_team(team.key, team.name, team.name_en, team.supervisor, team.deputy, by=BY)
    known = {agent.login for agent in desk.people.agents()}
    made: dict[str, str] = {}
    for new in demo_agents(password_for):
        if new.login in known:
            continue
        try:
            desk.people.add_agent(new, by=BY)
        except NameTaken:
            continue  # another process seeds at the same time
        made[new.login] = new.password
    return made
