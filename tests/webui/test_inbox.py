"""The queue: whose tasks, in which order, which are left by a filter; and it refreshes itself."""

from __future__ import annotations

import re

from desk.model import Availability

CALM = {"type": "inquiry", "subtype": "product_info", "usage_blocked": False, "customer_name": "王五", "order_number": ""}


def numbers(text: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>(NR\d+)<', text)


def test_urgent_tasks_come_first_then_those_with_less_time(product):
    calm = product.open_case(by="zhao", **CALM)
    product.clock.advance(minutes=1)
    urgent = product.open_case()
    assert numbers(product.visitor("wang").get("/inbox?scope=all").text) == [urgent, calm]


def test_the_time_left_is_said_in_words_and_names_its_clock(product):
    product.open_case()
    product.clock.advance(minutes=20)
    page = product.visitor("li").get("/inbox").text
    assert "5 min overdue" in page
    assert "Response" in page


def test_an_agent_sees_own_tasks_and_those_of_the_teams_and_never_everybodys(product):
    product.open_case()
    visitor = product.visitor("zhao")
    assert numbers(visitor.get("/inbox").text) == []
    assert "No open tasks" in visitor.get("/inbox").text
    assert 'href="/inbox?scope=all"' not in visitor.get("/inbox?scope=all").text


def test_filters_keep_what_fits_and_an_empty_result_says_so(product):
    urgent, calm = product.open_case(), product.open_case(by="zhao", **CALM)
    visitor = product.visitor("wang")
    assert numbers(visitor.get("/inbox?scope=all&priority=urgent").text) == [urgent]
    assert numbers(visitor.get("/inbox?scope=all&type=inquiry").text) == [calm]
    assert numbers(visitor.get(f"/inbox?scope=all&text={calm[-3:]}").text) == [calm]
    assert "No task fits the filter" in visitor.get("/inbox?scope=all&text=zzz").text


def test_the_queue_is_paged(product):
    for number in range(27):
        product.desk.intake.open_case(
            {"channel": "web", "customer_name": f"客户{number}", "urgency": "low", "description": "x"} | CALM, by="zhao"
        )
    visitor = product.visitor("wang")
    first, second = visitor.get("/inbox?scope=all"), visitor.get("/inbox?scope=all&page=2")
    assert "Page 1 of 2" in first.text
    assert len(numbers(first.text)) == 25
    assert len(numbers(second.text)) == 2
    assert visitor.get("/inbox?scope=all&page=99999").status_code == 200


def test_htmx_gets_the_rows_alone(product):
    product.open_case()
    rows = product.visitor("li").get("/inbox", headers={"HX-Request": "true"}).text
    assert "<html" not in rows
    assert len(numbers(rows)) == 1


def test_claiming_in_the_queue_opens_the_task(product):
    task = product.task_of(product.open_case())
    answer = product.visitor("li").post(f"/tasks/{task.id}/claim", {"revision": task.revision})
    assert answer.location == f"/tasks/{task.id}"
    assert product.task_of(task.business_key).claimed_at == product.clock.now()


def test_in_english_the_tasks_have_english_names(product):
    product.open_case()
    assert "Handle request" in product.visitor("li").get("/inbox").text
    assert "处理需求" in product.visitor("li", language="zh").get("/inbox").text


def tabs(text: str) -> dict[str, int]:
    return {scope: int(count) for scope, count in re.findall(r'id="scope-(\w+)"[^>]*>[^<]*<span class="count">(\d+)<', text)}


def test_the_tabs_say_how_many_tasks_each_of_them_holds(product):
    product.open_case()
    product.open_case(by="zhao", **CALM)
    assert tabs(product.visitor("wang").get("/inbox").text) == {"mine": 0, "free": 0, "team": 0, "all": 2}
    assert tabs(product.visitor("li").get("/inbox").text) == {"mine": 1, "free": 0, "team": 2}


def test_the_counts_come_along_when_the_queue_refreshes_itself(product):
    visitor = product.visitor("wang")
    assert tabs(visitor.get("/inbox").text)["all"] == 0
    product.open_case()
    assert tabs(visitor.get("/inbox", headers={"HX-Request": "true"}).text)["all"] == 1


def test_who_holds_nothing_is_led_to_what_the_teams_are_offered(product):
    for login in ("li", "zhao"):
        product.desk.attendance.set_availability(login, Availability.BUSY, by=login)
    for _ in range(2):
        product.open_case(by="zhao", **CALM)
    page = product.visitor("zhao").get("/inbox").text
    assert "2 tasks are offered to your teams." in page
    assert 'href="/inbox?scope=free"' in page
    assert "您的团队有 2 项任务待领取。" in product.visitor("zhao", language="zh").get("/inbox").text


def test_tasks_that_colleagues_hold_are_not_called_offered(product):
    task = product.task_of(product.open_case(by="zhao", **CALM))
    colleague = {"li": "zhao", "zhao": "li"}[task.assignee]
    visitor = product.visitor(colleague)
    page = visitor.get("/inbox").text
    assert tabs(page) == {"mine": 0, "free": 0, "team": 1}
    assert "No open tasks" in page
    free = visitor.get("/inbox?scope=free").text
    assert numbers(free) == []
    assert "1 open task of your teams is held by somebody." in free
    assert numbers(visitor.get("/inbox?scope=team").text) == [task.business_key]


def test_what_is_free_to_claim_leaves_out_what_colleagues_hold(product):
    held = product.open_case(by="zhao", **CALM)
    for login in ("li", "zhao"):
        product.desk.attendance.set_availability(login, Availability.BUSY, by=login)
    free = product.open_case(by="zhao", **CALM)
    visitor = product.visitor("zhao")
    assert numbers(visitor.get("/inbox?scope=free").text) == [free]
    assert numbers(visitor.get("/inbox?scope=team").text) == [held, free]
    assert tabs(visitor.get("/inbox").text)["free"] == 1
