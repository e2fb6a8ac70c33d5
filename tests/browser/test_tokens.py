"""The page on which an administrator makes API tokens, in both languages, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.desk import enter
from tests.browser.server import serving

pytestmark = pytest.mark.browser


@pytest.fixture
def address(product) -> Iterator[str]:
    """The product's address; a fixture, so that the server outlives the page's last request."""
    with serving(product.app) as url:
        yield url


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_an_administrator_makes_a_token_and_revokes_it(address, open_page, screenshot, language, width):
    page = open_page(address, language=language, width=width)
    enter(page, "admin")
    page.goto("/admin/tokens")
    page.fill("[name=name]", "仓库 warehouse")
    page.select_option("[name=login]", "li")
    page.check("[name=scopes][value=external]")
    page.click("main form .button.primary")
    expect(page.locator("dd", has_text="caseloop_")).to_have_count(1)
    screenshot(page, "token-made", language)
    page.click("main .button.primary")
    expect(page.locator("tbody tr")).to_have_count(1)
    screenshot(page, "tokens", language)
    page.press("tbody summary", "Enter")
    page.click("tbody button")
    expect(page.locator("tbody summary")).to_have_count(0)
