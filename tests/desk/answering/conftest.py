"""An office in which nobody is available, so that all cases wait in the line, and what happens there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.assignment.absences import OpenWork
from tests.desk.conftest import BILLING_DAY, Office, add_deputy

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AGENTS = ("li", "zhao", "chen")


@pytest.fixture
def office(office: Office) -> Office:
    """Nobody is available; sun is the deputy of the team that gets the cases."""
    for login in AGENTS:
        switch(office, login, available=False)
    add_deputy(office, "service-b")
    return office


def switch(office: Office, login: str, **changes) -> None:
    found = {agent.login: agent for agent in office.desk.people.agents()}[login]
    office.desk.people.change_agent(login, by="test", revision=found.revision, **changes)


def ask(office: Office, **changes) -> str:
    return office.open({**BILLING_DAY, "received_at": ""}, by="chen", **changes)


def owner_of(office: Office, number: str) -> str | None:
    return office.desk.cases.case(number, viewer="admin").case.owner


def told(office: Office, login: str, template: str = "answering") -> int:
    return sum(notice.template == template for notice in office.desk.notices.of(login))


def pass_minutes(office: Office, minutes: int) -> None:
    office.clock.advance(minutes=minutes)
    office.run()


def on_leave(office: Office, login: str) -> None:
    now = office.clock.now()
    office.desk.attendance.add_leave(login, now, now + timedelta(days=1), delegate=None, open_work=OpenWork.KEEP, by="admin")


@pytest.fixture
def only_wang(office: Office) -> Office:
    """One supervisor, as in a small house."""
    office.desk.people.change_team("service-b", supervisor="wang", deputy=None, by="admin")
    switch(office, "sun", active=False)
    return office
