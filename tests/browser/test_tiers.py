"""A VIP calls: the tier is given at intake and seen wherever the customer is, limits follow; in both languages and widths."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from .desk import check_looks, choose, enter, ready_form, running_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CONTACT = "13900001111"
WORDS = {
    "zh": SimpleNamespace(
        name="姓名或昵称", contact="联系方式", inquiry="咨询", vip="贵宾", tags="标签", quick="快速通道",
        description="需求描述（含关键信息）",
        open_case="建立案件", reason="理由", anew="重新分类", key_account="大客户",
    ),
    "en": SimpleNamespace(
        name="Name or nickname", contact="Contact", inquiry="Question", vip="VIP", tags="Tags", quick="quick lane",
        description="Description (with key information)", open_case="Open the case", reason="Reason", anew="Class anew",
        key_account="Key account",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(furnished, tmp_path_factory):
    with running_desk(furnished, tmp_path_factory.mktemp("tiers")) as running:
        yield running


def take_the_call(page: Page, words: SimpleNamespace) -> str:
    page.goto("/requests/new?channel=phone&team=service")
    ready_form(page)
    page.get_by_label(words.name).fill("赵总")
    page.get_by_label(words.contact, exact=True).fill(CONTACT)
    choose(page, "customer_tier", words.vip)
    page.get_by_label(words.tags, exact=True).fill(words.quick)
    choose(page, "type", words.inquiry)
    page.get_by_label(words.description).fill("忘记密码")
    page.get_by_role("button", name=words.open_case).click()
    page.wait_for_url(re.compile(r"/requests/NR"))
    return page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_a_vip_is_seen_wherever_they_are_and_limits_follow(desk, open_page, screenshot, language, width):
    words, page = WORDS[language], open_page(desk.address, language=language, width=width)
    enter(page, "wang")
    number = take_the_call(page, words)
    expect(page.locator(".badges")).to_contain_text(words.vip)
    for name, path in (
        ("tier-intake", "/requests/new?channel=phone&team=service"),
        ("tier-case", f"/cases/{number}"),
        ("tier-class", f"/cases/{number}?tab=clocks"),
        ("tier-inbox", "/inbox?scope=all&tier=vip"),
        ("tier-cases", "/cases?tier=vip"),
        ("tier-targets", "/targets?type=inquiry&priority=normal&tier=vip&tags=quick_lane&received=2023-10-01T10:15"),
    ):
        page.goto(path)
        if name == "tier-intake":
            ready_form(page)
            page.get_by_label(words.contact, exact=True).fill(CONTACT)
            page.get_by_label(words.contact, exact=True).blur()
            expect(page.locator("#customer-matches")).to_contain_text(words.vip)
        expect(page.locator("main")).to_contain_text(words.vip)
        assert name != "tier-class" or page.locator("#field-tier").input_value() == "vip"
        check_looks(page)
        screenshot(page, name, language)


def test_another_tier_is_given_with_a_reason_by_keyboard_alone(desk, open_page):
    words, page = WORDS["en"], open_page(desk.address, language="en")
    enter(page, "wang")
    number = take_the_call(page, words)
    page.goto(f"/cases/{number}?tab=clocks")
    page.locator("#field-tier").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("签约大客户")
    page.keyboard.press("Enter")
    expect(page.locator(".page-head")).to_contain_text(words.key_account)
