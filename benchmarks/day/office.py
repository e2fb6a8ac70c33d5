"""The office in which the day is played: a fresh database, the packaged process, enough people, and a clock that all share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.demo import QUICK_HASHER
from caseloop.settings import Settings
from desk.model import NewAgent
from desk.seed import ALL_SKILLS, BY
from engine.model import UserTask
from engine.testing import SharedClock

TEAMS = ("service", "complaints", "technical", "business", "product")
PASSWORD = "a long sentence that only you know"
CAPACITY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """`services` and the worker processes, which get `environment`, look at the same database and the same clock."""

    services: Services
    clock: SharedClock
    clock_file: Path
    environment: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]

    def task(self, number: str, activity: str) -> UserTask | None:
        """The open task of a case at an activity."""
        return next((task for task in self.services.desk.inbox.of_case(number) if task.activity_id == activity), None)


def furnish(database_url: str, home: Path, *, now: datetime, people: int) -> Office:
    """Make tables, process and people: `people` in each of TEAMS, who can do everything. Starts at `now`."""
    environment = {"CASELOOP_HOME": str(home), "CASELOOP_DATABASE_URL": database_url}
    settings = Settings.from_environment(environment)
    bootstrap.prepare(settings)
    clock_file = home / "clock"
    clock = SharedClock(clock_file, now)
    services = bootstrap.build(settings, clock=clock, hasher=QUICK_HASHER)
    for agent, temporary in first_start.furnish(services):
        services.desk.people.change_password(agent.login, temporary, PASSWORD)
    members: dict[str, tuple[str, ...]] = {}
    for team in TEAMS:
        members[team] = tuple(f"{team}-{number}" for number in range(1, people + 1))
        for login in members[team]:
            new = NewAgent(login=login, name=login, password=PASSWORD, team_keys=(team,), skills=ALL_SKILLS, capacity=CAPACITY)
            services.desk.people.add_agent(new, by=BY)
    return Office(services=services, clock=clock, clock_file=clock_file, environment=environment, members=members)
