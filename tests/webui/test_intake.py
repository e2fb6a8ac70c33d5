"""A request is taken: the form of the team's version, who is known already, the number at the end."""

from __future__ import annotations

import json
import re

from desk.model import Channel
from tests.support.product import INTAKE


def form_of(page) -> dict:
    return json.loads(re.search(r'id="intake-form-data">(.*?)</script>', page.text, re.DOTALL)[1])


def test_the_form_speaks_the_viewers_language(product):
    labels = json.dumps(form_of(product.visitor("li").get("/requests/new")), ensure_ascii=False)
    assert "Description (with key information)" in labels
    assert "需求描述（含关键信息）" in json.dumps(
        form_of(product.visitor("li", language="zh").get("/requests/new")), ensure_ascii=False
    )


def test_the_channel_may_be_chosen_by_the_address_and_the_time_is_now(product):
    data = form_of(product.visitor("li").get("/requests/new?channel=chat"))["data"]
    assert data == {"received_at": "2026-01-05T09:30", "channel": "chat"}
    assert "channel" not in form_of(product.visitor("li").get("/requests/new?channel=pigeon"))["data"]


def test_every_channel_by_which_people_come_has_a_tab(product):
    tabs = re.search(
        r'<nav class="tabs" aria-label="Channel">(.*?)</nav>', product.visitor("li").get("/requests/new?channel=web").text
    )[1]
    assert set(re.findall(r"channel=(\w+)", tabs)) == set(Channel) - {Channel.SYSTEM}
    assert re.search(r'channel=web[^>]*aria-current="page">Web</a>', tabs)


def test_the_version_is_that_of_the_team(product):
    product.desk.rollout.assign("customer-service", "1.1", ["service-b"], by="analyst")
    assert "Version 1.0" in product.visitor("li").get("/requests/new").text
    assert "Version 1.1" in product.visitor("chen").get("/requests/new?team=service-b").text


def test_taking_a_request_opens_a_case_and_tells_its_number(product):
    visitor = product.visitor("li")
    answer = visitor.post("/requests?team=service", json={"data": INTAKE, "revision": 0})
    assert answer.status_code == 201
    number = answer.json["number"]
    page = visitor.get(answer.json["next"])
    assert f"<h1>{number}</h1>" in page.text
    assert "The case is yours." in page.text
    assert "Claim and begin" in page.text
    product.desk.work.claim(product.task_of(number).id, by="li")
    assert "Go on with the task" in visitor.get(answer.json["next"]).text
    assert product.desk.cases.case(number, viewer="li").case.channel == "phone"


def test_the_same_request_sent_twice_opens_one_case(product):
    visitor = product.visitor("li")
    sent = {"data": INTAKE, "revision": 0, "request_id": "r1"}
    first, again = (visitor.post("/requests?team=service", json=sent).json["number"] for _ in range(2))
    assert first == again


def test_a_request_that_comes_again_with_other_entries_is_refused_in_words(product):
    visitor = product.visitor("li", language="zh")
    sent = {"data": INTAKE, "revision": 0, "request_id": "r1"}
    visitor.post("/requests?team=service", json=sent)
    other = visitor.post("/requests?team=service", json={**sent, "data": {**INTAKE, "order_number": "DD2"}})
    assert other.status_code == 409
    assert "已用其他内容提交过" in other.json["error"]["message"]


def test_what_the_form_does_not_allow_is_told_by_field(product):
    before = product.rows()
    answer = product.visitor("li").post("/requests?team=service", json={"data": {"channel": "pigeon"}, "revision": 0})
    assert answer.status_code == 422
    told = answer.json["error"]["fields"]
    assert told["channel"] == ["Choose one of the options offered."]
    assert "description" in told
    assert product.rows() == before


def test_a_time_of_receipt_in_the_future_is_refused_at_its_field(product):
    answer = product.visitor("li").post(
        "/requests?team=service", json={"data": INTAKE | {"received_at": "2026-01-05T12:00+08:00"}, "revision": 0}
    )
    assert answer.status_code == 422
    assert "received_at" in answer.json["error"]["fields"]


def test_a_request_for_a_foreign_team_is_refused(product):
    before = product.rows()
    assert product.visitor("zhao").post("/requests?team=complaints", json={"data": INTAKE}).status_code == 422
    assert product.rows() == before


def test_a_known_customer_is_found_by_phone_while_typing_and_shown_masked(product):
    product.open_case()
    page = product.visitor("li").get("/requests/customers?contact=138 1234 5678", headers={"HX-Request": "true"}).text
    assert "张*" in page
    assert "138****5678" in page.replace("138 ****", "138****")
    assert "13812345678" not in page


def test_an_unknown_contact_is_a_new_customer(product):
    page = product.visitor("li").get("/requests/customers?contact=13900000000", headers={"HX-Request": "true"}).text
    assert "new customer" in page


def test_who_belongs_to_no_team_is_told_what_to_do(product):
    product.desk.people.change_agent("zhao", by="admin", revision=product.desk.people.agent("zhao").revision, team_keys=())
    assert "You belong to no team" in product.visitor("zhao").get("/requests/new").text


def keys_of(page) -> set[str]:
    return set(re.findall(r'"key": ?"(\w+)"', json.dumps(form_of(page))))


def test_only_who_may_give_a_tier_is_asked_for_one(product):
    assert "customer_tier" not in keys_of(product.visitor("li").get("/requests/new"))
    assert {"customer_tier", "tags"} <= keys_of(product.visitor("wang").get("/requests/new?team=service"))
    sent = {"data": {**INTAKE, "customer_tier": "vip"}, "revision": 0}
    assert product.visitor("li").post("/requests?team=service", json=sent).status_code == 403
    assert product.visitor("wang").post("/requests?team=service", json=sent).status_code == 201


def test_who_is_known_shows_with_tier_and_tags_are_typed_in_the_viewers_words(product):
    visitor = product.visitor("wang", language="zh")
    sent = {**INTAKE, "customer_tier": "vip", "tags": "快速通道，Refund"}
    number = visitor.post("/requests?team=service", json={"data": sent, "revision": 0}).json["number"]
    case = product.desk.cases.case(number, viewer="wang").case
    assert (case.tier, case.tags) == ("vip", ("quick_lane", "refund"))
    page = visitor.get(f"/cases/{number}").text
    assert all(shown in page for shown in ("贵宾", "快速通道", "refund"))
    found = visitor.get(f"/requests/customers?contact={INTAKE['customer_contact']}", headers={"HX-Request": "true"}).text
    assert "贵宾" in found
