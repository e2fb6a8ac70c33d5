"""The style guide in a browser: it looks right in both languages and widths, and anybody can use it."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from webui.app import create_app
from webui.context import Viewer

from .desk import RULES
from .server import seen_by, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ANA = Viewer(login="ana", name="安娜", roles=frozenset({"agent", "analyst"}))
NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
OWN_MARKUP = {"exclude": [[".djs-container"], [".fjs-container"], [".bio-properties-panel-container"]]}


@pytest.fixture(scope="module")
def address():
    services = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON))
    app = seen_by(create_app(services, secret_key=b"only for tests", testing=True), ANA)
    with serving(app) as url:
        yield url


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_every_component_is_shown_and_accessible(address, open_page, screenshot, language, width):
    page = open_page(address, language=language, width=width)
    page.goto("/styleguide")
    page.locator("[data-form][data-ready]").wait_for()
    screenshot(page, "styleguide", language)
    found = Axe().run(page, context=OWN_MARKUP, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_half_written_form_survives_a_reload_and_can_be_discarded(address, open_page):
    page = open_page(address)
    page.goto("/styleguide")
    page.get_by_label("描述").fill("支付失败，客户很着急")
    page.reload()
    expect(page.get_by_label("描述")).to_have_value("支付失败，客户很着急")
    page.get_by_role("button", name="放弃").click()
    expect(page.get_by_label("描述")).to_have_value("")


def test_the_task_form_names_what_is_missing_in_the_viewers_language(address, open_page):
    page = open_page(address)
    page.goto("/styleguide")
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_text("此项必填。")).to_be_visible()
    expect(page.get_by_text("请更正标出的字段。")).to_be_visible()


def test_keys_open_the_help_and_walk_the_rows(address, open_page):
    page = open_page(address, language="en")
    page.goto("/styleguide")
    page.locator("body[data-app]").wait_for()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="NR20260105001")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
