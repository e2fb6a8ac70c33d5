"""Rollout by HTTP: who is on which version, going forward and back, and figures that don't promise too much."""

from __future__ import annotations

import pytest

from tests.support.versions import KEY, resolve

ROLLOUT = f"/rollout?key={KEY}"


def assign(visitor, version, team="", read=None):
    fields = {"key": KEY, "version": version, "team": team}
    return visitor.post("/rollout", fields if read is None else {**fields, "revision": str(read)})


def test_a_team_goes_forward_and_back_and_the_history_keeps_both(product):
    analyst = product.visitor("analyst")
    assert assign(analyst, "1.1", "service-b", read=1).headers["Location"] == ROLLOUT
    page = analyst.get(ROLLOUT).text
    assert "Back to 1.0" in page
    assert product.desk.rollout.versions(KEY)["service-b"] == "1.1"
    assign(analyst, "1.0", "service-b", read=2)
    assert product.desk.rollout.versions(KEY)["service-b"] == "1.0"
    history = analyst.get(f"/rollout/{KEY}/history.csv").data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[1:3] for line in history[1:]] == [["Everyone", "1.0"], ["Service 2", "1.1"], ["Service 2", "1.0"]]


def test_everyone_can_be_moved_at_once(product):
    assign(product.visitor("analyst"), "1.1")
    assert set(product.desk.rollout.versions(KEY).values()) == {"1.1"}


def test_a_supervisor_sees_the_rollout_but_cannot_change_it(product):
    supervisor = product.visitor("wang")
    assert 'action="/rollout" method' not in supervisor.get(ROLLOUT).text
    assert "Assign to everyone" not in supervisor.get(ROLLOUT).text
    before = product.rows()
    assert assign(supervisor, "1.1").status_code == 403
    assert product.rows() == before


@pytest.mark.parametrize(
    ("version", "team", "read", "status"), [("7.7", "", None, 404), ("1.1", "nobody", None, 404), ("1.1", "", 5, 409)]
)
def test_what_cannot_be_assigned_is_refused_and_changes_nothing(product, version, team, read, status):
    visitor = product.visitor("analyst")
    before = product.rows()
    assert assign(visitor, version, team, read).status_code == status
    assert product.rows() == before


def test_without_a_team_nobody_is_moved(product):
    visitor, before = product.visitor("analyst"), product.rows()
    assert visitor.post("/rollout", {"key": KEY, "version": "1.1"}).status_code == 422
    assert product.rows() == before


def test_the_comparison_counts_cases_and_says_how_little_they_prove(product):
    analyst = product.visitor("analyst")
    assign(analyst, "1.1", "service-b")
    solved = product.open_case(by="li")
    product.clock.advance(minutes=40)
    resolve(product, solved, product.task_of(solved).assignee)
    product.open_case(by="chen", type="inquiry", subtype="")
    page = analyst.get(ROLLOUT).text
    assert "they prove nothing" in page
    assert "Open cases are not in the medians" in page
    lines = analyst.get(f"/rollout/{KEY}/comparison.csv?a=1.0&b=1.1").data.decode("utf-8-sig").splitlines()
    figures = {line.split(",")[0]: line.split(",")[1:] for line in lines}
    assert figures["Measure"] == ["1.0", "1.1"]
    assert figures["Cases"] == ["1", "1"]
    assert figures["Open"] == ["0", "1"]
    assert figures["Median time to the solution (min)"] == ["40.0", ""]


def test_an_unknown_process_is_not_found(product):
    assert product.visitor("analyst").get("/rollout?key=other").status_code == 404
