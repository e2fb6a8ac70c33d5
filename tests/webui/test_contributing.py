"""Departments on the case's page: asked, passed on, withdrawn, in both languages; approvals with kind and amount."""

from __future__ import annotations

import pytest

from desk.collaboration.authority import Grant
from desk.model import Role

ASK = {"team": ["technical", "business"], "wanted": "核对支付流水", "limit": "2h"}


@pytest.fixture
def case(product):
    number = product.open_case()
    product.desk.work.start(product.task_of(number).id, by="li")
    return number


def test_departments_are_asked_and_shown_with_who_works_since_when_and_until_when(product, case):
    visitor = product.visitor("li")
    assert visitor.post(f"/cases/{case}/contributions", ASK).status_code == 303
    page = visitor.get(f"/cases/{case}").text
    assert page.count("核对支付流水") >= 2
    assert "2 h left" in page
    assert "协办" in product.visitor("li", language="zh").get(f"/cases/{case}").text
    assert visitor.get(f"/cases/{case}?tab=clocks").text.count("<dd>as agreed with the department</dd>") == 2
    assert "按与部门的约定" in product.visitor("li", language="zh").get(f"/cases/{case}?tab=clocks").text
    assert visitor.get(f"/cases/{case}?tab=why").text.count("Why it stands at Departments contribute</h2>") == 1
    history = visitor.get(f"/cases/{case}?tab=history").text
    assert "Asked Technical support" in history


def test_the_page_tells_who_may_be_asked_from_who_was_asked(product, case):
    english, chinese = product.visitor("li"), product.visitor("li", language="zh")
    reasons = english.get(f"/cases/{case}?tab=why").text
    assert "the complaint specialists are accountable, technicians may be asked for help" in reasons
    assert "产品故障类投诉由投诉专员主责，可请技术团队协助" in chinese.get(f"/cases/{case}?tab=why").text
    assert "No department was asked yet." in english.get(f"/cases/{case}").text
    english.post(f"/cases/{case}/contributions", ASK)
    assert "尚未请部门协办" not in chinese.get(f"/cases/{case}").text


def test_a_part_is_passed_on_and_withdrawn_with_a_reason(product, case):
    product.visitor("li").post(f"/cases/{case}/contributions", {**ASK, "team": "technical"})
    (part,) = product.desk.contributions.of_case(case, viewer="li")
    where = f"/cases/{case}/contributions/{part.contribution.id}"
    tech = product.visitor("tech")
    assert tech.post(f"{where}/pass-on", {"team": "business", "reason": ""}).status_code == 422
    assert tech.post(f"{where}/pass-on", {"team": "business", "reason": "与系统无关"}).status_code == 303
    now = product.desk.contributions.of_case(case, viewer="li")[-1].contribution
    where = f"/cases/{case}/contributions/{now.id}"
    assert product.visitor("li").post(f"{where}/withdraw", {"reason": "不再需要"}).status_code == 303
    assert "不再需要" in product.visitor("li").get(f"/cases/{case}").text


def test_a_limit_that_cannot_be_read_asks_nobody(product, case):
    before = product.rows()
    assert product.visitor("li").post(f"/cases/{case}/contributions", {**ASK, "limit": "-1h"}).status_code == 422
    assert product.rows() == before


def test_an_approval_of_a_kind_and_amount_goes_to_who_has_authority(product, case):
    product.desk.approvals.grant("refund", [Grant(kind="refund", role=Role.SUPERVISOR)], by="admin")
    visitor = product.visitor("li")
    refused = visitor.post(f"/cases/{case}/say/approval", {"text": "退款", "kind": "refund", "amount": "viel"})
    assert refused.status_code == 422
    visitor.post(f"/cases/{case}/say/approval", {"text": "退款", "kind": "refund", "amount": "1,200.50"})
    (asked,) = product.desk.approvals.of_case(case, viewer="li")
    assert (asked.kind, str(asked.amount)) == ("refund", "1200.50")
