"""An analyst and a supervisor at work: the pages look right and anybody can use them; a process is changed and piloted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from bpmn.compare_packages import compare_packages
from bpmn.package import ProcessPackage
from engine.db import queries
from tests.support.product import Product
from tests.support.versions import KEY, a_draft, a_stuck_case

from .desk import check_looks, enter, running_desk, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def busy_desk(furnished, tmp_path_factory):
    """A desk with a pilot, an incident and a draft that has a finding."""
    with running_desk(furnished, tmp_path_factory.mktemp("analyst")) as desk:
        product = desk.product
        product.desk.rollout.assign(KEY, "1.1", ["service-b"], by="analyst")
        product.open_case(by="li")
        product.open_case(by="chen", type="inquiry", subtype="")
        a_stuck_case(product)
        product.desk.rollout.assign(KEY, "1.1", ["service-b"], by="analyst")
        a_draft(product, {'formId="handle"': 'formId="handel"', 'name="处理需求"': 'name="处理并回访"'})
        yield desk


PAGES = {
    "processes": "/processes",
    "process": f"/processes/{KEY}/1.0",
    "process-compare": f"/processes/{KEY}/1.1/compare/1.0",
    "rollout": "/rollout",
    "incidents": "/incidents",
    "draft-changes": "/drafts/2/changes",
    "draft-texts": "/drafts/2/texts/en",
    "draft-deploy": "/drafts/2/deploy",
}


@pytest.mark.parametrize(("language", "width"), [("zh", 1280), ("en", 390)])
def test_the_analysts_pages_look_right_and_are_accessible(busy_desk, open_page, screenshot, language, width):
    page = open_page(busy_desk.address, language=language, width=width)
    enter(page, "analyst")
    for name, path in PAGES.items():
        page.goto(path)
        screenshot(page, name, language)
        check_looks(page)


def on_canvas(page: Page, element_id: str) -> Locator:
    return page.locator(f"[data-element-id={element_id}] > .djs-hit").first


def panel_entry(page: Page, group: str, entry: str) -> Locator:
    """An entry of the properties panel, its group unfolded."""
    header = page.locator(f"[data-group-id=group-{group}] .bio-properties-panel-group-header").first
    if "open" not in (header.get_attribute("class") or ""):
        header.click()
    return page.locator(f"[data-entry-id={entry}]")


def write_feel(entry: Locator, text: str) -> None:
    """Put an expression into a FEEL field of the panel."""
    entry.locator(".cm-content").fill(text)
    entry.page.locator("#properties .bio-properties-panel-header-label").click()


def save(page: Page) -> None:
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#save-state")).to_have_text("已保存")


def warned_after(product: Product, number: str) -> tuple[str, str, timedelta]:
    """The case's version, what its handling task is called there, and when its owner is warned, counted from receipt."""
    case = product.desk.cases.case(number, viewer="wang").case
    with product.services.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        timer = next(each for each in queries.timers(tx, instance.id) if each.activity_id == "respond_warning")
    return case.version, product.task_of(number).name, timer.due_at - case.received_at


def test_an_analyst_changes_the_process_and_pilots_it_with_one_team(desk, open_page, screenshot):
    product = desk.product
    normal = {"type": "inquiry", "subtype": "", "usage_blocked": False}
    running = product.open_case(by="chen", **normal)
    page = open_page(desk.address)
    sign_in(page, "analyst")

    page.get_by_role("button", name="新建草稿 来自 1.0").click()
    page.locator("body[data-ready='1']").wait_for()
    page.locator("#fit").click()
    on_canvas(page, "handle").dblclick()
    page.locator(".djs-direct-editing-content").fill("处理并回访")
    page.locator(".djs-container").click(position={"x": 700, "y": 20})
    on_canvas(page, "respond_warning").click()
    write_feel(panel_entry(page, "timer", "timerEventDefinitionValue"), 'clocks.respond.warn_at - duration("PT15M")')
    screenshot(page, "draft-editor", "zh", whole=False)

    on_canvas(page, "outcome_to_ask_customer").click(force=True)
    write_feel(panel_entry(page, "condition", "conditionExpression"), "")
    save(page)
    page.get_by_role("link", name="部署…").click()
    expect(page.locator("#findings-panel")).to_contain_text("没有条件")
    page.get_by_role("checkbox", name="客服二组").check()
    page.get_by_role("checkbox", name="我已查看差异与检查结果").check()
    page.expected_troubles.append("422")
    page.get_by_role("button", name="部署", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("无法部署")
    screenshot(page, "draft-refused", "zh")

    page.locator("#findings-panel").get_by_role("link", name="需客户补充").click()
    page.locator("body[data-ready='1']").wait_for()
    expect(page.locator(".djs-connection.selected")).to_have_attribute("data-element-id", "outcome_to_ask_customer")
    write_feel(panel_entry(page, "condition", "conditionExpression"), 'handle.outcome = "wait_customer"')
    save(page)
    expect(page.locator("#findings")).not_to_contain_text("没有条件")

    page.get_by_role("link", name="译文（en）").click()
    page.get_by_label("处理并回访").fill("Handle and call back")
    page.get_by_role("button", name="保存").first.click()
    page.get_by_role("link", name="变更清单").click()
    page.get_by_label("第 1 项变更（中文）").fill("响应预警再提前 15 分钟。")
    page.get_by_label("第 1 项变更（英文）").fill("The response warning comes 15 minutes earlier.")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#flash")).to_contain_text("变更清单已保存")

    page.get_by_role("link", name="部署…").click()
    expect(page.get_by_text("没有发现问题，此草稿可以按图运行。")).to_be_visible()
    expect(page.locator(".before-after").first).to_contain_text("处理并回访")
    page.get_by_role("checkbox", name="客服二组").check()
    page.get_by_role("checkbox", name="我已查看差异与检查结果").check()
    screenshot(page, "draft-ready", "zh")
    page.get_by_role("button", name="部署", exact=True).click()
    page.wait_for_url("**/rollout?key=customer-service")
    expect(page.locator("#flash")).to_contain_text("版本 1.2 已部署")
    expect(page.get_by_role("row", name="客服二组 1.2 此团队专用")).to_be_visible()

    piloted, other = product.open_case(by="chen", **normal), product.open_case(by="li", **normal)
    assert warned_after(product, running) == ("1.0", "处理需求", timedelta(minutes=45))
    assert warned_after(product, piloted) == ("1.2", "处理并回访", timedelta(minutes=30))
    assert warned_after(product, other) == ("1.0", "处理需求", timedelta(minutes=45))

    page.get_by_role("button", name="退回 1.0 客服二组").click()
    expect(page.locator("#flash")).to_contain_text("从现在起，新案件使用 1.0：客服二组")
    assert warned_after(product, product.open_case(by="chen", **normal))[0] == "1.0"


def test_opening_and_saving_every_file_in_its_editor_changes_nothing_that_runs(desk, open_page):
    product, draft_id = desk.product, a_draft(desk.product)
    before = product.desk.drafts.draft(draft_id).files
    page = open_page(desk.address)
    enter(page, "analyst")
    for revision, name in enumerate((name for name in before if name.endswith((".bpmn", ".dmn", ".form"))), start=2):
        page.goto(f"/drafts/{draft_id}/files/{name}")
        page.locator("body[data-ready='1']").wait_for()
        save(page)
        expect(page.locator("#findings-count")).to_have_text("没有发现问题")
        assert product.desk.drafts.draft(draft_id).draft.revision == revision
    after = product.desk.drafts.draft(draft_id)
    packages = (ProcessPackage.from_files(files) for files in (before, after.files))
    assert not compare_packages(*packages)
    assert after.draft.svg is not None
