"""Incidents by HTTP: what stopped, trying again, and what is told when it fails again."""

from __future__ import annotations

import pytest

from tests.support.versions import a_stuck_case, repair


@pytest.fixture
def stuck(product) -> str:
    return a_stuck_case(product)


def incident_of(product):
    return product.desk.incidents.open(viewer="wang")[0].incident


def test_nothing_to_repair_is_said_kindly(product):
    assert "No open incidents" in product.visitor("wang").get("/incidents").text


def test_an_incident_names_case_activity_and_what_happened(product, stuck):
    page = product.visitor("wang", language="zh").get("/incidents").text
    assert f'href="/cases/{stuck}"' in page
    assert "rules.wait_for_customer" in page
    assert "重试" in page


def test_an_analyst_sees_the_incident_without_a_link_to_the_customers_case(product, stuck):
    page = product.visitor("analyst").get("/incidents").text
    assert stuck in page
    assert f'href="/cases/{stuck}"' not in page


def test_retrying_before_the_repair_says_that_it_failed_again(product, stuck):
    visitor = product.visitor("wang")
    answer = visitor.post(f"/incidents/{incident_of(product).id}/retry")
    assert "It failed again" in visitor.get(answer.headers["Location"]).text
    assert product.desk.incidents.open(viewer="wang") != []


def test_retrying_after_the_repair_lets_the_case_go_on(product, stuck):
    repair(product, stuck)
    visitor, incident = product.visitor("wang"), incident_of(product)
    page = visitor.get(visitor.post(f"/incidents/{incident.id}/retry").headers["Location"]).text
    assert "The step is tried again" in page
    assert "No open incidents" in page
    assert "rules.wait_for_customer" in page
    product.work()
    assert product.desk.cases.case(stuck, viewer="wang").case.state == "resolved"
    assert visitor.post(f"/incidents/{incident.id}/retry").status_code == 409


def test_an_incident_that_does_not_exist_is_not_found(product):
    assert product.visitor("wang").post("/incidents/99/retry").status_code == 404


def test_agents_cannot_retry(product, stuck):
    before = product.rows()
    visitor = product.visitor("li")
    assert visitor.post(f"/incidents/{incident_of(product).id}/retry").status_code == 403
    assert product.rows() == before
