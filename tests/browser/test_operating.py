"""A supervisor repairs running instances: the pages look right, the keyboard is enough, and many are tried again at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine.db import queries
from tests.support.product import Product
from tests.support.versions import a_stuck_case, repair, resolve

from .desk import check_looks, enter, running_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def broken_desk(furnished, tmp_path_factory):
    """A desk with a case at work, a suspended one and two that are stuck."""
    with running_desk(furnished, tmp_path_factory.mktemp("operating")) as desk:
        product = desk.product
        product.open_case(by="li")
        suspended = product.open_case(by="li")
        product.desk.operations.suspend(instance_of(product, suspended), by="wang", reason="支付系统升级")
        a_stuck_case(product)
        another_stuck(product)
        yield desk


def instance_of(product: Product, number: str) -> int:
    with product.services.db.reading() as tx:
        return queries.instance_by_key(tx, number).id


def another_stuck(product: Product) -> str:
    number = product.open_case(by="chen", type="inquiry", subtype="", usage_blocked=False)
    resolve(product, number, product.task_of(number).assignee or "chen")
    return number


@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_the_pages_look_right_and_are_accessible(broken_desk, open_page, screenshot, language, width):
    page = open_page(broken_desk.address, language=language, width=width)
    enter(page, "wang")
    for name, path in {"incidents-many": "/incidents", "operate": "/instances/1", "operate-suspended": "/instances/2"}.items():
        page.goto(path)
        screenshot(page, name, language)
        check_looks(page)
    page.goto("/instances/3")
    for summary in page.locator("details.confirm > summary").all():
        summary.press("Enter")
    screenshot(page, "operate-stuck", language)
    check_looks(page)


def test_all_shown_are_tried_again_in_rounds_without_another_click(desk, open_page, monkeypatch):
    monkeypatch.setattr("webui.processes.incidents.AT_A_TIME", 1)
    numbers = [a_stuck_case(desk.product), another_stuck(desk.product)]
    repair(desk.product, numbers[0])
    page = open_page(desk.address, language="en")
    enter(page, "wang")
    page.goto("/incidents")
    page.get_by_role("button", name="Retry all 2 shown").click()
    expect(page.get_by_text("2 of 2 tried, 1 failed again.")).to_be_visible()
    page.get_by_role("link", name="Back to the incidents").click()
    expect(page.get_by_text(numbers[1]).first).to_be_visible()


def test_a_token_is_moved_and_a_bad_value_is_said_without_losing_it(desk, open_page):
    number = desk.product.open_case(by="li")
    page = open_page(desk.address, language="en")
    page.expected_troubles += ["422"]
    enter(page, "wang")
    page.goto(f"/cases/{number}")
    page.get_by_role("link", name="Operate").click()
    page.get_by_text("Add a variable…").press("Enter")
    page.get_by_label("Variable", exact=True).fill("rules")
    page.get_by_label("Value, as JSON").fill("{yes")
    page.locator("#reason-variable-new").fill("it was missing")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#flash")).to_contain_text("is no value as JSON")
    expect(page.get_by_label("Value, as JSON")).to_have_value("{yes")
    row = page.get_by_role("row").filter(has_text="work to be done")
    row.get_by_text("Move…").press("Enter")
    row.get_by_label("Move to").select_option("classify")
    row.get_by_label("Reason").fill("wrong team")
    row.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#flash")).to_contain_text("The token was moved")
    expect(page.locator("#done")).to_contain_text("wrong team")
