"""One's own notifications, a template with its preview, and the bell that rings at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from desk.notification.channel_book import Entry
from desk.notification.ports import Refused, Way
from tests.support.product import INTAKE

from .desk import RunningDesk, check_looks, enter, running_desk, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ASKS_NEVER = """window.setInterval = () => 0;
window.toasts = [];
new MutationObserver(changes => changes.forEach(({ target, addedNodes }) => target.id === 'toasts'
  && addedNodes.forEach(each => window.toasts.push(each.textContent)))).observe(document, { childList: true, subtree: true });"""
"""A page that never asks by itself, and remembers what it said in passing: a toast is gone after five seconds."""


class Refusing:
    """A channel that refuses everything."""

    way = Way.MAIL

    def send(self, message, key):
        return Refused(reason="550 no such mailbox")


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(furnished, tmp_path_factory.mktemp("notification"), STREAMS="4") as running:
        running.product.desk.channels.add(Entry(name="email", channel=Refusing()))
        yield running


@pytest.fixture(scope="module")
def number(desk: RunningDesk) -> str:
    """A case whose customer a mail didn't reach."""
    opened = desk.product.desk.intake.open_case({**INTAKE, "customer_contact": "zhang@example.org"}, by="li")
    desk.product.desk.work.reply(opened, "请再试一次。", by="li")
    desk.product.work()
    desk.product.desk.courier.run_until_idle()
    return opened


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_choosing_ways_and_previewing_a_template(desk, number, open_page, screenshot, language, width):
    page = open_page(desk.address, language=language, width=width)
    enter(page, "admin")
    page.goto("/me/notifications")
    page.locator("[name=quiet_from]").fill("22:30")
    page.locator("main form button.primary").click()
    expect(page.locator("#flash .good")).to_be_visible()
    expect(page.locator("[name=quiet_from]")).to_have_value("22:30")
    screenshot(page, "notifications", language)
    check_looks(page)
    page.goto("/messages/templates/assigned/zh")
    page.locator("[name=subject]").fill("请处理 $number")
    page.locator("[name=preview]").click()
    expect(page.locator("#preview")).to_contain_text("请处理 NR20231001001")
    screenshot(page, "template", language)
    check_looks(page)
    for name, path in (("templates", "/messages/templates"), ("deliveries", "/messages/deliveries")):
        page.goto(path)
        screenshot(page, name, language)
        check_looks(page)


def test_the_bell_rings_without_asking_in_every_tab(desk, number, open_page, screenshot):
    first = open_page(desk.address, language="en", width=1280)
    first.context.add_init_script(ASKS_NEVER)
    sign_in(first, "wang")
    second = first.context.new_page()
    second.goto("/notices")
    expect(second.locator(".bell .unseen")).to_have_text("0 new notices")
    for by in ("li", "wang", "admin"):
        desk.product.desk.urging.urge(number, by=by, comment="客户很急")
    for page in (first, second):
        expect(page.locator(".bell .unseen")).to_have_text("1 new notice")
        assert set(page.evaluate("window.toasts")) == {"You have a new notice"}
    first.goto(f"/cases/{number}")
    screenshot(first, "case-urged", "en")
    check_looks(first)
