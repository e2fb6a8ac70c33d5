"""Incidents at the desk: who may see them, what retrying tells."""

from __future__ import annotations

import pytest

from desk.errors import RightMissing
from engine.commands import SetVariables
from engine.db import queries
from engine.errors import Conflict, NotFound
from tests.desk.conftest import BILLING_DAY, PACKAGE, Office, keep_deployed

KEY, DIAGRAM = "customer-service", "customer-service.bpmn"
CONDITION = b'= handle.outcome = "wait_customer"'


@pytest.fixture
def stuck(office: Office) -> str:
    """A case that stopped behind its handling task, for a variable that nobody set; its number."""
    diagram = PACKAGE.files[DIAGRAM].replace(CONDITION, b"= rules.wait")
    manifest = PACKAGE.files["process.toml"].replace(b'version = "1.0"', b'version = "9.0"')
    keep_deployed(office.engine, PACKAGE.with_files({DIAGRAM: diagram, "process.toml": manifest}), office.clock.now())
    office.desk.rollout.assign(KEY, "9.0", None, by="analyst")
    number = office.open(BILLING_DAY | {"received_at": ""})
    office.resolve(number)
    return number


def repair(office: Office, number: str) -> None:
    with office.engine.db.transaction() as tx:
        instance = queries.instance_by_key(tx, number)
        values = {"rules": {"wait": False}}
        office.engine.set_variables(tx, SetVariables(instance_id=instance.id, values=values, by="admin", reason="repair"))


def test_those_who_repair_see_what_stopped_and_on_which_version(office, stuck):
    for login in ("wang", "analyst", "admin"):
        (view,) = office.desk.incidents.open(viewer=login)
        assert (view.incident.business_key, view.version, view.retryable) == (stuck, "9.0", True)
    with pytest.raises(RightMissing, match="li may not repair processes"):
        office.desk.incidents.open(viewer="li")


def test_a_retry_without_a_repair_says_that_it_failed_again(office, stuck):
    (view,) = office.desk.incidents.open(viewer="wang")
    assert office.desk.incidents.retry(view.incident.id, by="wang") is False
    assert len(office.desk.incidents.open(viewer="wang")) == 1


def test_a_retry_after_the_repair_lets_the_case_go_on(office, stuck):
    repair(office, stuck)
    (view,) = office.desk.incidents.open(viewer="wang")
    assert office.desk.incidents.retry(view.incident.id, by="analyst") is True
    office.run()
    assert office.desk.cases.case(stuck, viewer="wang").case.state == "resolved"
    assert [each.incident.id for each in office.desk.incidents.resolved(viewer="wang")] == [view.incident.id]
    with pytest.raises(Conflict):
        office.desk.incidents.retry(view.incident.id, by="wang")


def test_agents_cannot_retry_and_unknown_incidents_are_not_found(office, stuck):
    (view,) = office.desk.incidents.open(viewer="wang")
    with pytest.raises(RightMissing):
        office.desk.incidents.retry(view.incident.id, by="li")
    with pytest.raises(NotFound):
        office.desk.incidents.retry(99, by="wang")


def test_versions_are_counted_by_their_cases(office, stuck):
    office.open()
    assert office.desk.rollout.counts(KEY) == {"9.0": (2, 2)}
    assert office.desk.rollout.counts("other") == {}
