"""Signing in and out, the own password, and which pages are whose."""

from __future__ import annotations

import pytest

from tests.support.product import PASSWORD

NEW = "another sentence that nobody else knows"


def test_who_signs_in_comes_to_the_inbox_and_sees_their_name(product):
    visitor = product.visitor()
    answer = visitor.sign_in("li")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "李娜" in visitor.get("/inbox").text


def test_the_bare_address_leads_a_stranger_to_the_sign_in_page(product):
    assert product.visitor().get("/").location == "/login"


def test_the_page_that_was_asked_for_comes_after_the_sign_in(product):
    visitor = product.visitor()
    sent_away = visitor.get("/cases?q=NR2026")
    assert sent_away.location == "/login?next=/cases?q%3DNR2026"
    answer = visitor.post("/login", {"login": "li", "password": PASSWORD, "next": "/cases?q=NR2026"})
    assert answer.location == "/cases?q=NR2026"


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example/x", "/\\evil.example", "javascript:alert(1)"])
def test_a_sign_in_never_leads_to_another_site(product, elsewhere):
    answer = product.visitor().post("/login", {"login": "li", "password": PASSWORD, "next": elsewhere})
    assert answer.location == "/"


def test_a_wrong_password_and_an_unknown_login_are_told_alike(product):
    wrong, unknown = product.visitor().sign_in("li", "not this one"), product.visitor().sign_in("nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 401
    assert "Login and password don&#39;t fit" in wrong.text
    assert wrong.text.replace("li", "") != ""
    assert "Login and password don&#39;t fit" in unknown.text


def test_after_five_failures_the_page_names_the_minutes_to_wait(product):
    visitor = product.visitor()
    for _ in range(5):
        assert visitor.sign_in("li", "not this one").status_code == 401
    blocked = visitor.sign_in("li")
    assert blocked.status_code == 429
    assert "Wait 15 min" in blocked.text
    product.clock.advance(minutes=15, seconds=1)
    assert visitor.sign_in("li").status_code == 303


def test_a_one_time_password_has_to_be_changed_before_anything_else(product):
    product.desk.people.reset_password("li", "one time only 123", by="admin")
    visitor = product.visitor()
    assert visitor.sign_in("li", "one time only 123").location == "/password"
    assert visitor.get("/inbox").location == "/password"
    assert "/notices/bell" not in visitor.get("/password").text, (
        "the bell would be led to this page, which loads the bell: without end"
    )
    visitor.post("/password", {"old": "one time only 123", "new": NEW, "again": NEW})
    assert "/notices/bell" in visitor.get("/password").text
    assert visitor.get("/inbox").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        (PASSWORD, NEW, NEW + "!", "The two new passwords differ."),
        ("wrong wrong wrong", NEW, NEW, "This is not your present password."),
        (PASSWORD, "short", "short", "fewer than 10 characters"),
        (PASSWORD, PASSWORD, PASSWORD, "is the old one"),
    ],
)
def test_a_password_that_cannot_be_taken_says_why(product, old, new, again, said):
    answer = product.visitor("li").post("/password", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.text


def test_changing_the_password_ends_every_other_session(product):
    here, elsewhere = product.visitor("li"), product.visitor("li")
    here.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert here.get("/inbox").status_code == 200
    assert elsewhere.get("/inbox").status_code == 303


def test_switching_an_account_off_ends_its_session(product):
    visitor = product.visitor("li")
    product.desk.people.change_agent("li", by="admin", revision=product.desk.people.agent("li").revision, active=False)
    assert visitor.get("/inbox").location.startswith("/login")


def test_signing_out_ends_the_session(product):
    visitor = product.visitor("li")
    assert visitor.post("/logout").location == "/login"
    assert visitor.get("/inbox").status_code == 303


def test_a_session_that_is_over_is_told_to_programs_and_to_htmx_without_leaving_the_page(product):
    client = product.app.test_client()
    told = client.get("/inbox", headers={"Accept": "application/json"})
    assert (told.status_code, told.json["error"]["code"]) == (401, "signed_out")
    asked_by_htmx = client.get("/notices/bell", headers={"HX-Request": "true"})
    assert (asked_by_htmx.status_code, asked_by_htmx.headers["HX-Retarget"]) == (401, "#flash")


OPEN_TO_ALL = {"assets.serve", "pages.start", "pages.alive", "login.show", "survey.show", "survey.take"}
OPEN_TO_ALL |= {"api.get_health", "api.get_readiness", "api.openapi"}


def test_without_a_sign_in_no_page_but_the_public_ones_answers(product):
    adapter = product.app.url_map.bind("localhost")
    for rule in product.app.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_ALL or "GET" not in (rule.methods or ()):
            continue
        values = dict.fromkeys(rule.arguments, "1")
        answer = product.app.test_client().get(adapter.build(rule.endpoint, values))
        assert answer.status_code in (303, 401), rule.endpoint


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("li", "/admin/people"),
        ("wang", "/admin/teams"),
        ("analyst", "/inbox"),
        ("analyst", "/cases"),
        ("analyst", "/requests/new"),
    ],
)
def test_pages_of_other_roles_are_refused(product, login, path):
    answer = product.visitor(login).get(path)
    assert answer.status_code == 403
    assert "belongs to other roles" in answer.text


def test_the_navigation_shows_only_what_the_role_may_open(product):
    assert "/admin" not in product.visitor("li").get("/inbox").text
    assert 'href="/admin"' in product.visitor("admin").get("/inbox").text
