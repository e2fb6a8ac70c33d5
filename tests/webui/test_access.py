"""Every address by every role: what is public, what asks for a sign-in, what belongs to other roles."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from webui.access import own_path

PUBLIC = {"assets", "pages", "login", "survey"}
FOR_PROGRAMS = {"api"}
"""Cookies open nothing there: tests/webui/api."""
OF_ALL = {"notices", "preferences", "calendars", "targets"}
CASES = {"inbox", "intake", "tasks", "cases", "conversation", "exports", "timing", "contributing", "urging", "teams", "assigning"}
CASES |= {"linking", "promises"}
PROCESSES = {"processes", "rollout", "incidents", "messaging", "policies"}
MAY_REACH = {
    "li": OF_ALL | CASES,
    "analyst": OF_ALL | PROCESSES | {"drafts"},
    "wang": OF_ALL | CASES | PROCESSES | {"instances", "calendar_edits", "escalations"},
}


def addresses(app: Flask, parts: set[str]) -> list[tuple[str, str]]:
    """Method and path of every address of these blueprints; what it names doesn't exist."""
    return [
        (method, _path(rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in parts
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _path(rule: Rule) -> str:
    values = {name: 987 if type(rule._converters[name]).__name__ == "RecordId" else "nothing" for name in rule.arguments}
    built = rule.build(values)
    assert built is not None
    return built[1]


def blueprints(app: Flask) -> set[str]:
    return {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()}


def test_every_part_of_the_application_stands_in_the_table_above(product):
    assert blueprints(product.app) == PUBLIC | FOR_PROGRAMS | {"admin"} | set().union(*MAY_REACH.values())


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_from_everywhere(product):
    visitor, before = product.visitor(), product.rows()
    for method, path in addresses(product.app, blueprints(product.app) - PUBLIC - FOR_PROGRAMS):
        answer = visitor.client.open(path, method=method, headers={"X-CSRF-Token": visitor.token})
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/login"), (method, path)
    assert product.rows() == before


@pytest.mark.parametrize("login", MAY_REACH)
def test_pages_of_other_roles_are_refused(product, login):
    visitor = product.visitor(login)
    before, headers = product.rows(), {"X-CSRF-Token": visitor.token}
    for method, path in addresses(product.app, blueprints(product.app) - PUBLIC - FOR_PROGRAMS - MAY_REACH[login]):
        assert visitor.client.open(path, method=method, headers=headers).status_code == 403, (method, path)
    assert product.rows() == before


@pytest.mark.parametrize("login", MAY_REACH)
def test_records_that_do_not_exist_break_no_page(product, login):
    visitor = product.visitor(login)
    before, headers = product.rows(), {"X-CSRF-Token": visitor.token}
    for method, path in addresses(product.app, MAY_REACH[login]):
        # closed, since one of them is a stream
        with visitor.client.open(path, method=method, headers=headers) as answer:
            assert answer.status_code < 500, (method, path)
    assert product.rows() == before


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "http:////evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        None,
    ],
)
def test_no_address_leads_away_from_this_site(product, url):
    assert own_path(url, "/inbox") == "/inbox"
    answer = product.visitor().post("/language/en", query_string={"next": url or ""})
    assert "evil" not in answer.location.partition("/")[0]
    assert not answer.location.startswith(("//", "/\\"))


def test_a_path_of_this_site_is_kept_with_its_query():
    assert own_path("/cases?q=a&page=2", "/") == "/cases?q=a&page=2"
