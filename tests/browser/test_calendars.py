"""The calendar studio: a day chosen by the keyboard is closed, previewed and published; when something would be due then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .desk import RunningDesk, check_looks, enter, running_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(furnished, tmp_path_factory.mktemp("calendars")) as running:
        yield running


@pytest.mark.parametrize(("language", "width", "day"), [("zh", 1280, "2026-03-03"), ("en", 390, "2026-03-04")])
def test_a_day_is_closed_previewed_and_published(desk, open_page, screenshot, language, width, day):
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto("/calendars")
    screenshot(page, "calendars", language)
    check_looks(page)
    page.goto("/calendars/cn-office?year=2026")
    screenshot(page, "calendar", language)
    check_looks(page)
    page.locator("form[action$='/draft'] button.primary").click()
    page.wait_for_url("**/edit")
    page.goto("/calendars/cn-office/edit?year=2026")
    page.locator(f"[data-day='{day}']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**day={day}**")
    page.locator("#field-name").fill("盘点")
    page.locator("#field-name_en").fill("Stocktaking")
    page.locator("button[value=close]").click()
    expect(page.locator(f"[data-day='{day}']")).to_have_class("day off changed")
    page.locator("#field-received").fill(f"{day}T08:00")
    page.locator("#field-limit").fill("1h")
    page.locator("#what-if form button").click()
    expect(page.locator("#what-if-answer")).to_contain_text("Stocktaking" if language == "en" else "盘点")
    screenshot(page, "calendar-draft", language)
    check_looks(page)
    page.goto("/calendars/cn-office/preview")
    screenshot(page, "calendar-preview", language)
    check_looks(page)
    page.locator("#field-note").fill("stocktaking")
    page.locator("form[action$='/publish'] button").click()
    page.wait_for_url("**/calendars/cn-office")
    expect(page.locator("main")).to_contain_text("stocktaking")
