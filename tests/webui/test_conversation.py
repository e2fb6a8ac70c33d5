"""What agents write in a case, and what happens by it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from desk.notification.channel_book import Entry
from desk.notification.ports import Sent, Way


@pytest.fixture
def case(product) -> str:
    number = product.open_case()
    product.desk.work.claim(product.task_of(number).id, by="li")
    return number


def kinds(product, number: str) -> list[str]:
    spoken = ("reply", "call", "note", "customer", "request")
    return [item.kind for item in product.desk.cases.timeline(number, viewer="li") if item.kind in spoken]


@pytest.mark.parametrize("kind", ["reply", "call", "note", "customer"])
def test_each_kind_of_entry_is_kept_and_shown(product, case, kind):
    visitor = product.visitor("li")
    answer = visitor.post(f"/cases/{case}/say/{kind}", {"text": "您好，我们正在处理。", "message_id": "m1"})
    assert answer.location == f"/cases/{case}?done={kind}"
    assert kinds(product, case) == [kind]
    page = visitor.get(answer.location).text
    assert "您好，我们正在处理。" in page
    assert f'data-draft-done="{kind}-{case}"' in page


def test_a_second_click_says_nothing_twice(product, case):
    visitor = product.visitor("li")
    for _ in range(2):
        visitor.post(f"/cases/{case}/say/reply", {"text": "您好", "message_id": "the same"})
    assert kinds(product, case) == ["reply"]


def test_the_first_reply_stops_the_clock_of_the_response(product, case):
    product.clock.advance(minutes=10)
    product.visitor("li").post(f"/cases/{case}/say/reply", {"text": "您好"})
    respond = next(clock for clock in product.desk.cases.case(case, viewer="li").clocks if clock.name == "respond")
    assert respond.verdict == "on_time"


def test_a_note_is_no_response(product, case):
    product.visitor("li").post(f"/cases/{case}/say/note", {"text": "客户很着急"})
    assert product.desk.cases.case(case, viewer="li").case.first_response_at is None


def test_asking_the_technicians_gives_them_a_task_and_leaves_the_owner(product, case):
    product.visitor("li").post(f"/cases/{case}/say/technical", {"text": "支付接口返回 500"})
    assert product.task_of(case, "contribute").candidate_groups == ("technical",)
    assert product.desk.cases.case(case, viewer="li").case.owner == "li"


def test_progress_becomes_a_row_and_the_task_stays_open(product, case):
    product.clock.advance(minutes=20)
    visitor = product.visitor("li")
    row = {"stage": "问题排查", "content": "联系技术部确认支付接口故障", "next_action": "等待技术修复"}
    visitor.post(f"/cases/{case}/progress", row | {"back": f"/tasks/{product.task_of(case).id}"})
    page = visitor.get(f"/cases/{case}").text
    assert "联系技术部确认支付接口故障" in page
    assert "09:30–09:50" in page
    assert product.task_of(case).assignee == "li"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("say/reply", {"text": " "}),
        ("say/reply", {"text": "x" * 20_001}),
        ("say/technical", {"text": ""}),
        ("progress", {"content": "x"}),
        ("say/shout", {"text": "x"}),
        ("contact", {"reason": ""}),
    ],
)
def test_what_is_incomplete_is_refused_and_changes_nothing(product, case, path, data):
    before = product.rows()
    assert product.visitor("li").post(f"/cases/{case}/{path}", data).status_code == 422
    assert product.rows() == before


def test_a_refusal_comes_as_a_fragment_to_htmx(product, case):
    answer = product.visitor("li").post(f"/cases/{case}/say/reply", {"text": ""}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Retarget"] == "#flash"
    assert "<html" not in answer.text


def test_the_full_contact_is_shown_for_a_reason_that_is_kept(product, case):
    answer = product.visitor("li").post(f"/cases/{case}/contact", {"reason": "回电"}, headers={"HX-Request": "true"})
    assert "13812345678" in answer.text
    assert [one.reason for one in product.desk.cases.disclosures(case, viewer="li")] == ["回电"]


def test_who_does_not_own_the_case_is_not_shown_the_contact(product, case):
    zhao = product.desk.people.agent("zhao")
    product.desk.people.change_agent("zhao", by="admin", revision=zhao.revision, team_keys=("complaints",))
    before = product.rows()
    answer = product.visitor("zhao").post(f"/cases/{case}/contact", {"reason": "好奇"})
    assert answer.status_code == 403
    assert product.rows() == before


def test_a_case_of_others_takes_nothing_from_a_stranger(product, case):
    before = product.rows()
    for kind in ("reply", "note", "customer", "technical"):
        assert product.visitor("business").post(f"/cases/{case}/say/{kind}", {"text": "x"}).status_code == 404
    assert product.rows() == before


def test_what_a_customer_writes_to_a_closed_case_leads_to_the_case_that_follows_it(product, case):
    product.desk.work.complete(product.task_of(case).id, {"content": "已修复", "outcome": "resolved"}, by="li")
    product.work()
    product.desk.surveys.answer(product.desk.surveys.invite(case).token, {"rating": "satisfied"})
    product.work()
    visitor = product.visitor("li")
    assert f"/cases/{case}/say/customer" in visitor.get(f"/cases/{case}").text
    answer = visitor.post(f"/cases/{case}/say/customer", {"text": "支付又失败了", "message_id": "again"})
    following = product.desk.cases.case(case, viewer="li").links[0].number
    assert answer.location == f"/cases/{following}?done=customer"
    page = visitor.get(answer.location).text
    assert f'href="/cases/{case}"' in page
    assert "The message opened this case." in page


def test_a_reply_that_reaches_nobody_says_so_before_and_after(product, case):
    visitor = product.visitor("li")
    assert "Nothing that is written here reaches this customer" in visitor.get(f"/cases/{case}").text
    answer = visitor.post(f"/cases/{case}/say/reply", {"text": "您好"})
    assert "It was sent nowhere" in visitor.get(answer.location).text


def test_a_reply_to_who_left_a_mail_address_goes_out(product):
    product.desk.channels.add(
        Entry(name="email", channel=SimpleNamespace(way=Way.MAIL, send=lambda message, key: Sent(said="ok")))
    )
    number = product.open_case(customer_contact="chen.jing@example.com")
    visitor = product.visitor("li")
    page = visitor.get(f"/cases/{number}").text
    assert "Goes out by mail." in page
    assert "Nothing that is written here" not in page
    answer = visitor.post(f"/cases/{number}/say/reply", {"text": "您好"})
    assert "goes to the customer" in visitor.get(answer.location).text
