"""The first minutes of a new agent: a one-time password, an own one, the inbox."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .desk import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ONE_TIME, OWN = "given on a slip of paper", "a sentence that is mine alone"
STANDS_STILL_FOR = 2_000  # milliseconds


def test_a_new_agent_is_asked_for_an_own_password_by_a_page_that_stands_still(desk, open_page):
    desk.product.desk.people.reset_password("li", ONE_TIME, by="admin")
    page, asked = open_page(desk.address, language="en"), []
    page.goto("/")
    assert page.url.partition("?")[0].endswith("/login")
    page.locator("#field-login").fill("li")
    page.locator("#field-password").fill(ONE_TIME)
    page.locator("main form button").click()
    expect(page.locator("#field-old")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(STANDS_STILL_FOR)
    assert asked == []
    page.locator("#field-old").fill(ONE_TIME)
    for field in ("new", "again"):
        page.locator(f"#field-{field}").fill(OWN)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    expect(page.locator("#bell a, #bell button, #bell summary").first).to_be_visible()


def test_the_own_password_opens_the_inbox_from_then_on(desk, open_page):
    desk.product.desk.people.reset_password("li", ONE_TIME, by="admin")
    desk.product.desk.people.change_password("li", ONE_TIME, OWN)
    page = open_page(desk.address)
    sign_in(page, "li", OWN)
    expect(page).to_have_url(f"{desk.address}/inbox")


def test_the_language_chosen_on_one_machine_holds_on_the_next(desk, open_page):
    office, home = open_page(desk.address, language="zh"), open_page(desk.address, language="zh")
    office.goto("/login")
    office.get_by_role("button", name="English").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Sign in")
    sign_in(office, "li")
    expect(office.get_by_role("heading", level=1)).to_have_text("Inbox")
    sign_in(home, "li")
    expect(home.get_by_role("heading", level=1)).to_have_text("Inbox")
    home.get_by_role("button", name="中文").click()
    expect(home.get_by_role("heading", level=1)).to_have_text("收件箱")
