"""The targets page by HTTP: the table of a version, two compared, what-if, and addresses that nobody means."""

from __future__ import annotations

import pytest


def test_the_table_says_limits_in_words_with_the_rows_behind_them(product):
    page = product.visitor("li", language="zh").get("/targets").text
    for shown in ("15 分钟", "3 个工作日", "投诉：48小时内给出解决方案", "全天候"):
        assert shown in page


def test_what_if_tells_due_instants_and_all_rules(product):
    page = product.visitor("analyst").get("/targets?type=complaint&priority=low&received=2023-10-01T10:15").text
    assert "What is promised" in page
    assert 'datetime="2023-10-03T02:15:00+00:00"' in page
    assert 'datetime="2023-10-09T10:00:00+00:00"' in page
    assert "投诉：48小时内给出解决方案" not in page


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
