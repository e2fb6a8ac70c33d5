"""A task of a process that a case's process called belongs to the case."""

from __future__ import annotations

import pytest

from desk.errors import CaseNotFound
from engine.errors import NotFound
from tests.desk.conftest import BILLING_DAY, Office, keep_deployed
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import extended, package, person, zeebe

CALLING = package(
    start(), extended("callActivity", "ask", zeebe("calledElement", processId="advice")), end(), chain("start", "ask", "end"),
    key="customer-service", version="9.0",
)  # fmt: skip
ADVICE = package(
    start(), extended("callActivity", "deeper", zeebe("calledElement", processId="experts")), end(),
    chain("start", "deeper", "end"), key="advice",
)  # fmt: skip
EXPERTS = package(
    start(), person("advise", candidateGroups='= ["technical"]'), end(), chain("start", "advise", "end"), key="experts"
)


@pytest.fixture
def number(office: Office) -> str:
    """A case whose process called another one, which called a third, which waits for a technician."""
    for each in (CALLING, ADVICE, EXPERTS):
        keep_deployed(office.engine, each, office.clock.now())
    office.desk.rollout.assign("customer-service", "9.0", None, by="analyst")
    return office.open(BILLING_DAY | {"received_at": ""})


def test_the_inbox_shows_it_with_the_number_of_the_case(office: Office, number: str) -> None:
    (item,) = office.desk.inbox.tasks("tech", scope="team").items
    assert (item.task.name, item.number, item.case and item.case.number) == ("advise", number, number)
    assert item.task.business_key.startswith(f"{number}/")
    assert office.activities(number) == {"advise"}


def test_who_is_offered_it_opens_it_and_reads_the_case(office: Office, number: str) -> None:
    task = office.task(number, "advise")
    view = office.desk.tasks.task(task.id, viewer="tech")
    assert (view.number, view.is_case, view.may_claim) == (number, True, True)
    assert office.desk.cases.case(number, viewer="tech").number == number
    with pytest.raises(CaseNotFound):
        office.desk.tasks.task(task.id, viewer="business")
    with pytest.raises(CaseNotFound):
        office.desk.work.claim(task.id, by="business")


def test_it_is_worked_on_and_the_case_goes_on(office: Office, number: str) -> None:
    task = office.task(number, "advise")
    office.desk.work.start(task.id, by="tech")
    assert "call" in {item.kind for item in office.desk.cases.timeline(number, viewer="wang")}
    office.desk.work.complete(task.id, {}, by="tech")
    assert office.desk.cases.case(number, viewer="wang").case.state == "closed"
    assert office.desk.tasks.task(task.id, viewer="tech").number == number


def test_a_task_that_belongs_to_no_case_is_as_before(office: Office, number: str) -> None:
    from engine.commands import StartInstance
    from engine.db import queries

    with office.engine.db.transaction() as tx:
        deployment = queries.deployment(tx, "experts", "1.0")
        office.engine.start(tx, StartInstance(deployment_id=deployment.id, business_key=f"{number}/x", by="cli"))
        (task,) = (each for each in queries.tasks(tx, groups=["technical"]) if each.business_key == f"{number}/x")
    view = office.desk.tasks.task(task.id, viewer="tech")
    assert (view.number, view.is_case) == (f"{number}/x", False)
    with pytest.raises(NotFound):
        office.desk.tasks.task(task.id, viewer="business")
