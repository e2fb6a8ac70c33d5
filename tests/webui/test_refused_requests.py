"""Requests that no page of ours would send: each is told clearly with its status, and not one row changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.product import INTAKE, Product, Visitor

DONE = {"content": "已修复", "outcome": "resolved", "solution": "已修复"}
MEGABYTE = 1024 * 1024


@pytest.fixture
def task(product: Product) -> Any:
    """A task that li holds."""
    number = product.open_case()
    product.desk.work.claim(product.task_of(number).id, by="li")
    return product.task_of(number)


@pytest.fixture
def li(product: Product, task: Any) -> Visitor:
    visitor = product.visitor("li")
    assert visitor.token
    return visitor


def told(answer: Any) -> str:
    """What the person reads; a refusal always has a title and a message."""
    error = answer.json["error"]
    assert error["title"]
    assert error["message"]
    return error["message"] + " ".join(" ".join(each) for each in error.get("fields", {}).values())


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({**DONE, "colour": "red"}, "colour", "no field “colour”"),
        ({**DONE, "typename": "x"}, "typename", "not allowed as a field name"),
        ({**DONE, "solution": 5}, "solution", "Expected a text"),
        ({**DONE, "solution": ["a"]}, "solution", "Expected a text"),
        ({**DONE, "next_action": "x", "outcome": {"a": 1}}, "outcome", "Choose one of the options"),
        ({**DONE, "solution": "x" * MEGABYTE}, "solution", "characters, please"),
        ({**DONE, "solution": "\x00"}, "solution", "cannot be stored"),
        ({**DONE, "solution": "\ud800"}, "solution", "cannot be stored"),
        ({**DONE, "work_started_at": "yesterday"}, "work_started_at", "date and time"),
        ({**DONE, "work_started_at": "2031-01-01T00:00+08:00"}, "work_started_at", "future"),
    ],
)
def test_an_answer_that_the_form_does_not_allow_is_told_at_its_field(product, task, li, data, field, said):
    before = product.rows()
    answer = li.post(f"/tasks/{task.id}/complete", json={"data": data, "revision": task.revision})
    assert answer.status_code == 422
    assert field in answer.json["error"]["fields"]
    assert said in told(answer)
    assert product.rows() == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"[]", b"null", b'{"data": 5, "revision": 1}', b'{"data": {}}', b'{"data": {}, "revision": true}',
        b'{"data": {}, "revision": "1"}', b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", b"\xff\xfe\x00",
        b'{"data": {"content": NaN}, "revision": 1}', b'{"data": {"content": 1e999}, "revision": 99999999999999999999}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/tasks/{0}/complete", "/requests?team=service"])
def test_a_body_that_is_no_answer_is_refused(product, task, li, path, body):
    before = product.rows()
    answer = li.client.post(
        path.format(task.id), data=body, headers={"X-CSRF-Token": li.token, "Content-Type": "application/json"}
    )
    assert answer.status_code in (409, 422)
    assert told(answer)
    assert product.rows() == before


@pytest.mark.parametrize("request_id", [5, "", "\ud800", "a\x00b", "x" * 61, ["x"]])
def test_a_request_id_that_no_page_would_make_is_refused(product, li, request_id):
    before = product.rows()
    assert li.post("/requests?team=service", json={"data": INTAKE, "request_id": request_id}).status_code == 422
    assert product.rows() == before


@pytest.mark.parametrize("path", ["/tasks/{0}/claim", "/drafts/{0}/discard", "/drafts/{0}/deploy", "/incidents/{0}/retry"])
@pytest.mark.parametrize("number", [0, 2**63 - 1, 10**25])
def test_a_number_that_names_no_record_is_refused(product, path, number):
    visitor, before = product.visitor("admin"), product.rows()
    assert visitor.post(path.format(number), {"revision": "1"}).status_code in (404, 405)
    assert product.rows() == before


def test_intake_refuses_the_same_things(product, li):
    before = product.rows()
    for wrong in ({"colour": "red"}, {"typename": "x"}, {"type": 7}, {"description": "x" * MEGABYTE}, {"customer_name": None}):
        answer = li.post("/requests?team=service", json={"data": {**INTAKE, **wrong}, "revision": 0})
        assert answer.status_code == 422
        assert set(answer.json["error"]["fields"]) == set(wrong)
    assert product.rows() == before


def test_a_body_beyond_two_megabytes_names_the_limit(product, task, li):
    before = product.rows()
    answer = li.post(f"/tasks/{task.id}/complete", json={"data": {"content": "x" * 2 * MEGABYTE}, "revision": 1})
    assert answer.status_code == 413
    assert "2 MB" in told(answer)
    assert product.rows() == before


def test_a_stale_task_is_refused(product, task, li):
    before = product.rows()
    answer = li.post(f"/tasks/{task.id}/complete", json={"data": DONE, "revision": task.revision - 1})
    assert answer.status_code == 409
    assert "changed this since you opened it" in told(answer)
    assert product.rows() == before


def test_a_task_that_others_hold_is_refused(product, task):
    zhao = product.desk.people.agent("zhao")
    product.desk.people.change_agent("zhao", by="admin", revision=zhao.revision, team_keys=("complaints",))
    colleague = product.visitor("zhao")
    before = product.rows()
    answer = colleague.post(f"/tasks/{task.id}/complete", json={"data": DONE, "revision": task.revision})
    assert answer.status_code == 409
    assert "You do not hold task" in told(answer)
    assert colleague.post(f"/tasks/{task.id}/claim").status_code == 409
    assert colleague.post(f"/tasks/{task.id}/release").status_code in (403, 409)
    assert colleague.post(f"/tasks/{task.id}/reassign", {"assignee": "zhao", "reason": "x"}).status_code == 403
    assert product.rows() == before


def test_a_task_of_a_foreign_case_does_not_exist(product, task):
    stranger = product.visitor("tech")
    before = product.rows()
    assert stranger.post(f"/tasks/{task.id}/complete", json={"data": DONE, "revision": task.revision}).status_code == 404
    assert stranger.post(f"/tasks/{task.id}/claim").status_code == 404
    assert product.rows() == before


WRITES = (
    "/login", "/logout", "/password", "/requests?team=service", "/tasks/1/claim", "/tasks/1/release", "/tasks/1/reassign",
    "/tasks/1/complete", "/cases/NR20260105001/say/reply", "/cases/NR20260105001/progress", "/cases/NR20260105001/contact",
    "/notices/read", "/admin/people", "/admin/people/li", "/admin/people/li/password", "/admin/teams", "/admin/teams/service",
    "/drafts", "/drafts/1/changes", "/drafts/1/texts/en", "/drafts/1/discard", "/drafts/1/deploy", "/rollout",
    "/incidents/1/retry", "/incidents/retry", "/admin/tokens", "/admin/tokens/1/revoke",
)  # fmt: skip


@pytest.mark.parametrize("path", WRITES)
def test_without_the_token_of_its_session_nothing_is_written(product, task, path):
    visitor, before = product.visitor("admin"), product.rows()
    answer = visitor.client.post(path, data={"text": "x"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "Reload it and try again" in answer.text
    assert product.rows() == before


def test_every_writing_address_is_in_the_list_above(product):
    listed = {path.partition("?")[0].replace("NR20260105001", "*") for path in WRITES}
    ours = {"login", "intake", "tasks", "conversation", "notices", "admin", "drafts", "rollout", "incidents"}
    for rule in product.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in ours and "POST" in (rule.methods or ()):
            shapes = [path.split("/") for path in listed]
            parts = rule.rule.split("/")
            assert any(
                len(shape) == len(parts) and all(a == b or b.startswith("<") for a, b in zip(shape, parts, strict=True))
                for shape in shapes
            ), rule.rule


@pytest.mark.parametrize("number", ["NR20990101001", "x" * 300, "../etc", "NR' OR 1=1--", "%00"])
def test_a_case_number_that_names_nothing_is_not_found(product, li, number):
    before = product.rows()
    assert li.get(f"/cases/{number}").status_code == 404
    assert li.post(f"/cases/{number}/say/note", {"text": "x"}).status_code == 404
    assert product.rows() == before


@pytest.mark.parametrize("revision", ["x", "-1", "٣", "9" * 10, "9" * 50])
def test_a_revision_that_is_no_number_is_refused(product, task, li, revision):
    before = product.rows()
    assert li.post(f"/tasks/{task.id}/release", {"revision": revision}).status_code == 422
    assert product.rows() == before


@pytest.mark.parametrize(
    "query",
    [
        "page=-5",
        "page=99999999999999999999",
        "scope=everything",
        "priority=%00",
        "text=" + "x" * 5000,
        "q=%F0%9F%98%80",
        "state=a&state=b",
    ],
)
def test_odd_addresses_of_lists_are_answered(li, query):
    assert li.get(f"/inbox?{query}").status_code == 200
    assert li.get(f"/cases?{query}").status_code == 200
