"""E17 through the product: a customer who doesn't answer is reminded, told, and can come back."""

from __future__ import annotations

import pytest

from desk.model import CaseState, EntryKind
from desk.store import conversation, waits

ASKED = {"content": "请客户提供截图", "next_action": "等待截图", "outcome": "wait_customer", "question": "请发支付失败的截图"}
MAIL = "zhang@example.com"


@pytest.fixture
def waiting(office):
    """A case for whose customer its owner waits since Tuesday morning, at most for a month."""
    office.at("09:00", "2024-03-05")
    number = office.open(received_at="2024-03-05T09:00", customer_contact=MAIL)
    office.resolve(number, **ASKED, wait_until="2024-04-05T09:00")
    return number


def reminded(office, number):
    with office.engine.db.reading() as tx:
        said = conversation.entries(tx, office.desk.context.vault, number)
    zone = office.desk.context.zone
    reminders = (one for one in said if one.kind is EntryKind.REMINDER)
    return [(one.text, f"{one.at.astimezone(zone):%m-%d %H:%M}") for one in reminders]


def case(office, number):
    return office.desk.cases.case(number, viewer="wang").case


def at_hands(office, number):
    """What the owner was asked to tell the customer, since no mail server is there."""
    return [one.subject for one in office.desk.notices.of(case(office, number).owner) if one.template == "contact_customer"]


@pytest.mark.stored
def test_e17_a_customer_who_never_answers_is_reminded_twice_and_then_told_that_the_case_is_taken_as_solved(office, waiting):
    office.at("09:00", "2024-03-08")
    assert reminded(office, waiting) == [("1/2", "03-07 18:00")]
    office.at("09:00", "2024-03-12")
    assert reminded(office, waiting) == [("1/2", "03-07 18:00"), ("2/2", "03-11 18:00")]
    assert case(office, waiting).state is CaseState.IN_PROGRESS
    office.at("18:30", "2024-03-13")
    assert case(office, waiting).state is CaseState.RESOLVED
    assert f"{case(office, waiting).resolved_at:%m-%d %H:%M}" == "03-13 10:00"
    solve = next(clock for clock in office.desk.cases.case(waiting, viewer="wang").clocks if clock.name == "solve")
    assert solve.verdict == "on_time"
    assert len(at_hands(office, waiting)) == 4
    office.at("09:00", "2024-03-21")
    assert case(office, waiting).state is CaseState.CLOSED
    with office.engine.db.reading() as tx:
        assert waits.due(tx, office.clock.now(), 10) == []


def test_e17_who_comes_back_before_it_is_archived_opens_it_again(office, waiting):
    office.at("09:00", "2024-03-14")
    assert case(office, waiting).state is CaseState.RESOLVED
    office.desk.work.customer_message(waiting, "截图在这里", message_id="back-1")
    office.run()
    assert (case(office, waiting).state, case(office, waiting).round) == (CaseState.OPEN, 2)
    assert office.activities(waiting) == {"handle"}


def test_e17_an_answer_ends_the_wait_and_a_machines_does_not(office, waiting):
    office.at("12:00", "2024-03-05")
    office.desk.work.customer_message(waiting, "我不在办公室", message_id="away", headers={"Auto-Submitted": "auto-replied"})
    office.at("09:00", "2024-03-08")
    assert len(reminded(office, waiting)) == 1
    office.desk.work.customer_message(waiting, "截图在这里", message_id="here")
    office.at("09:00", "2024-03-20")
    assert len(reminded(office, waiting)) == 1
    assert "handle" in office.activities(waiting)


def test_e17_the_agents_own_date_comes_first_when_it_is_earlier(office):
    office.at("09:00", "2024-03-05")
    number = office.open(received_at="2024-03-05T09:00", customer_contact=MAIL)
    office.resolve(number, **ASKED, wait_until="2024-03-06T09:00")
    office.at("09:00", "2024-03-20")
    assert reminded(office, number) == []
    assert "handle" in office.activities(number)


def test_e17_a_second_wait_counts_from_its_own_begin(office, waiting):
    office.at("09:00", "2024-03-08")
    office.desk.work.customer_message(waiting, "哪张截图？", message_id="which")
    office.at("10:00", "2024-03-08")
    office.resolve(waiting, **ASKED, wait_until="2024-04-05T09:00")
    office.at("09:00", "2024-03-13")
    assert reminded(office, waiting)[1:] == [("1/2", "03-12 18:00")]
    assert case(office, waiting).state is CaseState.IN_PROGRESS


def test_e17_after_an_outage_the_customer_gets_one_reminder_and_not_all_at_once(office, waiting):
    office.clock.set(office.clock.now().replace(month=3, day=12, hour=1))
    office.run()
    assert reminded(office, waiting) == [("2/2", "03-11 18:00")]
    assert len(at_hands(office, waiting)) == 2


def test_e17_a_suspended_case_reminds_nobody_until_it_goes_on(office, waiting):
    instance = office.desk.cases.case(waiting, viewer="wang").instance_id
    office.desk.operations.suspend(instance, reason="检查", by="wang")
    office.at("09:00", "2024-03-08")
    assert reminded(office, waiting) == []
    office.desk.operations.resume(instance, reason="检查完毕", by="wang")
    office.at("12:00", "2024-03-08")
    assert reminded(office, waiting) == [("1/2", "03-07 18:00")]
