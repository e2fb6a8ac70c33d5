"""Approvals go to the first person with enough authority, who alone may approve; suggestions are handed over in batches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from desk.collaboration.authority import Grant
from desk.errors import AnswersInvalid, NothingToHandOver, RightMissing, SuggestionNotFound
from desk.model import NewAgent, Role
from desk.staffing.staffing_errors import AuthorityMissing
from desk.store.suggestions import SuggestionVerdict
from tests.desk.conftest import BILLING_DAY, PASSWORD, Office

pytestmark = pytest.mark.stored
SUNDAY = datetime(2023, 9, 30, 16, tzinfo=UTC)
REFUND = [Grant(kind="refund", role=Role.SUPERVISOR, up_to=Decimal(500)), Grant(kind="refund", login="boss")]


@pytest.fixture
def number(office: Office) -> str:
    """A case of li's, in a desk where wang may refund 500 and boss anything."""
    office.desk.people.add_agent(NewAgent(login="boss", name="周总", password=PASSWORD, role=Role.SUPERVISOR), by="test")
    office.desk.approvals.grant("refund", REFUND, by="admin")
    number = office.open()
    office.desk.work.claim(office.task(number).id, by="li")
    return number


def test_an_approval_goes_to_the_first_with_enough_authority_and_its_wait_is_measured(office, number):
    office.desk.work.request_approval(number, reason="重复扣款", kind="refund", amount=Decimal("128.50"), by="li")
    task = office.task(number, "approve_1")
    assert task.assignee == "wang"
    decided = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "approver"]
    assert [(one.result["assignee"], one.reason_code) for one in decided] == [("wang", "team_supervisor")]
    office.clock.advance(minutes=25)
    office.desk.work.claim(task.id, by="wang")
    office.desk.work.complete(task.id, {"decision": "approved"}, by="wang")
    [approval] = office.desk.approvals.of_case(number, viewer="li")
    assert (approval.amount, approval.decision, approval.decided_by) == (Decimal("128.50"), "approved", "wang")
    assert approval.waited == timedelta(minutes=25)


def test_nobody_approves_beyond_their_authority_but_may_reject(office, number):
    office.desk.work.request_approval(number, reason="赔偿", kind="refund", amount=Decimal(800), by="li")
    task = office.task(number, "approve_1")
    assert task.assignee == "boss"
    office.desk.work.reassign(task.id, assignee="wang", by="boss", reason="请看")
    office.desk.work.claim(task.id, by="wang")
    with pytest.raises(AuthorityMissing, match="refund of 800"):
        office.desk.work.complete(task.id, {"decision": "approved"}, by="wang")
    office.desk.work.complete(task.id, {"decision": "rejected"}, by="wang")
    assert [one.decision for one in office.desk.approvals.of_case(number, viewer="wang")] == ["rejected"]


def test_an_approval_without_a_kind_is_offered_to_the_supervisors_as_before(office, number):
    office.desk.work.request_approval(number, reason="退款", by="li")
    assert office.task(number, "approve_1").assignee is None


def test_only_administrators_grant_authority_and_amounts_are_amounts(office, number):
    with pytest.raises(RightMissing):
        office.desk.approvals.grant("refund", (), by="wang")
    with pytest.raises(AnswersInvalid):
        office.desk.approvals.grant("refund", [Grant(kind="refund", up_to=Decimal(-1))], by="admin")
    for amount in (Decimal(-1), Decimal("NaN"), Decimal(10) ** 13):
        with pytest.raises(AnswersInvalid):
            office.desk.work.request_approval(number, reason="退款", kind="refund", amount=amount, by="li")


def suggest(office: Office, name: str) -> str:
    answers = {"received_at": "", "customer_number": "", "customer_name": name, "type": "suggestion"}
    return office.open({**BILLING_DAY, **answers})


def test_suggestions_of_a_time_are_handed_over_once_and_each_gets_its_verdict(office):
    numbers = [suggest(office, name) for name in ("甲", "乙")]
    desk = office.desk.suggestions
    batch = desk.hand_over("product", SUNDAY, SUNDAY + timedelta(days=1), by="wang")
    assert [one.case_number for one in desk.of_batch(batch.id, viewer="business")] == numbers
    assert "suggestions_handed_over" in {one.template for one in office.desk.notices.of("business")}
    desk.judge(numbers[0], SuggestionVerdict.ADOPTED, reason="列入四季度计划", by="business")
    judged = {one.case_number: (one.verdict, one.reason, one.judged_by) for one in desk.of_batch(batch.id, viewer="wang")}
    assert judged == {numbers[0]: ("adopted", "列入四季度计划", "business"), numbers[1]: ("undecided", "", None)}
    with pytest.raises(NothingToHandOver):
        desk.hand_over("product", SUNDAY, SUNDAY + timedelta(days=1), by="wang")


def test_who_may_hand_over_see_and_judge_suggestions(office):
    number, desk = suggest(office, "甲"), office.desk.suggestions
    with pytest.raises(RightMissing):
        desk.hand_over("product", SUNDAY, SUNDAY + timedelta(days=1), by="li")
    with pytest.raises(SuggestionNotFound):
        desk.judge(number, SuggestionVerdict.ADOPTED, reason="", by="wang")
    batch = desk.hand_over("product", SUNDAY, SUNDAY + timedelta(days=1), by="wang")
    with pytest.raises(RightMissing):
        desk.of_batch(batch.id, viewer="li")
    assert (desk.batches(viewer="li"), desk.batches(viewer="business")) == ([], [batch])
    with pytest.raises(AnswersInvalid):
        desk.judge(number, SuggestionVerdict.DECLINED, reason=" ", by="business")
