"""The tab of limits and promises: why each time, waiting by hand, another class, promises; and what it refuses."""

from __future__ import annotations

from datetime import timedelta

from desk.limits.timing import Timing

PAUSE = {"reason": "customer", "until": "2026-01-06T09:00", "note": "等截图"}


def as_read(product, number: str) -> dict[str, str]:
    return {"revision": str(product.desk.cases.case(number, viewer="wang").case.revision)}


def page_of(visitor, number: str) -> str:
    return visitor.get(f"/cases/{number}?tab=clocks").text


def test_each_clock_says_why_it_is_due_when_it_is_in_both_languages(product):
    number = product.open_case()
    english, chinese = product.visitor("li"), product.visitor("li", language="zh")
    assert "Why this due time" in page_of(english, number)
    assert "Limit: 2 h in the calendar Around the clock" in page_of(english, number)
    assert "全天候</dd>" in page_of(chinese, number)
    assert "时限：2 小时（日历：全天候），依据“紧急：2小时内解决”" in page_of(chinese, number)
    version = product.desk.cases.case(number, viewer="li").case.version
    assert f"By the targets of version {version}." in page_of(english, number)
    assert f"按版本 {version} 的时限表。" in page_of(chinese, number)


def test_clocks_wait_and_go_on_by_hand(product):
    number = product.open_case()
    visitor = product.visitor("li")
    assert visitor.post(f"/cases/{number}/clocks/pause", PAUSE).status_code == 303
    page = page_of(visitor, number)
    assert "paused: waits for the customer" in page
    assert "等截图" in page
    assert "if it goes on at 01-06 09:00, by the calendar as it is now" in page
    assert visitor.post(f"/cases/{number}/clocks/resume", {"reason": "customer"}).status_code == 303
    assert "paused: waits" not in page_of(visitor, number)


def test_a_paused_case_stands_last_in_the_inbox_with_its_reason(product):
    first, second = product.open_case(), product.open_case()
    visitor = product.visitor("li")
    visitor.post(f"/cases/{first}/clocks/pause", PAUSE)
    assert "15 min left" in visitor.get("/inbox").text
    product.clock.advance(minutes=1)
    visitor.post(f"/cases/{first}/say/reply", {"text": "您好"})
    visitor.post(f"/cases/{second}/say/reply", {"text": "您好"})
    page = visitor.get("/inbox").text
    assert page.index(second) < page.index(first)
    assert "paused: waits for the customer" in page


def test_a_class_anew_moves_limits_and_needs_a_reason(product):
    number = product.open_case()
    visitor = product.visitor("wang")
    assert visitor.post(f"/cases/{number}/class", {"priority": "normal", "type": "complaint", "reason": ""}).status_code == 422
    assert visitor.post(f"/cases/{number}/class", {"priority": "normal", "reason": "误判"}).status_code == 303
    assert "the priority was lowered" in page_of(visitor, number)


def test_a_supervisor_gives_a_tier_and_the_owner_tags(product):
    number = product.open_case()
    owner, head = product.visitor("li"), product.visitor("wang")
    assert 'name="tier"' not in page_of(owner, number)
    assert owner.post(f"/cases/{number}/class", {"tags": "Quick lane, refund", "reason": "密码重置"}).status_code == 303
    assert owner.post(f"/cases/{number}/class", {"tags": "<b>", "reason": "密码重置"}).status_code == 422
    assert owner.post(f"/cases/{number}/class", {"tier": "vip", "reason": "签约"}).status_code == 403
    assert 'value="quick lane, refund"' in page_of(owner, number)
    assert 'name="tier"' in page_of(head, number)
    assert head.post(f"/cases/{number}/class", {"tier": "vip", "keep_tags": "yes", "reason": "签约"}).status_code == 303
    history = owner.get(f"/cases/{number}?tab=history").text
    assert "classed the case anew" in history
    assert "VIP · quick lane · refund — 签约" in history
    again = product.desk.cases.case(product.open_case(), viewer="wang").case
    assert (again.tier, again.tags) == ("vip", ("quick_lane", "refund"))
    assert number in head.get("/cases?tier=vip&tag=quick+lane").text
    assert number not in head.get("/cases?tag=lane").text
    assert number in head.get("/inbox?scope=all&tier=vip").text
    assert number not in head.get("/inbox?scope=all&tier=key_account").text


def test_only_supervisors_are_asked_whether_a_case_is_spam(product):
    number = product.open_case()
    assert 'id="leave-out"' not in page_of(product.visitor("li"), number)
    assert 'id="leave-out"' in page_of(product.visitor("wang"), number)


def test_a_promise_is_told_and_taken_back(product):
    number = product.open_case()
    visitor = product.visitor("li")
    given = {"due_at": "2026-01-05T10:30", "reason": "等待供应商", **as_read(product, number)}
    assert visitor.post(f"/cases/{number}/promises", given).status_code == 303
    page = page_of(visitor, number)
    assert "nothing written reaches this customer: the owner was asked to tell them" in page
    assert "a promise asks the owner to tell them" in page
    (kept,) = product.services.desk.promising.of_case(number, viewer="li")
    assert "等待供应商" in page_of(visitor, number)
    assert visitor.post(f"/cases/{number}/promises/{kept.id}/withdraw", {"apology": "抱歉"}).status_code == 303
    assert "taken back" in page_of(visitor, number)


def test_what_was_promised_can_be_read_when_the_case_is_over(product):
    number, head = product.open_case(), product.visitor("wang")
    head.post(f"/cases/{number}/promises", {"due_at": "2026-01-05T10:30", "reason": "等待供应商", **as_read(product, number)})
    assert "Promise a time" in page_of(head, number)
    head.post(f"/cases/{number}/leave-out", {"reason": "spam", "note": "广告"})
    page = page_of(head, number)
    assert ("等待供应商" in page, "Promise a time" in page, "Take back" in page) == (True, False, False)


def test_who_promises_says_which_state_was_read(product):
    number = product.open_case()
    visitor, read = product.visitor("li"), as_read(product, number)
    assert f'name="revision" value="{read["revision"]}"' in page_of(visitor, number)
    form = {"due_at": "2026-01-05T10:30", "reason": "等待供应商"}
    assert visitor.post(f"/cases/{number}/promises", form).status_code == 422
    product.desk.promising.promise(number, due_at=product.clock.now() + timedelta(minutes=30), reason="备件延迟", by="wang")
    assert visitor.post(f"/cases/{number}/promises", {**form, **read}).status_code == 409
    assert [one.promise.by for one in product.desk.promising.of_case(number, viewer="li")] == ["wang"]


def test_the_history_tells_how_pauses_and_published_calendars_moved_the_limits(product):
    number = product.open_case(type="suggestion", urgency="low", usage_blocked=False)
    head, english, chinese = product.visitor("wang"), product.visitor("li"), product.visitor("li", language="zh")
    publish_closing(head, "2026-01-07")
    product.work()
    stories = [visitor.get(f"/cases/{number}?tab=history").text for visitor in (english, chinese)]
    assert "the calendar was edited · 年度盘点" in stories[0]
    assert "原到期 01-08 18:00，现到期 01-09 18:00" in stories[1]
    assert "01-09 18:00" in english.get(f"/cases/{number}?tab=why").text
    assert "年度盘点" in page_of(english, number)
    head.post(f"/cases/{number}/clocks/pause", PAUSE)
    product.clock.advance(minutes=1)
    head.post(f"/cases/{number}/clocks/resume", {"reason": "customer"})
    story = english.get(f"/cases/{number}?tab=history").text
    assert "let the clocks wait" in story
    assert "等截图" in story
    assert "let the clocks go on" in story
    assert "due 01-09 18:00 before, paused now" in story
    assert "paused before, due 01-12 09:01 now" in story


def publish_closing(visitor, day: str) -> None:
    path = "/calendars/cn-office"
    visitor.post(f"{path}/draft")
    closed = {"layer": "organisation", "first": day, "name": "盘点", "name_en": "Stocktaking", "does": "close", "revision": 1}
    assert visitor.post(f"{path}/day", closed).status_code == 303
    assert visitor.post(f"{path}/publish", {"note": "年度盘点", "revision": 2}).status_code == 303


def test_what_cannot_be_is_refused_with_a_way_out(product):
    number = product.open_case()
    visitor = product.visitor("li")
    for path, form, status in (
        ("clocks/pause", {**PAUSE, "until": "soon"}, 422),
        ("clocks/pause", {**PAUSE, "until": "2020-01-06T09:00"}, 422),
        ("clocks/pause", {**PAUSE, "reason": "weather"}, 422),
        ("clocks/resume", {}, 409),
        ("promises", {"due_at": "2020-01-05T10:30", "reason": "x", **as_read(product, number)}, 409),
        ("promises/999/withdraw", {"apology": "x"}, 404),
        ("leave-out", {"reason": "spam", "note": "x"}, 403),
    ):
        assert visitor.post(f"/cases/{number}/{path}", form).status_code == status, path


def test_a_supervisor_closes_spam_without_counting_it(product):
    number = product.open_case()
    visitor = product.visitor("wang")
    assert visitor.post(f"/cases/{number}/leave-out", {"reason": "spam", "note": "广告"}).status_code == 303
    assert "Counts no more: spam" in page_of(visitor, number)
    assert Timing(product.services.desk.context).tend() == 0


def test_the_owner_says_in_which_language_the_customer_is_written_to(product):
    number = product.open_case()
    visitor = product.visitor("li")
    assert '<option value="zh" selected>' in visitor.get(f"/cases/{number}?tab=clocks").text
    visitor.post(f"/cases/{number}/language", {"language": "en", "read": "zh"})
    assert '<option value="en" selected>' in visitor.get(f"/cases/{number}?tab=clocks").text
    assert product.desk.choosing.customers_language(number, viewer="li") == "en"
    assert visitor.post(f"/cases/{number}/language", {"language": "tlh", "read": "en"}).status_code == 422
    other = product.visitor("zhao").post(f"/cases/{number}/language", {"language": "zh", "read": "en"})
    assert other.status_code in (403, 404)


def test_who_chooses_the_customers_language_says_which_one_was_read(product):
    number = product.open_case()
    visitor = product.visitor("li", language="zh")
    assert 'name="read" value="zh"' in page_of(visitor, number)
    assert visitor.post(f"/cases/{number}/language", {"language": "en"}).status_code == 422
    product.desk.choosing.write_to_customer_in(number, "en", by="wang")
    refused = visitor.post(f"/cases/{number}/language", {"language": "zh", "read": "zh"})
    assert refused.status_code == 409
    assert "已有他人为该客户选择了另一种语言" in refused.text
    assert product.desk.choosing.customers_language(number, viewer="li") == "en"
