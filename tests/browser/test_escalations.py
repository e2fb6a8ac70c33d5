"""The escalation page in a browser: an alarm is seen, acknowledged with a note, and counted beside the page's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.support.product import INTAKE

from .desk import check_looks, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_acknowledging_an_escalation(desk, open_page, screenshot, language, width):
    late = desk.product.services.clock.now() - timedelta(minutes=20)
    number = desk.product.desk.intake.open_case({**INTAKE, "received_at": late.isoformat()}, by="li")
    desk.product.desk.intake.open_case({**INTAKE, "customer_name": "李四", "received_at": late.isoformat()}, by="li")
    desk.product.work()
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto("/escalations")
    expect(page.locator("[name=escalation][type=checkbox]")).to_have_count(2)
    screenshot(page, "escalations", language)
    check_looks(page)
    page.locator("[name=note]").fill("已联系客户")
    page.locator("[name=escalation][type=checkbox]").first.check()
    page.locator("#many button").click()
    expect(page.locator("#flash .good")).to_be_visible()
    expect(page.locator("[name=escalation][type=checkbox]")).to_have_count(1)
    screenshot(page, "escalations-acknowledged", language)
    page.goto(f"/cases/{number}")
    expect(page.locator("#escalations")).to_be_visible()
    check_looks(page)


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_asking_the_targets_what_if(desk, open_page, screenshot, language, width):
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto("/targets?version=1.1&against=1.0")
    page.locator("#what-type").select_option("complaint")
    page.locator("#what-priority").select_option("low")
    page.locator("[name=received]").fill("2023-10-01T10:15")
    page.locator("#what-if button.primary").click()
    expect(page.locator("#what-if table")).to_be_visible()
    page.locator("main details").first.click()
    screenshot(page, "targets", language)
    check_looks(page)
    page.goto("/targets/1.1/apply")
    expect(page.locator("#preview")).to_be_visible()
    screenshot(page, "targets-apply", language)
    check_looks(page)
