"""What every answer carries, and what a writing request must show."""

from __future__ import annotations

import re

import pytest

from webui.security import LARGEST_BODY, LARGEST_PACKAGE, accepts_package, csrf_exempt, csrf_token


@pytest.fixture
def writing(app):
    """An application with four views that write."""
    app.add_url_rule("/token", view_func=lambda: csrf_token())
    app.add_url_rule("/write", endpoint="write", view_func=lambda: "written", methods=["POST", "PUT", "DELETE"])
    app.add_url_rule("/hook", endpoint="hook", view_func=csrf_exempt(lambda: "taken"), methods=["POST"])
    app.add_url_rule("/package", endpoint="package", view_func=accepts_package(lambda: "stored"), methods=["POST"])
    return app.test_client()


def test_a_post_without_the_token_of_its_session_is_refused_with_a_way_out(writing):
    answer = writing.post("/write", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "Reload it and try again" in answer.text


def test_a_token_of_another_session_is_refused(app, writing):
    foreign = app.test_client().get("/token").text
    writing.get("/token")
    assert writing.post("/write", headers={"X-CSRF-Token": foreign}).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_with_its_token_in_the_header_passes(writing, method):
    token = writing.get("/token").text
    assert writing.open("/write", method=method, headers={"X-CSRF-Token": token}).text == "written"


def test_a_form_with_its_token_in_a_field_passes(writing):
    assert writing.post("/write", data={"csrf_token": writing.get("/token").text}).text == "written"


def test_a_view_that_is_exempt_needs_no_token(writing):
    assert writing.post("/hook").text == "taken"


def test_every_page_carries_the_strict_policy_with_a_fresh_nonce(client):
    first, second = client.get("/styleguide"), client.get("/styleguide")
    policy = first.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "'unsafe-eval'" not in policy
    assert re.search(r"style-src 'self' 'nonce-([^']+)'", policy)[1] in first.text
    assert policy != second.headers["Content-Security-Policy"]
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Cache-Control"] == "no-store"


def test_the_session_cookie_is_hidden_from_scripts_and_secure_by_https(writing):
    plain = writing.get("/token").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert "Secure" in writing.application.test_client().get("/token", base_url="https://desk.example").headers["Set-Cookie"]


def test_a_body_beyond_the_limit_is_refused_by_naming_the_limit(writing):
    token = writing.get("/token").text
    body = b"x" * (LARGEST_BODY + 1)
    answer = writing.post("/write", data={"csrf_token": token, "text": body}, headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "2 MB" in answer.text


def test_a_package_may_be_larger_but_not_without_limit(writing):
    headers = {"X-CSRF-Token": writing.get("/token").text, "Content-Type": "application/octet-stream"}
    assert writing.post("/package", data=b"x" * (LARGEST_BODY + 1), headers=headers).text == "stored"
    headers["Content-Length"] = str(LARGEST_PACKAGE + 1)
    assert writing.post("/package", data={"text": "x" * (LARGEST_PACKAGE + 1)}).status_code == 413
