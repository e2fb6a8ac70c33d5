"""Who may come in: by a valid token, as its agent, as far as its scopes reach, and never by a cookie."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.errors import AnswersInvalid, RightMissing, TokenInvalid
from desk.model import Role, Scope
from engine.errors import NotFound
from tests.support.programs import Program, add_robot, program


def test_a_token_acts_for_its_agent_with_the_scopes_it_got(product):
    made, secret = product.desk.tokens.create("till", login="li", scopes=[Scope.TASKS, Scope.READ], by="admin")
    caller = product.desk.tokens.caller(secret)
    assert (caller.agent.login, caller.token.id) == ("li", made.id)
    assert made.scopes == (Scope.READ, Scope.TASKS)
    assert made.created_by == "admin"


def test_the_secret_is_kept_nowhere(product):
    _, secret = product.desk.tokens.create("till", login="li", scopes=[Scope.READ], by=None)
    assert len(secret) > 43
    assert secret not in repr(product.rows())
    assert secret.removeprefix("caseloop_") not in repr(product.rows())


def test_a_token_ends_by_its_date_by_revoking_and_with_its_agent(product):
    tokens = product.desk.tokens
    _, dated = tokens.create("a", login="li", scopes=[Scope.READ], expires_at=product.clock.now() + timedelta(days=1), by=None)
    revoked, secret = tokens.create("b", login="li", scopes=[Scope.READ], by=None)
    _, gone = tokens.create("c", login="zhao", scopes=[Scope.READ], by=None)
    assert tokens.caller(dated)
    tokens.revoke(revoked.id, by="admin")
    product.desk.people.change_agent("zhao", by="admin", revision=product.desk.people.agent("zhao").revision, active=False)
    product.clock.advance(days=1)
    for over in (dated, secret, gone, "caseloop_unknown", ""):
        with pytest.raises(TokenInvalid):
            tokens.caller(over)


def test_use_is_noted_to_the_minute(product):
    made, secret = product.desk.tokens.create("till", login="li", scopes=[Scope.READ], by=None)
    assert made.last_used_at is None
    product.desk.tokens.caller(secret)
    first = product.clock.now()
    product.clock.advance(seconds=30)
    product.desk.tokens.caller(secret)
    assert product.desk.tokens.all(by="admin")[0].last_used_at == first


def test_only_administrators_keep_tokens(product):
    with pytest.raises(RightMissing):
        product.desk.tokens.create("x", login="li", scopes=[Scope.READ], by="wang")
    with pytest.raises(RightMissing):
        product.desk.tokens.all(by="li")
    with pytest.raises(RightMissing):
        product.desk.tokens.revoke(1, by="li")
    with pytest.raises(NotFound):
        product.desk.tokens.revoke(99, by="admin")


def test_a_token_needs_a_name_a_scope_and_an_end_to_come(product):
    before = product.rows()
    for wrong in ({"name": " "}, {"scopes": []}, {"expires_at": product.clock.now()}):
        order = {"name": "x", "login": "li", "scopes": [Scope.READ], **wrong}
        with pytest.raises(AnswersInvalid):
            product.desk.tokens.create(order.pop("name"), by="admin", **order)
    assert product.rows() == before


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic abc", "Bearer caseloop_wrong", "Bearer \xff\xfe"])
def test_without_a_valid_token_nothing_is_answered(product, header):
    headers = {} if header is None else {"Authorization": header}
    answer = product.app.test_client().get("/api/v1/tasks", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.mimetype == "application/problem+json"


def test_a_browsers_session_opens_nothing_of_the_api(product):
    visitor = product.visitor("admin")
    assert visitor.get("/inbox").status_code == 200
    assert visitor.get("/api/v1/tasks").status_code == 401
    assert visitor.post("/api/v1/signals", json={"name": "x"}).status_code == 401


def test_a_token_opens_no_page(product):
    answer = program(product).product.app.test_client().get("/inbox", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/tasks", Scope.READ),
        ("POST", "/tasks/1/claim", Scope.TASKS),
        ("POST", "/instances", Scope.INSTANCES),
        ("POST", "/external-tasks/fetch-and-lock", Scope.EXTERNAL),
        ("POST", "/deployments", Scope.DEPLOY),
    ],
)
def test_each_kind_of_work_needs_its_scope(product, method, path, scope):
    others = [each for each in Scope if each is not scope]
    answer = program(product, "admin", *others).send(method, path, json={})
    assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")
    assert answer.json["details"] == {"scope": scope}


def test_rights_are_those_of_the_agent_not_of_the_scope(admin: Program, shipping):
    started = admin.post("/instances", {"process_key": "shipping", "business_key": "B-1"}).json
    add_robot(shipping, "clerk", Role.AGENT)
    clerk = program(shipping, "clerk")
    refused = [
        clerk.get("/instances"),
        clerk.get(f"/instances/{started['id']}/variables"),
        clerk.post("/instances", {"process_key": "shipping", "business_key": "B-2"}),
        clerk.post(f"/instances/{started['id']}/cancel", {"reason": "x"}),
        clerk.post("/signals", {"name": "x"}),
        clerk.post("/messages", {"name": "x", "correlation_key": "y"}),
        clerk.get("/incidents"),
        clerk.get("/jobs"),
        clerk.get("/deployments"),
    ]
    assert {answer.status_code for answer in refused} == {403}
    add_robot(shipping, "drawer", Role.ANALYST)
    assert program(shipping, "drawer").get("/tasks").status_code == 403
    assert program(shipping, "drawer").get("/cases").status_code == 403
