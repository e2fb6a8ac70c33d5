"""The process itself, played on a real engine and desk: what its branches do that no table or handler shows alone."""

from __future__ import annotations

from typing import Any

import pytest

from desk.errors import HelpPending
from desk.model import CaseState
from engine.db import queries
from engine.history import HandlerDecided, TaskCreated, TimerFired
from tests.desk.conftest import BILLING_DAY, Office, local

WAITING = {
    "content": "缺少截图",
    "next_action": "等客户补充截图",
    "outcome": "wait_customer",
    "wait_until": "2023-10-01T11:00",
    "question": "请提供错误截图",
}


def complete(office: Office, number: str, activity: str, answers: dict[str, Any], by: str) -> None:
    office.desk.work.claim(office.task(number, activity).id, by=by)
    office.desk.work.complete(office.task(number, activity).id, answers, by=by)
    office.run()


def history(office: Office, number: str, kind: type) -> list[Any]:
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        return [event for event in queries.history(tx, office.engine.vault, instance.id) if isinstance(event, kind)]


def incidents(office: Office) -> list[str]:
    with office.engine.db.reading() as tx:
        return [incident.message for incident in queries.incidents(tx, office.engine.vault)]


def notices(office: Office, login: str) -> list[str]:
    return sorted(notice.template for notice in office.desk.notices.of(login))


def test_an_unanswered_urgent_case_comes_before_the_supervisor_at_the_due_instant(office):
    number = office.open()
    office.at("12:30", day="2023-10-02")
    created = [event for event in history(office, number, TaskCreated) if event.activity_id == "supervise"]
    assert [(event.at, event.assignee) for event in created] == [
        (local("2023-10-01T09:45"), "wang"),
        (local("2023-10-01T11:30"), "wang"),
    ]
    assert [event.result["clock"] for event in history(office, number, HandlerDecided) if event.handler == "escalate"] == [
        "respond",
        "solve",
    ]
    assert incidents(office) == []


def test_a_breach_escalates_once_also_when_the_case_comes_back_from_the_customer(office):
    number = office.open()
    office.at("09:50")
    complete(office, number, "handle", WAITING, "li")
    office.at("11:00")
    assert office.activities(number) == {"handle", "supervise"}
    fired = [event.activity_id for event in history(office, number, TimerFired)]
    assert fired.count("respond_breach") == 1
    office.at("11:40")
    complete(office, number, "handle", {**WAITING, "wait_until": "2023-10-01T12:00"}, "li")
    # the limit of 11:30 waited for the customer from 09:50 to 11:00 and from 11:40 to 12:00
    office.at("12:35")
    office.at("13:00")
    assert [event.activity_id for event in history(office, number, TimerFired)].count("solve_breach") == 1
    office.at("13:30")
    fired = [event.activity_id for event in history(office, number, TimerFired)]
    assert (fired.count("respond_breach"), fired.count("solve_breach")) == (1, 1)
    assert notices(office, "li").count("solution_warning") == 1
    assert incidents(office) == []


def test_a_customers_reply_brings_the_case_back_before_the_reminder(office):
    number = office.open()
    office.at("09:35")
    complete(office, number, "handle", WAITING, "li")
    assert office.activities(number) == set()
    office.at("09:50")
    office.desk.work.customer_message(number, "截图如附", message_id="m-1")
    assert office.activities(number) == {"handle"}
    office.at("11:05")
    assert "reminder" not in [event.activity_id for event in history(office, number, TimerFired)]


def test_the_owner_is_warned_at_three_quarters_of_each_limit_and_told_the_customer_by_phone(office):
    number = office.open()
    office.at("09:42")
    office.at("11:05")
    fired = {event.activity_id: event.at for event in history(office, number, TimerFired)}
    assert fired["solve_warning"] == local("2023-10-01T11:00")
    assert notices(office, "li") == ["assigned", "response_warning", "solution_warning"]
    office.resolve(number)
    assert notices(office, "li").count("contact_customer") == 2


def test_nobody_is_warned_of_a_limit_that_was_missed_before_the_case_was_entered(office):
    office.at("12:00")
    number = office.open(received_at="2023-10-01T09:30")
    office.run()
    fired = {event.activity_id for event in history(office, number, TimerFired)}
    assert {"respond_warning", "solve_warning", "respond_breach", "solve_breach"} <= fired
    assert notices(office, "li") == ["assigned"]
    assert [notice for notice in notices(office, "wang") if "warning" in notice] == []
    assert incidents(office) == []


def test_version_1_1_warns_at_half_of_each_limit(pilot):
    number = pilot.open()
    pilot.at("10:35")
    fired = {event.activity_id: event.at for event in history(pilot, number, TimerFired)}
    assert fired["respond_warning"].replace(second=0) == local("2023-10-01T09:37")
    assert fired["solve_warning"] == local("2023-10-01T10:30")


def test_three_approvals_must_all_pass_before_the_case_can_be_resolved(office):
    number = office.open()
    office.desk.work.request_approval(number, reason="退款", by="li")
    office.run()
    for activity in ("approve_1", "approve_2"):
        complete(office, number, activity, {"decision": "approved"}, "wang")
    with pytest.raises(HelpPending, match="经理审批"):
        office.resolve(number)
    complete(office, number, "approve_3", {"decision": "approved", "comment": "同意退款"}, "wang")
    told = next(notice for notice in office.desk.notices.of("li") if notice.template == "approval_done")
    assert told.subject == f"审批通过：{number}"
    assert "同意退款" in told.body
    office.desk.work.complete(office.task(number).id, {"content": "已退款", "outcome": "resolved"}, by="li")


def test_a_rejection_skips_the_other_approvals(office):
    number = office.open()
    office.desk.work.request_approval(number, reason="退款", by="li")
    complete(office, number, "approve_1", {"decision": "rejected", "comment": "金额不符"}, "wang")
    assert office.activities(number) == {"handle"}
    told = next(notice for notice in office.desk.notices.of("li") if notice.template == "approval_done")
    assert told.subject == f"审批不通过：{number}"


def test_version_1_1_asks_one_supervisor_only(pilot):
    number = pilot.open()
    pilot.desk.work.request_approval(number, reason="退款", by="li")
    complete(pilot, number, "approve", {"decision": "approved"}, "wang")
    assert pilot.activities(number) == {"handle"}
    pilot.resolve(number)
    assert incidents(pilot) == []


def test_a_dissatisfied_customer_starts_round_2_with_the_same_owner_and_a_new_limit(office):
    number = office.open()
    office.at("09:40")
    office.resolve(number)
    survey = office.desk.surveys.invite(number)
    office.at("12:00")
    office.desk.surveys.answer(survey.token, {"rating": "dissatisfied", "comment": "仍无法支付"})
    office.run()
    view = office.desk.cases.case(number, viewer="li")
    assert (view.case.round, view.case.owner, view.case.state) == (2, "li", CaseState.OPEN)
    running = {clock.name: clock.due_at for clock in view.clocks if clock.round == 2}
    assert running["solve"] == local("2023-10-01T14:00")
    assert "respond" not in running
    assert notices(office, "wang") == ["reopened"]
    office.at("12:30")
    office.resolve(number)
    second = office.desk.surveys.invite(number)
    office.desk.surveys.answer(second.token, {"rating": "satisfied"})
    office.run()
    assert office.desk.cases.case(number, viewer="li").case.state is CaseState.CLOSED
    assert incidents(office) == []


def test_without_an_answer_the_second_round_is_archived_although_the_first_was_bad(office):
    number = office.open()
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()
    office.resolve(number)
    office.at("12:00", day="2023-10-09")
    view = office.desk.cases.case(number, viewer="li")
    assert (view.case.state, view.case.round) == (CaseState.CLOSED, 2)
    assert incidents(office) == []


def test_closing_withdraws_the_supervisors_open_follow_up(office):
    number = office.open()
    office.at("09:50")
    assert office.activities(number) == {"handle", "supervise"}
    office.resolve(number)
    office.at("12:00", day="2023-10-09")
    assert office.activities(number) == set()


def test_a_question_goes_to_the_team_that_took_it(office):
    office.at("10:15")
    number = office.open(BILLING_DAY, by="zhao")
    assert office.desk.cases.case(number, viewer="zhao").case.team == "service"
