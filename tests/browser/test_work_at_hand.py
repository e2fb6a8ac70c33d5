"""What an agent types is never folded away, and the queue's counts follow without taking the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.product import INTAKE

from .desk import A_REFRESH, enter, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_note_that_was_refused_stays_open_and_its_draft_opens_it_again(desk, open_page):
    work, task = desk.product.desk.work, desk.product.task_of(desk.product.desk.intake.open_case(INTAKE, by="li"))
    work.claim(task.id, by="li")
    page = open_page(desk.address)
    page.expected_troubles += ["422"]
    enter(page, "li")
    page.goto(f"/tasks/{task.id}")
    note, done = page.locator("#progress-form"), page.locator("#field-content")
    expect(done).to_be_hidden()
    note.locator("summary").click()
    done.fill("已致电客户")
    page.locator("#field-next_action").fill(" ")
    note.get_by_role("button", name="记录进度").click()
    expect(page.locator("#flash .bad")).to_be_visible()
    expect(done).to_be_visible()
    page.reload()
    expect(done).to_be_visible()
    expect(done).to_have_value("已致电客户")


def test_the_counts_of_the_queue_follow_and_the_focus_stays(desk, open_page):
    page = open_page(desk.address)
    page.clock.install()
    sign_in(page, "wang")
    count = page.locator("#scope-all .count")
    expect(count).to_have_text("0")
    page.locator("#scope-team").focus()
    desk.product.desk.intake.open_case(INTAKE, by="li")
    page.clock.fast_forward(A_REFRESH)
    expect(count).not_to_have_text("0")
    expect(page.locator("#scope-team")).to_be_focused()
    expect(page.locator("#scopes")).to_have_count(1)
