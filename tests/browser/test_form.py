"""A task's form in a browser: the draft is kept, the server's objections stand at their fields, the answer leads on."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import jsonify, render_template_string, request
from playwright.sync_api import expect

from bpmn.forms import FieldError, FormRejected
from engine.errors import TaskNotOpen
from webui.app import create_app
from webui.context import Viewer

from .server import seen_by, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LI = Viewer(login="li", name="李", roles=frozenset({"agent"}))
SCHEMA = json.loads((Path(__file__).parent / "samples" / "handle.form").read_text("utf-8"))
PAGE = """{% extends "base.html" %}{% block assets %}{{ asset_tags("app", "form") }}{% endblock %}
{% block main %}<h1>处理投诉</h1>{% call ui.panel("处理投诉") %}{{ ui.task_form(task) }}{% endcall %}{% endblock %}"""


@pytest.fixture
def sent():
    return []


@pytest.fixture
def address(sent):
    app = seen_by(create_app(SimpleNamespace(settings=SimpleNamespace()), secret_key=b"only for tests", testing=True), LI)

    def show():
        task = {"schema": SCHEMA, "data": {}, "submitUrl": "/styleguide/task", "revision": 2, "draftKey": "task-7"}
        return render_template_string(PAGE, task=task)

    def take():
        sent.append(request.get_json())
        answers = sent[-1]["data"]
        if answers["cause"] == "late":
            raise TaskNotOpen(7, state="completed")
        if answers["cause"] == "x":
            raise FormRejected({"cause": FieldError(code="too_short", params={"limit": 2}), "": FieldError(code="too_big")})
        return jsonify(message="已完成", next="/styleguide")

    app.add_url_rule("/styleguide/task", endpoint="styleguide.task", view_func=show)
    app.add_url_rule("/styleguide/task", endpoint="styleguide.take", view_func=take, methods=["POST"])
    with serving(app) as url:
        yield url


@pytest.fixture
def page(address, open_page):
    page = open_page(address)
    page.goto("/styleguide/task")
    page.locator("[data-form][data-ready]").wait_for()
    return page


def test_a_completed_form_is_sent_with_its_revision_and_leads_on(page, sent):
    page.get_by_label("原因").fill("支付接口故障")
    page.get_by_label("处理内容").fill("已修复")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/styleguide")
    assert sent == [{"revision": 2, "data": {"cause": "支付接口故障", "done": "已修复", "outcome": None}}]


def test_the_servers_objection_stands_at_its_field_in_the_viewers_language(page):
    page.expected_troubles.append("422")
    page.get_by_label("原因").fill("x")
    page.get_by_role("button", name="完成").click()
    expect(page.locator(".fjs-form-field-textfield")).to_contain_text("至少需要 2 个字符。")
    expect(page.locator(".form-messages")).to_contain_text("数据超出表单所能承载的范围。")
    expect(page.get_by_label("原因")).to_be_focused()


def test_a_task_that_is_gone_keeps_what_was_typed_and_offers_a_reload(page):
    page.expected_troubles.append("409")
    page.get_by_label("原因").fill("late")
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_role("button", name="重新加载")).to_be_visible()
    expect(page.get_by_label("原因")).to_have_value("late")


def test_a_draft_outlives_a_reload_and_goes_when_the_form_is_taken(page):
    page.get_by_label("处理内容").fill("先联系技术部")
    expect(page.get_by_text("草稿已保存在本浏览器")).to_be_visible()
    page.reload()
    expect(page.get_by_label("处理内容")).to_have_value("先联系技术部")
    page.get_by_label("原因").fill("支付接口故障")
    page.get_by_role("button", name="完成").click()
    page.wait_for_url("**/styleguide")
    page.goto("/styleguide/task")
    expect(page.get_by_label("处理内容")).to_have_value("")
