"""Every page of the agents, looked at in both languages and widths: nothing sticks out, nobody is shut out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.support.product import INTAKE, Product

from .desk import RunningDesk, await_drawn, check_looks, enter, running_desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CALM = {"type": "inquiry", "subtype": "product_info", "usage_blocked": False, "order_number": "", "urgency": "normal"}


@pytest.fixture(scope="module")
def desk(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(furnished, tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture(scope="module")
def told(desk: RunningDesk) -> SimpleNamespace:
    """A case in work with something of everything, one that waits for the customer's rating, and a few others."""
    product, work = desk.product, desk.product.desk.work
    in_work, resolved = (product.desk.intake.open_case(INTAKE, by="li") for _ in range(2))
    for number, name, text in (
        (1, "王五", "询问信用卡账单日修改流程"),
        (2, "Mme Duval", "How do I change my address? 我想修改地址。"),
    ):
        product.desk.intake.open_case({**INTAKE, **CALM, "customer_name": name, "description": text}, by="zhao" if number else "")
    for number in (in_work, resolved):
        work.start(product.task_of(number).id, by="li")
    work.request_technical_help(in_work, reason="支付接口返回 500，请排查", by="li")
    row = {"stage": "问题排查", "content": "联系技术部确认支付接口故障", "next_action": "等待技术修复"}
    until = product.services.clock.now() + timedelta(days=1)
    product.desk.timing.pause(in_work, reason="third_party", until=until, by="li", note="等支付机构回复")
    product.desk.promising.promise(in_work, due_at=until, reason="支付机构需要时间", by="li")
    work.log_progress(in_work, row, by="li")
    work.note(in_work, "客户情绪激动，回电时请先安抚。", by="li")
    work.customer_message(in_work, "还要多久？", message_id="m1")
    work.complete(product.task_of(resolved).id, {"content": "已修复", "outcome": "resolved", "solution": "已修复"}, by="li")
    return SimpleNamespace(
        task=product.task_of(in_work).id, case=in_work, survey=product.desk.surveys.invite(resolved).token, **_answered(product)
    )


def _answered(product: Product) -> dict[str, str]:
    number = product.desk.intake.open_case(INTAKE, by="li")
    task = product.task_of(number)
    product.desk.work.claim(task.id, by="li")
    product.desk.work.complete(task.id, {"content": "已修复", "outcome": "resolved", "solution": "已修复"}, by="li")
    token = product.desk.surveys.invite(number).token
    while "await_answer" not in product.desk.diagrams.of_case(number, viewer="li").open:
        time.sleep(0.1)
    product.desk.surveys.answer(token, {"rating": "neutral", "suggestion": "希望增加在线排队提示"})
    return {"closed": number, "over": token}


PAGES = {
    "li": (
        ("inbox", "/inbox"), ("inbox-teams", "/inbox?scope=team"), ("intake", "/requests/new?channel=phone"),
        ("intake-taken", "/requests/{case}"), ("task", "/tasks/{task}"), ("case", "/cases/{case}"),
        ("case-closed", "/cases/{closed}"), ("case-history", "/cases/{case}?tab=history&all=1"),
        ("case-diagram", "/cases/{case}?tab=diagram"), ("case-limits", "/cases/{case}?tab=clocks"),
        ("notices", "/notices"), ("password", "/password"),
        ("refused", "/admin/people"),
    ),
    "wang": (("inbox-all", "/inbox?scope=all"), ("cases", "/cases"), ("cases-none", "/cases?q=nothing")),
    "admin": (("people", "/admin/people"), ("person", "/admin/people/li"), ("teams", "/admin/teams")),
    "": (("login", "/login"), ("survey", "/survey/{survey}?rating=satisfied"), ("survey-over", "/survey/{over}")),
}  # fmt: skip


@pytest.mark.parametrize("login", PAGES)
@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_each_page_is_readable_for_everybody(desk, told, open_page, screenshot, login, language, width):
    page = open_page(desk.address, language=language, width=width)
    page.expected_troubles += ["403", "410"]
    if login:
        enter(page, login)
    for name, path in PAGES[login]:
        page.goto(path.format(**vars(told)))
        await_drawn(page)
        screenshot(page, name, language)
        check_looks(page)


def test_the_survey_works_without_scripts(desk, told, chromium):
    context = chromium.new_context(base_url=desk.address, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"/survey/{told.survey}")
    page.get_by_label("Satisfied", exact=True).first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
    context.close()
