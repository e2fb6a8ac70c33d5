"""A case's diagram in a browser: what is open, what was passed, and a click that the page can use."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import render_template_string
from playwright.sync_api import expect

from webui.app import create_app

from .desk import RULES
from .server import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SAMPLE = Path(__file__).parent / "samples" / "complaint.bpmn"
PAGE = """{% extends "base.html" %}{% block assets %}{{ asset_tags("app", "diagram") }}{% endblock %}
{% block main %}<h1>NR20260105001</h1>{{ ui.diagram(diagram, "投诉处理") }}{% endblock %}"""
MARKED = {
    "open": ["Handle", "NotThere"],
    "passed": ["Received", "Classify"],
    "flows": ["ToClassify", "ToHandle"],
    "notes": {"Handle": "李*"},
}


@pytest.fixture(scope="module")
def address():
    app = create_app(SimpleNamespace(), secret_key=b"only for tests", testing=True)
    diagram = {"xml": SAMPLE.read_text("utf-8"), **MARKED}
    app.add_url_rule("/drawn", endpoint="styleguide.drawn", view_func=lambda: render_template_string(PAGE, diagram=diagram))
    with serving(app) as url:
        yield url


@pytest.fixture
def drawn(address, open_page):
    def draw(**how):
        page = open_page(address, **how)
        page.goto("/drawn")
        page.locator("[data-diagram][data-ready]").wait_for()
        return page

    return draw


def test_open_and_passed_activities_and_flows_are_marked_and_unknown_ids_left_out(drawn):
    page = drawn()
    expect(page.locator("[data-element-id=Handle].open")).to_have_count(1)
    expect(page.locator("[data-element-id=Classify].passed")).to_have_count(1)
    expect(page.locator("[data-element-id=ToHandle].passed")).to_have_count(1)
    expect(page.locator(".diagram-note")).to_have_text("李*")


def test_a_click_on_an_activity_tells_the_page_which(drawn):
    page = drawn()
    page.evaluate("addEventListener('activity-chosen', event => { window.chosen = event.detail.id; })")
    page.locator("[data-element-id=Classify] .djs-hit").first.click()
    page.wait_for_function("window.chosen === 'Classify'")


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_the_mark_is_visible_and_the_page_accessible(drawn, screenshot, language, width):
    page = drawn(language=language, width=width)
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    page.get_by_role("button", name={"zh": "放大", "en": "Zoom in"}[language]).click()
    screenshot(page, "diagram", language)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
