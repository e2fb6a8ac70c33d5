"""What the first `caseloop up` puts into an empty database: the packaged processes, and people to try them with."""

from __future__ import annotations

from caseloop.bootstrap import Services, packaged_processes
from desk import seed

FIRST_ROLLOUT = ("customer-service", "1.0")
BY = "caseloop"


def furnish(services: Services) -> dict[str, tuple[str, str, str]]:
    """Deploy what ships; make demo agents where there is nobody yet. Safe to run again.

    Returns login -> (name, role, one-time password) of the agents that were made, empty on every later start.
    """
    for package in packaged_processes().values():
        services.engine.deploy(package, by=BY)
    key, version = FIRST_ROLLOUT
    if not services.desk.rollout.stages(key):
        services.desk.rollout.assign(key, version, None, by=BY)
    if services.desk.people.agents():
        return {}
    return seed.people(services.desk, services.chance)
