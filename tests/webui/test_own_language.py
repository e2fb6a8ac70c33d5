"""The language that somebody chose is theirs: it follows them to other machines, and notices follow it."""

from __future__ import annotations

import pytest

from tests.support.product import Visitor

CHINESE, ENGLISH = '<html lang="zh-CN">', '<html lang="en">'
HERE = {"Referer": "http://localhost/cases?q=NR2026"}


def test_the_language_that_somebody_chose_holds_on_the_next_machine(product):
    answer = product.visitor("li", language="zh").post("/language/en", headers=HERE)
    assert answer.location == "/cases?q=NR2026"
    assert ENGLISH in product.visitor("li", language="zh").get("/inbox").text
    assert CHINESE in product.visitor("zhao", language="zh").get("/inbox").text


def test_a_choice_on_one_machine_changes_the_pages_that_are_open_on_another(product):
    office, home = product.visitor("li", language="zh"), product.visitor("li", language="zh")
    home.post("/language/en")
    office.post("/language/zh")
    assert CHINESE in home.get("/inbox").text


def test_notices_follow_the_language_that_somebody_chose(product):
    product.visitor("li").post("/language/en")
    number = product.open_case()
    product.desk.work.customer_message(number, "还没有好吗？", message_id="m1")
    assert f"The customer wrote: {number}" in [notice.subject for notice in product.desk.notices.of("li")]


@pytest.mark.parametrize(("chosen", "shown"), [("en", ENGLISH), ("zh", CHINESE)])
def test_a_choice_on_the_sign_in_page_is_kept_with_who_signs_in(product, chosen, shown):
    product.desk.choosing.choose_language("li", "zh" if chosen == "en" else "en")
    visitor = product.visitor(language="zh")
    visitor.post(f"/language/{chosen}")
    visitor.sign_in("li")
    assert shown in visitor.get("/inbox").text
    assert product.desk.people.agent("li").language == chosen


def test_what_somebody_else_chose_in_this_browser_before_stays_theirs(product):
    visitor = product.visitor("zhao", language="zh")
    visitor.post("/language/en")
    visitor.post("/logout")
    product.desk.choosing.choose_language("li", "zh")
    next_one = Visitor(visitor.client, "zh")
    next_one.sign_in("li")
    assert CHINESE in next_one.get("/inbox").text
    assert product.desk.people.agent("li").language == "zh"


def test_who_never_chose_reads_what_the_browser_asks_for(product):
    assert product.desk.people.agent("li").language == ""
    assert ENGLISH in product.visitor("li", language="en").get("/inbox").text
    assert CHINESE in product.visitor("li", language="zh").get("/inbox").text


def test_the_page_on_which_somebody_first_chose_a_password_says_their_language(product):
    for login, language in (("li", "en"), ("zhao", "zh")):
        product.desk.people.reset_password(login, "one time only 123", by="admin")
        visitor = product.visitor(language=language)
        visitor.sign_in(login, "one time only 123")
        own = "a sentence that is mine alone"
        visitor.post("/password", {"old": "one time only 123", "new": own, "again": own})
        assert product.desk.people.agent(login).language == language


def test_saving_other_choices_chooses_no_language(product):
    visitor = product.visitor("li")
    assert '<option value="" selected>not chosen yet</option>' in visitor.get("/me/notifications").text
    times = {"quiet_from": "22:00", "quiet_until": "08:00", "digest_at": "09:00"}
    assert visitor.post("/me/notifications", {**times, "revision": 0, "language": ""}).status_code == 303
    assert product.desk.people.agent("li").language == ""


def test_a_link_cannot_change_anybodys_language(product):
    visitor = product.visitor("li")
    assert visitor.get("/language/zh").status_code == 405
    assert visitor.client.post("/language/zh").status_code == 403
    assert product.desk.people.agent("li").language == ""
