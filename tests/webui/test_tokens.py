"""API tokens, as an administrator keeps them on the page."""

from __future__ import annotations

import re

import pytest

NEW = {"name": "till", "login": "li", "scopes": ["read", "tasks"], "days": "90"}


def made(admin, **changes):
    answer = admin.post("/admin/tokens", NEW | changes)
    assert answer.status_code == 201
    return re.search(r"<dd>(caseloop_[^<]+)</dd>", answer.text)[1]


def test_a_secret_is_shown_once_and_opens_the_api(product):
    admin = product.visitor("admin")
    secret = made(admin)
    assert product.desk.tokens.caller(secret).agent.login == "li"
    listed = admin.get("/admin/tokens").text
    assert "till" in listed
    assert secret not in listed


def test_a_token_is_revoked_by_its_button(product):
    admin = product.visitor("admin")
    secret = made(admin)
    assert admin.post("/admin/tokens/1/revoke").status_code == 303
    assert product.app.test_client().get("/api/v1/tasks", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert "revoked" in admin.get("/admin/tokens").text
    assert admin.post("/admin/tokens/99/revoke").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": " "}, 422),
        ({"scopes": []}, 422),
        ({"scopes": ["everything"]}, 422),
        ({"days": "7000"}, 422),
        ({"login": "nobody"}, 404),
    ],
)
def test_a_token_that_cannot_be_is_refused_and_nothing_is_kept(product, changes, status):
    admin, before = product.visitor("admin"), product.rows()
    assert admin.post("/admin/tokens", NEW | changes).status_code == status
    assert product.rows() == before


def test_only_administrators_see_the_page(product):
    assert product.visitor("wang").get("/admin/tokens").status_code == 403
