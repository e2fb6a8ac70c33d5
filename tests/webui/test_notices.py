"""The bell counts, the list tells, reading makes it silent."""

from __future__ import annotations

from desk.store import notices
from desk.store.notices import NewNotice
from webui.notification.template_words import linked


def test_a_new_case_rings_the_bell_of_who_gets_it(product):
    product.open_case()
    assert "1 new notice" in product.visitor("li").get("/notices/bell").text
    assert "0 new notices" in product.visitor("zhao").get("/notices/bell").text


def test_marking_all_as_read_silences_the_bell(product):
    product.open_case()
    visitor = product.visitor("li")
    visitor.post("/notices/read")
    assert "0 new notices" in visitor.get("/notices/bell").text


def test_opening_a_notice_leads_to_its_case_and_marks_it(product):
    number = product.open_case()
    (notice,) = product.desk.notices.of("li")
    visitor = product.visitor("li")
    assert visitor.post("/notices/read", {"id": notice.id, "open": "yes"}).location == f"/cases/{number}"
    assert product.desk.notices.unread("li") == 0


def test_a_notice_whose_case_was_closed_since_says_so(product):
    number = product.open_case()
    visitor = product.visitor("li")
    assert "case closed" not in visitor.get("/notices").text
    product.clock.advance(minutes=5)
    product.desk.timing.leave_out(number, reason="spam", note="广告", by="wang")
    product.work()
    assert "case closed 01-05 09:35" in visitor.get("/notices").text


def test_nobody_reads_the_notices_of_others(product):
    number = product.open_case()
    (notice,) = product.desk.notices.of("li")
    stranger = product.visitor("zhao")
    assert stranger.post("/notices/read", {"id": notice.id, "open": "yes"}).location == "/notices"
    assert number not in stranger.get("/notices").text
    assert product.desk.notices.unread("li") == 1


def test_a_customers_message_is_told_in_the_language_of_who_is_told(product):
    number = product.open_case()
    product.desk.work.customer_message(number, "还没有好吗？", message_id="m1")
    assert f"客户来信：{number}" in product.visitor("li").get("/notices").text
    product.desk.people.change_agent("li", by="admin", revision=product.desk.people.agent("li").revision, language="en")
    product.desk.work.customer_message(number, "？？", message_id="m2")
    assert f"The customer wrote: {number}" in product.visitor("li").get("/notices").text


def test_what_an_earlier_version_wrote_without_words_gets_them_in_the_readers_language(product):
    number = product.open_case()
    old = NewNotice(
        login="li", template="left_untouched", subject=number, body="", idempotency_key="left_untouched:1:3", case_number=number
    )
    with product.services.db.transaction() as tx:
        notices.add(tx, product.services.vault, old, product.clock.now())
    assert f"Nobody works on case {number}" in product.visitor("li").get("/notices").text
    assert f"案件 {number} 无人处理" in product.visitor("li", language="zh").get("/notices").text


def test_an_empty_list_says_what_will_come(product):
    assert "You are told here when a case comes to you" in product.visitor("zhao").get("/notices").text


def test_only_web_addresses_become_links_and_whole_ones():
    assert linked("see https://x.example/?a=1&b=2 now") == (
        'see <a href="https://x.example/?a=1&amp;b=2" rel="noopener">https://x.example/?a=1&amp;b=2</a> now'
    )
    for text in ("javascript:alert(1)", '<script>"', 'https://x"onclick="y'):
        assert "<script" not in linked(text)
        assert 'onclick="' not in linked(text)
