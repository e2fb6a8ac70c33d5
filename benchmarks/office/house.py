"""The service desk that is measured: its home folder, its database, and agents who are often too busy to be given a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from desk.model import NewAgent
from desk.seed import ALL_SKILLS
from engine.db import queries
from engine.model import ProcessInstance, UserTask

PASSWORD = "a long sentence that only you know"
ADMINISTRATOR = "admin"
TEAM = "service"
CAPACITY = 2
"""One open case of normal priority; whatever comes beyond that is offered to the whole team, and several reach for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`services` look at the same database as the processes, which get `environment`. `agents` are logins with PASSWORD."""

    services: Services
    environment: Mapping[str, str]
    agents: tuple[str, ...]

    def instance(self, number: str) -> ProcessInstance:
        with self.services.db.reading() as tx:
            return queries.instance_by_key(tx, number)

    def task(self, number: str, activity: str) -> UserTask | None:
        """The open task of a case at an activity."""
        return next((task for task in self.services.desk.inbox.of_case(number) if task.activity_id == activity), None)


def furnish(database_url: str, home: Path, *, mail_url: str, agents: int, **settings: str) -> House:
    """Make tables, processes and people. `settings` are further ones, without their prefix."""
    given = {"HOME": str(home), "DATABASE_URL": database_url, "SMTP_URL": mail_url, **settings}
    environment = {f"CASELOOP_{name}": value for name, value in given.items()}
    read = Settings.from_environment(environment)
    bootstrap.prepare(read)
    services = bootstrap.build(read)
    people = services.desk.people
    for agent, temporary in first_start.furnish(services):
        people.change_password(agent.login, temporary, PASSWORD)
    for agent in people.agents():
        people.change_agent(agent.login, by=ADMINISTRATOR, revision=agent.revision, available=False)
    logins = tuple(f"agent-{index:02d}" for index in range(agents))
    for login in logins:
        people.add_agent(
            NewAgent(
                login=login,
                name=f"name of {login}",
                password=PASSWORD,
                team_keys=(TEAM,),
                skills=ALL_SKILLS,
                email=f"{login}@example.com",
                capacity=CAPACITY,
            ),
            by=ADMINISTRATOR,
        )
    return House(services=services, environment=environment, agents=logins)
