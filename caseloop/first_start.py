"""What the first `caseloop up` puts into an empty database: the packaged processes, and people to try them with."""

from __future__ import annotations

from caseloop.bootstrap import Services, packaged_processes
from desk.model import Agent
from desk.seed import seed_demo

FIRST_ROLLOUT = ("customer-service", "1.0")
BY = "caseloop"
PASSWORD_LENGTH = 14


def furnish(services: Services) -> list[tuple[Agent, str]]:
    """Deploy what ships and roll the first version out; make demo agents where there is nobody yet. Safe to run again.

    Returns the agents that were made with their one-time passwords; nobody on every later start.
    """
    for package in packaged_processes().values():
        services.engine.deploy(package, by=BY)
    key, version = FIRST_ROLLOUT
    desk = services.desk
    if not desk.rollout.stages(key):
        desk.rollout.assign(key, version, None, by=BY)
    if desk.people.agents():
        return []
    made = seed_demo(desk, lambda _login: services.chance.token()[:PASSWORD_LENGTH])
    return [(agent, made[agent.login]) for agent in desk.people.agents() if agent.login in made]
