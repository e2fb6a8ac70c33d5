"""Incidents by HTTP: what stopped, trying again, and what is told when it fails again."""

from __future__ import annotations

import re

import pytest

from tests.support.versions import a_stuck_case, repair, resolve


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


@pytest.fixture
def three_stuck(product) -> list[str]:
    first = a_stuck_case(product)
    more = [product.open_case(by="chen", type="inquiry", subtype="", usage_blocked=False) for _ in range(2)]
    for number in more:
        resolve(product, number, product.task_of(number).assignee or "chen")
    return [first, *more]


def test_those_that_were_chosen_are_tried_and_each_says_what_came_of_it(product, three_stuck):
    repair(product, three_stuck[0])
    visitor = product.visitor("wang")
    found = {view.incident.business_key: view.incident.id for view in product.desk.incidents.open(viewer="wang")}
    page = visitor.post("/incidents/retry", {"incident": [str(found[number]) for number in three_stuck[:2]]}).text
    assert "2 of 2 tried, 1 failed again." in page
    assert "rules.wait_for_customer" in page
    assert three_stuck[2] not in page
    assert len(product.desk.incidents.open(viewer="wang")) == 2


def test_all_that_the_filter_shows_are_tried_in_rounds(product, three_stuck, monkeypatch):
    monkeypatch.setattr("webui.processes.incidents.AT_A_TIME", 2)
    for number in three_stuck:
        repair(product, number)
    visitor = product.visitor("wang")
    first = visitor.post("/incidents/retry", {"which": "shown", "process": "customer-service"}).text
    assert "2 of 3 tried, 0 failed again." in first
    rest = dict(re.findall(r'<input type="hidden" name="(incident|done|failed)" value="(\d+)"', first))
    last = visitor.post("/incidents/retry", rest, headers={"HX-Request": "true"}).text
    assert "3 of 3 tried, 0 failed again." in last
    assert "<html" not in last
    assert product.desk.incidents.open(viewer="wang") == []


def test_the_list_is_filtered_by_process_activity_and_handler(product, three_stuck):
    visitor = product.visitor("wang")
    assert "No incident fits the filter" in visitor.get("/incidents?handler=notify").text
    incident = incident_of(product)
    assert three_stuck[1] in visitor.get(f"/incidents?activity={incident.activity_id}&process=customer-service").text


def test_choosing_nothing_is_said_and_agents_may_not(product, stuck):
    visitor = product.visitor("wang")
    assert "Choose at least one" in visitor.get(visitor.post("/incidents/retry", {}).headers["Location"]).text
    assert visitor.post("/incidents/retry", {"incident": ["x", "99", "9" * 30]}).status_code == 200
    assert product.visitor("li").post("/incidents/retry", {"which": "shown"}).status_code == 403
