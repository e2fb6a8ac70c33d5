"""What the first `caseloop up` puts into an empty database: the packaged processes, and people to try them with."""

from __future__ import annotations

import structlog

from caseloop.bootstrap import Services, packaged_processes
from desk.model import Agent
from desk.seed import seed_demo
from engine.errors import VersionExists

log = structlog.get_logger(__name__)

FIRST_ROLLOUT = ("customer-service", "1.0")
BY = "caseloop"
PASSWORD_LENGTH = 14


def furnish(services: Services) -> list[tuple[Agent, str]]:
    """Deploy what ships and roll the first version out; make demo agents where there is nobody yet. Safe to run again.

    A version that was deployed here with other content stays as it is, and that is logged: running cases stand on it.

    Returns the agents that were made with their one-time passwords; nobody on every later start.
    """
    for package in packaged_processes().values():
        try:
            services.engine.deploy(package, by=BY)
        except VersionExists as error:
            log.warning("shipped_version_left_out", process=package.key, version=package.version, why=error.message)
    key, version = FIRST_ROLLOUT
    desk = services.desk
    if not desk.rollout.stages(key):
        desk.rollout.assign(key, version, None, by=BY)
    if desk.people.agents():
        return []
    made = seed_demo(desk, lambda _login: services.chance.token()[:PASSWORD_LENGTH])
    return [(agent, made[agent.login]) for agent in desk.people.agents() if agent.login in made]
