"""Preferences, templates, the log of deliveries and urging, by their pages."""

from __future__ import annotations

import re

import pytest

from desk.notification.channel_book import Entry
from desk.notification.ports import Refused, Sent, TryLater, Way

TIMES = {"quiet_from": "22:00", "quiet_until": "07:00", "digest_at": "17:30", "rhythm": "day"}


class Robot:
    """A channel that notes, or refuses."""

    def __init__(self, way: Way) -> None:
        self.way, self.sent, self.answer = way, [], Sent(said="took it")

    def send(self, message, key):
        self.sent.append(message)
        return self.answer


@pytest.fixture
def chat(product):
    robot = Robot(Way.IM)
    product.desk.channels.add(Entry(name="wecom", channel=robot))
    return robot


@pytest.fixture
def mail(product):
    robot = Robot(Way.MAIL)
    product.desk.channels.add(Entry(name="email", channel=robot))
    return robot


def test_a_person_chooses_the_ways_and_hours_and_is_told_by_them(product, chat):
    visitor = product.visitor("li")
    answer = visitor.post("/me/notifications", {**TIMES, "revision": 0, "im": "wecom", "im_address": "li.na"})
    assert answer.status_code == 303
    page = visitor.get("/me/notifications").text
    assert 'value="22:00"' in page
    assert 'value="li.na"' in page
    number = product.open_case()
    assert [(message.to, number in message.subject) for message in chat.sent] == [("li.na", True)]


def test_what_is_turned_off_does_not_come_by_that_way_and_what_must_be_had_stays_in_the_app(product, chat):
    off = {**TIMES, "revision": 0, "im": "wecom", "im_address": "li.na", "assigned-im": "off", "assigned-app": "off"}
    product.visitor("li").post("/me/notifications", off)
    product.open_case()
    assert chat.sent == []
    assert product.desk.notices.unread("li") == 1


def test_a_person_chooses_the_language_in_which_they_are_told(product, mail):
    visitor = product.visitor("li")
    assert '<option value="" selected>' in visitor.get("/me/notifications").text
    visitor.post("/me/notifications", {**TIMES, "revision": 0, "language": "en"})
    assert '<option value="en" selected>' in visitor.get("/me/notifications").text
    product.open_case()
    [notice] = product.desk.notices.of("li", limit=5)
    assert notice.subject.startswith("New case")


def test_without_a_channel_the_page_of_deliveries_says_so_and_where_it_is_set(product):
    for language, said in (("en", "No channel is set up"), ("zh", "尚未配置任何渠道")):
        page = product.visitor("wang", language=language).get("/messages/deliveries").text
        assert said in page
        assert "CASELOOP_SMTP_URL" in page


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"im": "pigeon", "im_address": "x"}, 422),
        ({"im": "wecom", "im_address": ""}, 422),
        ({"quiet_from": "noon"}, 422),
        ({"assigned-mail": "sometimes"}, 422),
        ({"language": "fr"}, 422),
        ({"revision": 7}, 409),
    ],
)
def test_choices_that_cannot_be_kept_are_refused(product, chat, wrong, status):
    answer = product.visitor("li").post("/me/notifications", {**TIMES, "revision": 0, **wrong})
    assert answer.status_code == status
    assert product.desk.choosing.of("li").revision == 0


ASSIGNED = {"subject": "新 $number", "text": "$type $priority $received_at $solve_due $link", "details": "$description"}
TEMPLATE = "/messages/templates/assigned/zh"


def analyst(product):
    return next(one.login for one in product.desk.people.agents() if one.role == "analyst")


def test_an_edited_template_is_previewed_kept_used_and_reset(product):
    visitor = product.visitor(analyst(product))
    preview = visitor.post(TEMPLATE, {**ASSIGNED, "preview": "yes"}).text
    assert "新 NR20231001001" in preview
    assert "not saved yet" in preview
    assert visitor.post(TEMPLATE, ASSIGNED).status_code == 303
    number = product.open_case()
    assert product.desk.notices.of("li")[0].subject == f"新 {number}"
    visitor.post(TEMPLATE, {**ASSIGNED, "reset": "yes"})
    product.open_case(order_number="DD2")
    assert product.desk.notices.of("li")[0].subject.startswith("新案件")
    assert visitor.get(TEMPLATE).text.count("as shipped") == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": "$link"}, "lacks $priority, $received_at, $solve_due, $type"),
        ({"subject": "$numbr"}, "may not use $numbr"),
        ({"text": ASSIGNED["text"] + " $description"}, "may not use $description"),
        ({"subject": "5 $"}, "a $ before what is no variable"),
        ({"subject": ""}, "is required"),
        ({"subject": "a\nb $number"}, "more than one line"),
    ],
)
def test_an_edit_that_would_mislead_or_tell_too_much_is_refused(product, change, told):
    answer = product.visitor(analyst(product)).post(TEMPLATE, {**ASSIGNED, **change})
    assert answer.status_code == 422
    assert told in answer.text
    assert product.desk.template_texts.one("assigned", "zh", by="admin").edited is None


def test_the_log_shows_masked_what_failed_and_sends_it_again(product, mail):
    mail.answer = Refused(reason="mail.example answered 550. Check the address.")
    number = product.open_case(customer_contact="zhang@example.org")
    product.desk.work.reply(number, "请再试一次。", by="li")
    product.work()
    visitor = product.visitor("wang")
    page = visitor.get(f"/messages/deliveries?state=failed&case={number}").text
    assert "z***@example.org" in page
    assert "zhang@example.org" not in page
    assert "mail.example answered 550. Check the address." in page
    assert "mail.example 答复：550。请检查地址。" in product.visitor("li", language="zh").get(f"/cases/{number}").text
    assert "contact_customer" in {notice.template for notice in product.desk.notices.of("li")}
    mail.answer = Sent(said="took it")
    (failed,) = [one for one in product.desk.deliveries.of_case(number, viewer="wang") if one.state == "failed"]
    visitor.post(f"/messages/deliveries/{failed.reference}/retry")
    product.work()
    assert {one.state for one in product.desk.deliveries.of_case(number, viewer="wang")} == {"sent"}


def test_a_channel_that_fails_is_counted_in_the_navigation_and_says_when_it_is_tried_again(product, mail):
    counted = 'data-go="m"[^>]*>.*<span class="badge bad">1</span></a>'
    assert not re.search(counted, product.visitor("wang").get("/messages/deliveries").text)
    mail.answer = TryLater(reason="h.example answered 500. It is tried again.", seconds=3600)
    number = product.open_case(customer_contact="zhang@example.org")
    for _ in range(3):
        product.desk.work.reply(number, "请再试一次。", by="li")
    product.work()
    page = product.visitor("wang").get("/messages/deliveries").text
    assert re.search(counted, page)
    assert "Channel email rests, since it failed several times in a row." in page
    assert product.visitor("admin").get("/notices").text.count("渠道 email 连续发送失败，已暂停</h2>") == 1
    assert "It is tried again by itself, at the latest at" in page
    assert not re.search(counted, product.visitor(analyst(product)).get("/messages/templates").text)


def test_a_mail_that_comes_back_is_marked_and_told_once(product, mail):
    number = product.open_case(customer_contact="zhang@example.org")
    product.desk.work.reply(number, "请再试一次。", by="li")
    product.work()
    (sent,) = [one for one in product.desk.deliveries.of_case(number, viewer="wang") if one.template == "reply"]
    report = BOUNCE.replace("REFERENCE", sent.reference or "").encode()
    assert [product.desk.deliveries.bounced(report) for _ in range(2)] == [True, False]
    told = [notice for notice in product.desk.notices.of("li") if notice.template == "contact_customer"]
    assert len(told) == 1
    assert "请再试一次" in told[0].body
    assert "came back" in product.visitor("wang").get("/messages/deliveries").text


@pytest.mark.parametrize("report", [b"", b"Subject: hello\n\nno report", b"\xff\xfe"])
def test_a_mail_that_reports_no_failure_changes_nothing(product, report):
    assert product.desk.deliveries.bounced(report) is False


BOUNCE = """From: mailer-daemon@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; zhang@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <REFERENCE@example.org>
Subject: x

--b--
"""


def test_urging_from_the_case_page_tells_who_was_told_and_when_next(product):
    number = product.open_case()
    visitor = product.visitor("wang")
    visitor.post(f"/cases/{number}/urge", {"comment": "客户很急"})
    page = visitor.get(f"/cases/{number}").text
    assert "Urged (no. 1). Told:" in page
    assert "urged 1 time" in page
    visitor.post(f"/cases/{number}/urge", {})
    assert "You can urge it again at" in visitor.get(f"/cases/{number}").text
    assert "urged the case" in visitor.get(f"/cases/{number}?tab=history").text


def test_each_page_is_for_its_roles(product):
    for login, path, status in (
        ("li", "/messages", 403),
        ("wang", "/messages/templates", 403),
        (analyst(product), "/messages/deliveries", 403),
        ("wang", "/messages", 302),
        ("admin", "/messages/templates", 200),
    ):
        assert product.visitor(login).get(path).status_code == status
    assert product.visitor("admin").get("/messages/templates/nothing/zh").status_code == 404
