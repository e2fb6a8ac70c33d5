"""Looking at cases: who may, what is masked, how they are found, how they are explained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.casework.elsewhere import Elsewhere
from desk.collaboration.contributions import Asked
from desk.errors import AnswersInvalid, CaseNotFound, RightMissing
from tests.desk.conftest import BILLING_DAY, local

INQUIRY = BILLING_DAY | {"received_at": ""}


def test_a_case_page_masks_who_the_customer_is(office):
    view = office.desk.cases.case(office.open(), viewer="li")
    assert (view.customer, view.contact) == ("张*", "138****5678")
    assert view.description.startswith("APP支付失败")
    assert view.owner_name == "李娜"
    assert view.next_clock.name == "respond"
    assert view.next_clock.left.total_seconds() == 15 * 60


def test_a_case_does_not_exist_for_other_teams_and_analysts(office):
    number = office.open()
    for stranger in ("chen", "analyst", "tech"):
        with pytest.raises(CaseNotFound, match="There is no case"):
            office.desk.cases.case(number, viewer=stranger)
        assert office.desk.cases.search(viewer=stranger).total == 0
    with pytest.raises(CaseNotFound):
        office.desk.cases.case("NR20231001999", viewer="wang")


def test_cases_that_others_have_of_a_customer_are_counted_by_team_but_not_to_who_is_complained_about(office):
    same = {"customer_contact": "13812345678"}
    office.resolve(office.open())
    about_chen, inquiry = office.open(about_agent="chen"), office.open(INQUIRY, **same)
    elsewhere = office.desk.cases.elsewhere
    told = [Elsewhere(team="complaints", cases=2, open=2, ask="wang"), Elsewhere(team="service", cases=1, open=1, ask="wang")]
    assert elsewhere("138 1234 5678", viewer="tech") == tuple(told)
    assert elsewhere("13812345678", viewer="chen") == (replace(told[0], cases=1, open=1), told[1])
    assert elsewhere("13812345678", viewer="li") == elsewhere("13812345678", viewer="wang") == ()
    assert elsewhere("13812345678", viewer="analyst") == elsewhere("张三", viewer="tech") == elsewhere("", viewer="tech") == ()
    assert {office.desk.cases.case(number, viewer="wang").case.team for number in (about_chen, inquiry)} == {
        "complaints",
        "service",
    }


def test_nobody_is_sent_to_ask_whoever_is_complained_about_in_one_of_the_cases(office):
    office.open(about_agent="wang")
    elsewhere = office.desk.cases.elsewhere
    assert [one.ask for one in elsewhere("13812345678", viewer="tech")] == ["admin"]
    assert elsewhere("13812345678", viewer="tech")[0].team == "complaints"
    office.open(INQUIRY, customer_contact="13812345678")
    assert {one.team: one.ask for one in elsewhere("13812345678", viewer="tech")} == {"complaints": "admin", "service": "wang"}


def test_a_technician_sees_a_case_once_asked_to_help_and_afterwards(office):
    number = office.open()
    office.desk.work.claim(office.task(number).id, by="li")
    office.desk.work.request_technical_help(number, reason="支付接口故障", by="li")
    assert office.desk.cases.case(number, viewer="tech").number == number
    office.desk.work.claim(office.task(number, "contribute").id, by="tech")
    office.desk.work.complete(office.task(number, "contribute").id, {"content": "好了", "outcome": "resolved"}, by="tech")
    assert office.desk.cases.case(number, viewer="tech").number == number


def test_the_full_contact_is_for_the_owner_and_the_teams_supervisor_with_a_reason_on_record(office):
    number = office.open()
    reveal = office.desk.cases.reveal_contact
    assert reveal(number, by="li", reason="回电") == "13812345678"
    assert reveal(number, by="wang", reason="投诉跟进") == "13812345678"
    office.desk.work.reassign(office.task(number).id, assignee="zhao", by="wang", reason="换人")
    with pytest.raises(RightMissing, match="li may not see the contact"):
        reveal(number, by="li", reason="好奇")
    with pytest.raises(AnswersInvalid, match="reason is required"):
        reveal(number, by="zhao", reason="  ")
    with pytest.raises(AnswersInvalid, match="longer than 500"):
        reveal(number, by="zhao", reason="x" * 501)
    seen = office.desk.cases.disclosures(number, viewer="wang")
    assert [(one.by, one.reason) for one in seen] == [("li", "回电"), ("wang", "投诉跟进")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("20231001001", 1),
        ("nr20231001", 2),
        ("138 1234 5678", 1),
        ("DD20231001001", 1),
        ("c10025", 1),
        ("张三", 1),
        ("张", 0),
        ("", 2),
        ("%", 0),
    ],
)
def test_cases_are_found_by_number_contact_order_and_name(office, text, found):
    office.open()
    office.open(INQUIRY)
    assert office.desk.cases.search(text, viewer="wang").total == found


def test_a_list_can_be_filtered_and_turned_page_by_page(office):
    for _ in range(3):
        office.open(INQUIRY)
    office.open()
    search = office.desk.cases.search
    assert search(viewer="wang", filters={"type": "complaint"}).total == 1
    assert search(viewer="wang", filters={"priority": "normal", "states": ["open"]}).total == 3
    pages = [search(viewer="wang", page=n, page_size=3) for n in (1, 2)]
    assert [len(page.items) for page in pages] == [3, 1]
    assert {item.customer for page in pages for item in page.items} == {"王*", "张*"}


def test_the_timeline_tells_what_was_said_done_and_decided_in_order(office):
    number = office.open()
    office.at("09:40")
    office.desk.work.start(office.task(number).id, by="li")
    office.desk.work.note(number, "客户很着急", by="li")
    office.at("09:50")
    office.resolve(number)
    items = office.desk.cases.timeline(number, viewer="li")
    assert [item.at for item in items] == sorted(item.at for item in items)
    assert {"entered", "decided", "claimed", "call", "note", "progress", "completed"} <= {item.kind for item in items}
    (assigned,) = [item for item in items if item.details.get("handler") == "assign"]
    assert assigned.text == "the only one free in complaints with skill complaint"


def test_a_case_explains_its_class_its_due_times_and_its_owner(office):
    number = office.open()
    found = {one.what: one for one in office.desk.cases.explain(number, viewer="li")}
    assert found["classify"].result["priority"] == "urgent"
    assert "客户无法正常使用服务或产品" in found["classify"].reason
    assert found["service-clocks"].result["solve"]["due_at"] == local("2023-10-01T11:30")
    limits = {row["limit"] for row in found["service-clocks"].considered if row["clock"] == "solve"}
    assert {"2 h", "48 h"} <= limits
    assert found["assign"].result["assignee"] == "li"
    assert [one["login"] for one in found["assign"].considered] == ["li"]


def test_the_inbox_puts_urgent_cases_first_then_those_with_the_least_time_left(office):
    inbox = office.desk.inbox
    slow = office.open(INQUIRY, type="suggestion", urgency="low", description="增加夜间客服")
    normal = office.open(INQUIRY)
    urgent = office.open()
    everything = [item.number for item in inbox.tasks("wang", scope="all").items]
    assert everything == [urgent, normal, slow]
    (mine,) = [item for item in inbox.tasks("li").items if item.number == urgent]
    assert (mine.customer, mine.clock.name, mine.left.total_seconds(), mine.claimed) == ("张*", "respond", 900, False)


def test_the_inbox_of_a_team_shows_what_is_offered_to_it(office):
    number = office.open()
    office.desk.work.claim(office.task(number).id, by="li")
    tech = office.desk.people.agent("tech")
    office.desk.people.change_agent("tech", by="admin", revision=tech.revision, available=False)
    office.desk.work.request_technical_help(number, reason="支付接口故障", by="li")
    assert [item.title for item in office.desk.inbox.tasks("tech", scope="team").items] == ["协办"]
    assert office.desk.inbox.tasks("tech").total == 0
    with pytest.raises(RightMissing, match="everybody's tasks"):
        office.desk.inbox.tasks("tech", scope="all")


def test_notices_are_read_one_by_one_or_all_at_once(office):
    office.open()
    office.open()
    notices = office.desk.notices
    assert notices.unread("li") == 2
    notices.mark_read("li", [notices.of("li")[0].id])
    assert notices.unread("li") == 1
    notices.mark_read("zhao")
    assert notices.unread("li") == 1
    notices.mark_read("li")
    assert notices.of("li", unread_only=True) == []


@pytest.mark.stored
def test_the_database_sorts_the_inbox_as_its_clocks_say_page_by_page(office):
    waiting = office.open(INQUIRY)
    office.desk.work.start(office.task(waiting).id, by=office.task(waiting).assignee)
    answers = {"content": "请补充", "outcome": "wait_customer", "next_action": "等客户", "question": "订单号?"}
    by = office.task(waiting).assignee
    office.desk.work.complete(office.task(waiting).id, {**answers, "wait_until": "2023-10-03T10:00"}, by=by)
    slow = office.open(INQUIRY, type="suggestion", urgency="low", description="增加夜间客服")
    urgent = office.open()
    office.desk.work.start(office.task(urgent).id, by="li")
    office.desk.contributions.ask(urgent, (Asked(team="business", wanted="核对订单", limit="5h"),), by="li")
    normal = office.open(INQUIRY)
    inbox = office.desk.inbox
    everything = inbox.tasks("wang", scope="all").items
    order = [(item.clock is not None and item.clock.paused, item.case.priority != "urgent", item.due_at) for item in everything]
    assert [key[:2] for key in order] == sorted(key[:2] for key in order)
    running = [key for key in order if not key[0]]
    assert running == sorted(running)
    assert [item.number for item in everything][:2] == [urgent, urgent]
    assert {slow, normal} <= {item.number for item in everything}
    paged = [inbox.tasks("wang", scope="all", page=n, page_size=2).items for n in range(1, -(-len(everything) // 2) + 1)]
    assert [item.task.id for page in paged for item in page] == [item.task.id for item in everything]
    assert inbox.tasks("wang", scope="all", page=9, page_size=2).total == len(everything)
    assert [item.number for item in inbox.tasks("wang", scope="all", type="suggestion").items] == [slow]
    assert inbox.counts("li") == {scope: inbox.tasks("li", scope=scope).total for scope in ("mine", "free", "team")}
