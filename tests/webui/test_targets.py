"""The targets page by HTTP: the table of a version, two compared, what-if, and addresses that nobody means."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest


def test_the_table_says_limits_in_words_with_the_rows_behind_them(product):
    page = product.visitor("li", language="zh").get("/targets").text
    for shown in ("15 分钟", "3 个工作日", "投诉：48小时内给出解决方案", "全天候", "中国工作日"):
        assert shown in page


def test_what_if_tells_due_instants_and_all_rules(product):
    page = product.visitor("analyst").get("/targets?type=complaint&priority=low&received=2023-10-01T10:15").text
    assert "What is promised" in page
    assert 'datetime="2023-10-03T02:15:00+00:00"' in page
    assert 'datetime="2023-10-09T10:00:00+00:00"' in page
    assert "投诉：48小时内给出解决方案" not in page


def test_what_if_marks_what_rests_on_a_year_whose_holidays_are_not_published(product):
    visitor = product.visitor("wang", language="zh")
    for received, marks in (("2026-12-30T10:00", 1), ("2023-10-01T10:15", 0)):
        answer = visitor.get(f"/targets?type=inquiry&priority=low&received={received}").text
        assert answer.partition('id="what-if"')[2].count("暂定") == marks


def test_what_if_begins_with_a_receipt_now(product):
    page = product.visitor("analyst").get("/targets").text
    [shown] = re.findall(r'name="received"[^>]*value="([^"]*)"', page)
    assert abs(product.services.clock.now() - datetime.fromisoformat(f"{shown}+08:00")) < timedelta(minutes=2)
    assert "What is promised" not in page.partition('id="what-if"')[2].partition("</form>")[2]


def test_what_if_asks_for_tier_and_tags_too(product):
    asked = "/targets?type=inquiry&priority=normal&received=2023-10-01T10:15"
    visitor = product.visitor("analyst")
    usual, vip = visitor.get(asked).text, visitor.get(f"{asked}&tier=vip").text
    quick = visitor.get(f"{asked}&tags=quick+lane").text
    assert ["normal: solve within 8 hours" in page for page in (usual, vip)] == [False, True]
    assert "Quick lane: solve within 4 hours" in quick
    assert "Quick lane: solve within 4 hours" not in vip
    assert visitor.get(f"{asked}&tier=gold").status_code == 200


def test_two_versions_are_compared(product):
    page = product.visitor("wang").get("/targets?version=1.1&against=1.0")
    assert page.status_code == 200
    assert "Version 1.1" in page.text


@pytest.mark.parametrize("query", ["version=9.9", "against=x", "version=1.0&against=%00"])
def test_a_version_that_does_not_exist_is_not_found(product, query):
    assert product.visitor("wang").get(f"/targets?{query}").status_code == 404


@pytest.mark.parametrize("received", ["yesterday", "9999-99-99", "0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_time_that_nobody_means_is_said_kindly(product, received):
    answer = product.visitor("wang").get(f"/targets?type=inquiry&priority=low&received={received}")
    assert answer.status_code == 200


def test_applying_targets_shows_what_would_move_asks_for_a_reason_and_tells_how_far_it_is(product):
    number, visitor = product.open_case(), product.visitor("wang")
    other = "1.0" if product.desk.cases.case(number, viewer="wang").case.version == "1.1" else "1.1"
    page = visitor.get(f"/targets/{other}/apply").text
    assert "Nothing would move" in page
    assert "Clocks that begin later in these cases would go by it" in page
    assert 'name="reason"' in page
    assert visitor.post(f"/targets/{other}/apply", {"reason": " "}).status_code == 422
    visitor.post(f"/targets/{other}/apply", {"reason": "新合同"})
    product.work()
    page = visitor.get(f"/targets/{other}/apply").text
    assert "新合同" in page
    assert "1 of 1 looked at, 0 moved, 0 failed" in page
    assert "No open case has other limits by this one" in page
    history, everything = (visitor.get(f"/cases/{number}?tab=history{more}").text for more in ("", "&all"))
    assert "moved the limits" not in everything
    assert ["left all limits due as before" in shown for shown in (history, everything)] == [False, True]
    assert 'name="reason"' not in page


def test_applying_targets_is_for_supervisors_and_analysts_and_versions_that_are_deployed(product):
    assert product.visitor("li").get("/targets/1.1/apply").status_code == 403
    assert product.visitor("analyst").get("/targets/1.1/apply").status_code == 200
    assert product.visitor("wang").get("/targets/9.9/apply").status_code == 404
