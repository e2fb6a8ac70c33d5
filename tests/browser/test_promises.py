"""The page of promises in a browser: one that was broken is seen, and leaves the list with an apology."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from desk import tables
from tests.support.product import INTAKE

from .desk import check_looks, enter

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_broken_promise_is_taken_back_with_an_apology(desk, open_page, screenshot, language, width):
    ours, now = desk.product.desk, desk.product.services.clock.now()
    broken, kept = (ours.intake.open_case({**INTAKE, "customer_name": name, "received_at": ""}, by="li") for name in "张李")
    desk.product.work()
    ours.promising.promise(broken, due_at=now + timedelta(hours=1), reason="等待供应商发货", by="wang")
    with desk.product.services.db.transaction() as tx:
        tx.execute(update(tables.promise).values(due_at=now - timedelta(minutes=5)))
    ours.promising.promise(kept, due_at=now + timedelta(hours=30), reason="技术部门排查中，预计明天完成", by="wang")
    page = open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    page.goto("/promises")
    expect(page.locator("main .badge.bad").first).to_be_visible()
    screenshot(page, "promises", language)
    check_looks(page)
    page.locator(f"a[href^='/cases/{broken}?']").click()
    page.locator("#promises summary").first.click()
    page.locator("#promises [name=apology]").first.fill("非常抱歉，供应商延迟。")
    screenshot(page, "promise-apology", language)
    page.locator("#promises form button").first.click()
    expect(page.locator("#flash .warn")).to_be_visible()
    page.goto("/promises")
    expect(page.locator("tbody tr")).to_have_count(1)
    screenshot(page, "promises-after", language)
