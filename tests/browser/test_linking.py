"""Cases that belong together, in a browser: merged, split off, and a closed one that goes on in a new one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.product import INTAKE

from .desk import check_looks, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_case_is_merged_into_another_and_a_message_of_it_split_off_again(desk, open_page, screenshot, language, width):
    office = desk.product.desk
    going, staying = (office.intake.open_case(INTAKE, by="li") for _ in range(2))
    office.work.customer_message(going, "另外想问一下账单日怎么改", message_id="else")
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto(f"/cases/{going}")
    page.locator("#links a.button").click()
    expect(page.locator("#candidates tbody tr")).to_have_count(1)
    page.locator("#candidates tbody a.button").click()
    expect(page.locator("#preview")).to_contain_text(staying)
    screenshot(page, "merge", language)
    check_looks(page)
    page.locator("#preview [name=reason]").fill("同一件事")
    page.locator("#preview button.primary").click()
    page.wait_for_url(f"**/cases/{staying}")
    expect(page.locator("#links")).to_contain_text(going)
    expect(page.locator("#conversation")).to_contain_text(going)
    page.locator("#conversation details summary").click()
    screenshot(page, "merged", language)
    check_looks(page)
    page.locator("#conversation details select").select_option("inquiry")
    page.locator("#conversation details button").click()
    expect(page.locator("#links")).to_contain_text(staying)
    screenshot(page, "split-off", language)
    check_looks(page)
    page.goto(f"/cases/{going}")
    screenshot(page, "merged-away", language)
    check_looks(page)


def test_a_customer_who_writes_to_a_closed_case_leads_to_the_one_that_follows(desk, open_page, screenshot):
    product, office = desk.product, desk.product.desk
    number = office.intake.open_case(INTAKE, by="li")
    product.work()
    task = product.task_of(number)
    office.work.claim(task.id, by=task.assignee)
    office.work.complete(task.id, {"content": "已修复", "outcome": "resolved"}, by=task.assignee)
    product.work()
    office.surveys.answer(office.surveys.invite(number).token, {"rating": "satisfied"})
    product.work()
    page = open_page(desk.address, width=390)
    enter(page, "wang")
    page.goto(f"/cases/{number}")
    screenshot(page, "closed", "zh")
    check_looks(page)
    page.emulate_media(media="print")
    assert [each for each in page.locator("main").locator("textarea, input, select").all() if each.is_visible()] == []
    page.emulate_media(media="screen")
    page.locator("#write-again textarea").fill("支付又失败了")
    page.locator("#write-again button").click()
    expect(page.locator("#links")).to_contain_text(number)
    expect(page.locator("#conversation")).to_contain_text("支付又失败了")
    screenshot(page, "follows", "zh")
    check_looks(page)
