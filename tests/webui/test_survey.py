"""The customer's survey: looking records nothing, sending records once, and the link tells nothing about the case."""

from __future__ import annotations

import pytest


@pytest.fixture
def invited(product) -> tuple[str, str]:
    """A resolved case and the path of its survey."""
    number = product.open_case()
    task = product.task_of(number)
    product.desk.work.claim(task.id, by="li")
    product.desk.work.complete(task.id, {"content": "已修复", "outcome": "resolved", "solution": "已修复"}, by="li")
    product.work()
    return number, f"/survey/{product.desk.surveys.invite(number).token}"


def test_looking_records_nothing_and_shows_nothing_of_the_case(product, invited):
    number, path = invited
    before = product.rows()
    page = product.visitor().get(f"{path}?rating=satisfied")
    assert page.status_code == 200
    assert 'value="satisfied" checked' in page.text
    for secret in (number, "张", "支付", "DD2023", "5678"):
        assert secret not in page.text.replace("csrf", "")
    assert product.rows() == before


def test_a_mail_scanner_that_follows_the_link_answers_nothing(product, invited):
    _, path = invited
    before = product.rows()
    for rating in ("satisfied", "dissatisfied", "nonsense"):
        product.app.test_client().get(f"{path}?rating={rating}")
        product.app.test_client().head(f"{path}?rating={rating}")
    assert product.rows() == before


def test_sending_records_once_and_closes_the_case(product, invited):
    number, path = invited
    answer = product.app.test_client().post(path, data={"rating": "satisfied", "comment": "响应速度快"})
    assert answer.status_code == 200
    product.work()
    assert product.desk.cases.case(number, viewer="li").case.state == "closed"
    before = product.rows()
    again = product.app.test_client().post(path, data={"rating": "dissatisfied"})
    assert again.status_code == 410
    assert product.app.test_client().get(path).status_code == 410
    assert product.rows() == before


def test_dissatisfied_begins_a_second_round(product, invited):
    number, path = invited
    answer = product.visitor().post(path, {"rating": "dissatisfied"})
    assert "take your matter up again" in answer.text
    product.work()
    assert product.desk.cases.case(number, viewer="li").case.round == 2
    assert product.task_of(number).name == "处理需求"


@pytest.mark.parametrize(
    "data", [{}, {"rating": "great"}, {"rating": "satisfied", "colour": "red"}, {"rating": "satisfied", "comment": "x" * 5000}]
)
def test_an_answer_that_is_not_allowed_is_told_and_changes_nothing(product, invited, data):
    _, path = invited
    before = product.rows()
    answer = product.app.test_client().post(path, data=data, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "Please answer what is marked below." in answer.text
    assert product.rows() == before


def test_an_expired_link_says_so_in_both_languages(product, invited):
    _, path = invited
    product.clock.advance(days=15)
    before = product.rows()
    assert "The survey is over" in product.visitor().get(path).text
    expired = product.visitor(language="zh").post(path, {"rating": "satisfied"})
    assert expired.status_code == 410
    assert "调查已结束" in expired.text
    assert product.rows() == before


def test_an_unknown_link_is_not_found(product):
    answer = product.visitor().get("/survey/nobody-guessed-this")
    assert answer.status_code == 404
    assert "This link is not valid" in answer.text


def test_the_page_speaks_the_language_that_we_know_of_the_customer_unless_they_chose_another(product):
    number = product.open_case(customer_language="zh")
    path = f"/survey/{product.desk.surveys.invite(number).token}"
    visitor = product.visitor(language="en")
    assert "服务评价" in visitor.get(path).text
    visitor.client.set_cookie("lang", "en")
    assert "Your rating" in visitor.get(path).text


def test_the_page_speaks_the_customers_language_and_is_not_indexed(product, invited):
    _, path = invited
    english, chinese = product.visitor().get(path), product.visitor(language="zh").get(path)
    assert "Your rating" in english.text
    assert "服务评价" in chinese.text
    assert english.headers["X-Robots-Tag"] == "noindex"
