"""The plan of a week with leave, by keyboard and printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from desk.collaboration.contributions import Asked

from .desk import RunningDesk, check_looks, enter, running_desk, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(furnished, tmp_path_factory.mktemp("teams")) as running:
        hours = "Mon-Fri 09:00-12:00, 13:30-18:00"
        running.product.desk.attendance.set_shift("team", "service", hours, by="wang")
        running.product.desk.attendance.set_shift("agent", "zhao", "Mon-Sun 18:00-24:00", by="wang")
        yield running


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_leave_entered_after_its_preview_stands_in_the_plan_of_the_week(desk, open_page, screenshot, language, width):
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    for name, path in (("teams", "/teams"), ("team", "/teams/service"), ("team-shift", "/teams/service/shift")):
        page.goto(path)
        screenshot(page, name, language)
        check_looks(page)
    today = desk.product.services.clock.now().date()
    monday = today + timedelta(weeks=2 if language == "zh" else 3, days=-today.weekday())
    page.goto("/people/li")
    page.locator("[name=from_at]").fill(f"{monday}T00:00")
    page.locator("[name=until_at]").fill(f"{monday + timedelta(days=2)}T00:00")
    page.locator("[name=delegate]").select_option("zhao")
    page.locator("#leave-form .button").first.press("Enter")
    expect(page.locator("#preview")).to_be_visible()
    screenshot(page, "person", language)
    check_looks(page)
    page.locator("[name=enter]").press("Enter")
    expect(page.locator("#flash")).to_contain_text({"zh": "休假已登记", "en": "The leave is entered"}[language])
    page.goto(f"/teams/service/week?from={monday}")
    expect(page.locator("td.leave")).to_have_count(2)
    screenshot(page, "team-week", language)
    check_looks(page)
    page.emulate_media(media="print")
    expect(page.locator(".tabs")).to_be_hidden()
    screenshot(page, "team-week-printed", language)


def test_the_own_switch_is_in_every_page(desk, open_page, screenshot):
    page = open_page(desk.address, language="en", width=1280)
    sign_in(page, "zhao")
    page.locator(".top .menu summary").click()
    page.locator("#own-minutes").select_option("30")
    screenshot(page, "own-switch", "en", whole=False)
    page.locator(".top [value=busy]").click()
    expect(page.locator(".top .menu summary")).to_contain_text("busy")
    check_looks(page)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_authority_and_suggestions_look_right(desk, open_page, screenshot, language, width):
    page = open_page(desk.address, language=language, width=width)
    enter(page, "admin")
    page.goto("/authority")
    kind = {"zh": "refund", "en": "goodwill"}[language]
    form = page.locator("form", has=page.locator("#field-kind"))
    form.locator("#field-kind").fill(kind)
    form.locator("[name=who]").first.select_option("role:supervisor")
    form.locator("[name=up_to]").first.fill("500")
    form.locator(".button.primary").click()
    expect(page.locator("main h2", has_text=kind)).to_be_visible()
    screenshot(page, "authority", language)
    check_looks(page)
    desk.product.open_case(type="suggestion", subtype="feature_request", usage_blocked=False, order_number=f"DD{width}")
    page.goto("/suggestions")
    screenshot(page, "suggestions", language)
    check_looks(page)
    page.locator("main .button.primary").click()
    page.locator("[name=verdict]").select_option("adopted")
    screenshot(page, "batch", language)
    check_looks(page)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_team_gets_another_calendar_after_a_look_at_what_it_moves(desk, open_page, screenshot, language, width):
    number = desk.product.open_case()
    desk.product.desk.contributions.ask(number, [Asked(team="technical", wanted="查日志", limit="4bh")], by="wang")
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto("/teams/technical")
    page.locator(".tabs a").last.click()
    chosen = {"zh": "berlin-office", "en": "24x7"}[language]
    page.locator("[name=choose]").select_option(chosen)
    page.locator("#choose .button").first.press("Enter")
    expect(page.locator("#confirm-calendar")).to_be_visible()
    screenshot(page, "team-calendar-preview", language)
    check_looks(page)
    page.locator("[name=note]").fill("夜班")
    page.locator("#confirm-calendar .button").press("Enter")
    expect(page.locator("#flash")).to_contain_text({"zh": "未结的将在后台跟随", "en": "follow in the background"}[language])
    expect(page.locator(".rows li").first).to_contain_text("夜班")
    screenshot(page, "team-calendar", language)
    check_looks(page)


def test_hours_that_do_not_hold_are_not_shown(desk, open_page, screenshot):
    page = open_page(desk.address, language="zh", width=1280)
    enter(page, "wang")
    page.goto("/people/li")
    hours = page.locator("#shift-mon")
    expect(page.get_by_label("按团队班次")).to_be_checked()
    expect(hours).to_be_hidden()
    page.locator("[name=own][value=yes]").check(force=True)
    expect(hours).to_be_visible()
    page.goto("/teams/service/shift")
    expect(hours).to_be_visible()
    page.locator("[name=own][value=no]").check(force=True)
    expect(hours).to_be_hidden()
    screenshot(page, "team-shift-always", "zh")
