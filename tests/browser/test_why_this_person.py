"""Why this person has the case: all candidates with their points, given anew by the rule, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from desk.model import Availability
from tests.support.product import INTAKE

from .desk import RunningDesk, check_looks, enter, running_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CALM = {**INTAKE, "type": "inquiry", "subtype": "product_info", "usage_blocked": False}


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(furnished, tmp_path_factory.mktemp("why")) as running:
        yield running


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_the_case_is_given_anew_and_the_line_given_out(desk, open_page, screenshot, language, width):
    product = desk.product
    number = product.open_case(**CALM)
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto(f"/cases/{number}?tab=owner")
    expect(page.locator("#give tr.chosen")).to_have_count(1)
    screenshot(page, "owner", language)
    check_looks(page)
    page.locator("#field-reason").fill("请另一位同事处理")
    page.locator("#give .button.primary").click()
    expect(page.locator("main")).to_contain_text("请另一位同事处理")
    screenshot(page, "owner-anew", language)
    check_looks(page)
    for login in ("li", "zhao", "chen"):
        product.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    waiting = product.open_case(**{**CALM, "order_number": "DD7"})
    page.goto(f"/cases/{waiting}?tab=owner")
    expect(page.locator("#waits")).to_be_visible()
    screenshot(page, "owner-waits", language)
    check_looks(page)
    page.goto(f"/cases/{waiting}")
    expect(page.locator("#case")).to_contain_text("有人接手之前" if language == "zh" else "until somebody takes it")
    screenshot(page, "answers-for-it", language)
    check_looks(page)
    page.goto("/teams/service/line")
    expect(page.locator("main")).to_contain_text(waiting)
    screenshot(page, "line", language)
    check_looks(page)
    for login in ("li", "zhao", "chen"):
        product.desk.attendance.set_availability(login, Availability.AVAILABLE, by=login)
    product.work()
