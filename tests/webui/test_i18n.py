"""Which language a viewer gets, and that no text is missing in either."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.product import Visitor
from webui.i18n import LANGUAGES, browser_messages, catalogue, format_datetime, format_duration, format_number
from webui.messages import extract, untranslated


def test_every_message_in_use_has_a_text_in_every_language():
    used = {message.id if isinstance(message.id, str) else message.id[0] for message in extract() if message.id}
    for code in LANGUAGES:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue(code)}
        assert used - known == set(), f"run: python -m webui.messages update ({code})"
        assert untranslated(catalogue(code)) == []


def test_every_translation_keeps_the_placeholders_of_its_message():
    for message in catalogue("zh"):
        if message.id and isinstance(message.id, str):
            assert sorted(_placeholders(message.id)) == sorted(_placeholders(message.string)), message.id


def _placeholders(text: str) -> list[str]:
    return [part.split(")s")[0] for part in text.split("%(")[1:]]


def test_the_chinese_catalogue_is_chinese():
    own_names = {"Caseloop"}
    for message in catalogue("zh"):
        if message.id and message.string and message.id not in own_names:
            text = message.string if isinstance(message.string, str) else message.string[0]
            assert not text or set(text) - set(string.printable), message.id


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("en-GB,en;q=0.8", "en"), ("zh-TW", "zh-CN"), ("fr,en;q=0.5", "en"), ("fr", "zh-CN"), ("", "zh-CN")],
)
def test_the_browser_decides_and_chinese_is_the_default(client, asked, shown):
    assert f'<html lang="{shown}">' in client.get("/styleguide", headers={"Accept-Language": asked}).text


def test_an_explicit_choice_overrides_the_browser_and_returns_to_the_page(client):
    answer = Visitor(client).post("/language/en", headers={"Referer": "http://localhost/styleguide?page=2"})
    assert answer.location == "/styleguide?page=2"
    assert '<html lang="en">' in client.get("/styleguide", headers={"Accept-Language": "zh"}).text


@pytest.mark.parametrize(
    ("left", "page"),
    [
        ("/cases/NR1/merge/search", "/cases/NR1/merge/search"),
        ("/cases/NR1/give", "/cases/NR1"),
        ("/admin/tokens/7/revoke", "/admin/tokens"),
        ("/nowhere/at/all?x=1", "/nowhere/at/all?x=1"),
    ],
)
def test_from_the_answer_to_a_form_the_switch_leads_to_a_page_that_can_be_asked_for(client, left, page):
    assert Visitor(client).post("/language/en", headers={"Referer": f"http://localhost{left}"}).location == page


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "//evil.example/x", "/\\evil.example"])
def test_the_switch_never_leads_to_another_site(client, elsewhere):
    location = Visitor(client).post("/language/en", query_string={"next": elsewhere}).location
    assert "evil.example" not in location
    assert location.startswith("/")


def test_an_unknown_language_is_not_found(client):
    assert Visitor(client).post("/language/tlh").status_code == 404


def test_times_are_written_in_the_desks_zone(app):
    with app.test_request_context():
        assert format_datetime(datetime(2023, 10, 1, 1, 30, tzinfo=UTC)) == "2023-10-01 09:30"


@pytest.mark.parametrize(
    ("span", "zh", "en"),
    [
        (timedelta(minutes=12), "12 分钟", "12 min"),
        (timedelta(minutes=100), "1 小时 40 分钟", "1 h 40 min"),
        (timedelta(days=3), "3 天", "3 d"),
        (timedelta(days=1, hours=2, minutes=59), "1 天 2 小时", "1 d 2 h"),
    ],
)
def test_spans_show_their_two_largest_units(app, span, zh, en):
    for code, expected in (("zh", zh), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": code}):
            assert format_duration(span) == expected


def test_numbers_have_the_viewers_separators(app):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert format_number(1234.5, 1) == "1,234.5"


def test_the_page_hands_the_front_end_its_messages():
    assert browser_messages("zh")["Discard"] == "放弃"
    assert "Inbox" not in browser_messages("zh")
