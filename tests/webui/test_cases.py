"""The list of cases and the page of one, with its history, reasons and diagram; the tables as files."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from bpmn.diagram import read_diagram
from engine.commands import CancelInstance
from engine.db import queries

CALM = {"type": "inquiry", "subtype": "product_info", "usage_blocked": False, "customer_name": "王五", "order_number": "",
        "customer_contact": "wangwu@example.org"}  # fmt: skip


def numbers(text: str) -> list[str]:
    return re.findall(r'class="row-link"[^>]*>(NR\d+)<', text)


def table(answer) -> list[list[str]]:
    assert answer.data.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_search_finds_by_number_phone_mail_and_order_number(product):
    first, second = product.open_case(), product.open_case(by="zhao", **CALM)
    visitor = product.visitor("wang")
    for text, found in (
        (first, [first]), ("2026", [second, first]), ("138-1234-5678", [first]), ("DD20231001001", [first]),
        ("wangwu@example.org", [second]), ("1381234", []),
    ):  # fmt: skip
        assert numbers(visitor.get("/cases", query_string={"q": text}).text) == found, text


def test_filters_and_paging_hold_together(product):
    first, second = product.open_case(), product.open_case(by="zhao", **CALM)
    visitor = product.visitor("wang")
    assert numbers(visitor.get("/cases?type=inquiry").text) == [second]
    assert numbers(visitor.get("/cases?priority=urgent&state=open").text) == [first]
    assert numbers(visitor.get("/cases?owner=li").text) == [first]
    assert "No case found" in visitor.get("/cases?state=nonsense").text
    assert visitor.get("/cases?page=0").status_code == visitor.get("/cases?page=x").status_code == 200


def test_an_agent_finds_only_cases_that_are_theirs_to_see(product):
    product.open_case()
    assert numbers(product.visitor("business").get("/cases").text) == []


def test_a_search_by_phone_tells_how_many_cases_other_teams_have_and_whom_to_ask_but_nothing_of_them(product):
    hidden, own = product.open_case(), product.open_case(by="zhao", **CALM | {"customer_contact": "13812345678"})
    visitor = product.visitor("zhao")
    page = visitor.get("/cases?q=138-1234-5678").text
    assert numbers(page) == [own]
    assert "1 case of this customer is with another team" in page
    assert "Complaints: 1, of which open: 1. Ask 王主管." in page
    assert hidden not in page
    assert "该客户有 1 件案件由其他团队处理" in product.visitor("zhao", language="zh").get("/cases?q=13812345678").text
    for text in (hidden, "张三", "1381234", "DD20231001001", ""):
        assert 'id="elsewhere"' not in visitor.get("/cases", query_string={"q": text}).text, text
    assert 'id="elsewhere"' not in product.visitor("wang").get("/cases?q=13812345678").text


def test_the_page_shows_state_clocks_version_and_masked_customer(product):
    number = product.open_case()
    page = product.visitor("li").get(f"/cases/{number}").text
    for shown in ("Pending", "Urgent", "Complaint", "Version 1.0", "15 min left", "张*", "138****5678", "Handle request"):
        assert shown in page
    assert "13812345678" not in page


def test_what_the_customer_wants_stands_before_all_work_on_the_pages_of_case_and_task(product):
    number = product.open_case()
    visitor = product.visitor("li")
    for path, panel in ((f"/cases/{number}", 'id="tasks"'), (f"/tasks/{product.task_of(number).id}", 'id="task"')):
        page = visitor.get(path).text
        assert 0 < page.index("APP支付失败") < page.index("15 min left") < page.index(panel), path
        assert page.count("APP支付失败") == 1


def test_the_history_tells_what_people_did_in_plain_words(product):
    number = product.open_case()
    product.desk.work.claim(product.task_of(number).id, by="li")
    product.desk.work.reply(number, "您好", by="li")
    english = product.visitor("li").get(f"/cases/{number}?tab=history").text
    assert "李娜 took the task Handle request" in english
    assert "李娜 replied to the customer" in english
    assert "began Classify request" not in english
    chinese = product.visitor("li", language="zh").get(f"/cases/{number}?tab=history&all=1").text
    assert "李娜 领取了任务“处理需求”" in chinese
    assert "进入“需求分类”" in chinese


def test_the_reasons_say_why_this_class_person_and_time_in_both_languages(product):
    number = product.open_case()
    english = product.visitor("li").get(f"/cases/{number}?tab=history").text
    assert "The customer cannot use the service or product: urgent" in english
    assert "The only one free in Complaints with skill Complaint" in english.replace("skill complaint", "skill Complaint")
    assert "Urgent: respond within 15 minutes" in english
    chinese = product.visitor("li", language="zh").get(f"/cases/{number}?tab=history").text
    assert "客户无法正常使用服务或产品，判为紧急" in chinese
    assert "唯一空闲的人选" in chinese


def test_the_diagram_marks_where_the_case_is_and_how_it_came_there(product):
    number = product.open_case()
    page = product.visitor("li").get(f"/cases/{number}?tab=diagram").text
    diagram = json.loads(re.search(r'id="diagram-data">(.*?)</script>', page, re.DOTALL)[1])
    assert diagram["open"] == ["handle"]
    assert {"received", "classify", "targets", "assign", "tell_assignee"} <= set(diagram["passed"])
    assert "handle" not in diagram["passed"]
    assert diagram["flows"]
    assert "Handle request" in page
    assert 'name="Handle request"' in diagram["xml"]
    assert 'name="case.state"' in diagram["xml"]


def test_a_closed_case_can_only_be_read_and_shows_its_survey(product):
    number = product.open_case()
    task = product.task_of(number)
    product.desk.work.claim(task.id, by="li")
    product.desk.work.complete(task.id, {"content": "已修复", "outcome": "resolved", "solution": "已修复"}, by="li")
    product.work()
    product.desk.surveys.answer(product.desk.surveys.invite(number).token, {"rating": "neutral", "suggestion": "增加提示"})
    product.work()
    page = product.visitor("li").get(f"/cases/{number}").text
    assert "can only be read" in page
    assert "Neutral" in page
    assert "增加提示" in page
    assert 'id="compose"' not in page
    heads, row = table(product.visitor("li").get("/exports/survey.csv"))
    assert heads == list(product.desk.tables.survey_table([number])[0])
    assert row[2:] == ["一般", "无", "增加提示"]


@pytest.mark.parametrize("path", ["/cases/{0}", "/cases/{0}?tab=history", "/cases/{0}?tab=diagram", "/exports/{0}/progress.csv"])
def test_a_case_of_others_does_not_exist_for_a_stranger(product, path):
    number = product.open_case()
    assert product.visitor("business").get(path.format(number)).status_code == 404
    assert product.visitor("business").get(path.format("NR20990101001")).status_code == 404


def test_the_record_table_is_a_masked_file_for_spreadsheets(product):
    number = product.open_case()
    heads, row = table(product.visitor("li").get("/exports/record.csv"))
    assert heads == list(product.desk.tables.record_table([number])[0])
    assert row == [
        number, "2026-01-05 09:30", "张*,138****5678", "投诉", "紧急",
        "APP支付失败，订单号DD20231001001，截图已提供", "电话", "李*", "待处理",
    ]  # fmt: skip


def test_no_cell_of_a_file_becomes_a_formula(product):
    number = product.open_case(description='=HYPERLINK("http://evil")', order_number="")
    product.desk.work.claim(product.task_of(number).id, by="li")
    product.desk.work.log_progress(number, {"content": "@SUM(1)", "next_action": "+1"}, by="li")
    visitor = product.visitor("li")
    assert table(visitor.get("/exports/record.csv"))[1][5].startswith("'=")
    heads, row = table(visitor.get(f"/exports/{number}/progress.csv"))
    assert heads == list(product.desk.tables.progress_table(number)[0])
    assert (row[4], row[6]) == ("'@SUM(1)", "'+1")


def test_the_files_hold_what_the_list_shows(product):
    product.open_case()
    calm = product.open_case(by="zhao", **CALM)
    rows = table(product.visitor("wang").get("/exports/record.csv?type=inquiry"))
    assert [row[0] for row in rows[1:]] == [calm]
    assert table(product.visitor("wang").get("/exports/survey.csv"))[0][0] == "需求编号"


def test_a_translated_diagram_stays_a_diagram_and_keeps_its_elements(product):
    number = product.open_case()
    page = product.visitor("li").get(f"/cases/{number}?tab=diagram").text
    translated = json.loads(re.search(r'id="diagram-data">(.*?)</script>', page, re.DOTALL)[1])["xml"]
    package = product.desk.tasks.package("customer-service", "1.0")
    process, drawn = (read_diagram(xml).process("customer-service") for xml in (translated.encode(), package.diagram_bytes))
    assert process.nodes.keys() == drawn.nodes.keys()
    assert process.nodes["handle"].work == drawn.nodes["handle"].work
    assert process.nodes["handle"].name == "Handle request"


def test_a_case_that_no_mail_leaves_says_who_still_has_to_tell_the_customer(product):
    number = product.open_case()
    task = product.task_of(number)
    product.desk.work.claim(task.id, by="li")
    product.desk.work.complete(task.id, {"content": "已修复", "outcome": "resolved", "solution": "已修复"}, by="li")
    product.work()
    owner, boss = product.visitor("li"), product.visitor("wang", language="zh")
    page = owner.get(f"/cases/{number}").text
    assert "tell them yourself" in page
    assert '<a href="/notices">Open your notices</a>' in page
    assert "已请李娜亲自告知" in boss.get(f"/cases/{number}").text
    product.clock.advance(minutes=1)
    owner.post(f"/cases/{number}/say/call", {"text": "已电话告知"})
    assert "Nobody has to do anything now" in owner.get(f"/cases/{number}").text


def test_the_case_explains_where_it_stands_who_has_it_and_when_it_is_late(product):
    number = product.open_case()
    english = product.visitor("li").get(f"/cases/{number}?tab=why").text
    for shown in (
        "Why it stands at Handle request", "The customer cannot use the service or product: urgent", "Given to 李娜",
        "The only one free in Complaints", "Solution overdue", "the service clocks", "Notify agent", "send a notice",
    ):  # fmt: skip
        assert shown in english, shown
    assert english.count("The customer cannot use the service or product: urgent") == 1
    chinese = product.visitor("li", language="zh").get(f"/cases/{number}?tab=why").text
    for shown in ("为何停在“处理需求”", "分给李娜", "唯一空闲的人选", "解决超时"):
        assert shown in chinese, shown


def test_a_reassigned_task_says_by_whom_and_why(product):
    number = product.open_case()
    product.desk.work.reassign(product.task_of(number).id, assignee="chen", by="wang", reason="李娜下班")
    page = product.visitor("wang").get(f"/cases/{number}?tab=why").text
    assert "Reassigned to 陈" in page
    assert "李娜下班" in page


def test_a_case_that_ended_stands_nowhere(product):
    number = product.open_case()
    with product.services.db.transaction() as tx:
        instance = queries.instance_by_key(tx, number)
        product.services.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="wang", reason="客户撤回"))
    page = product.visitor("wang").get(f"/cases/{number}?tab=why").text
    assert "nothing is open" in page
    assert "客户撤回" in page
    assert "Why it stands at" not in page


def test_who_was_considered_in_two_teams_is_told_apart_by_them(product):
    for login in ("li", "zhao"):
        revision = product.desk.people.agent(login).revision
        product.desk.people.change_agent(login, by="admin", revision=revision, available=False)
    page = product.visitor("wang").get(f"/cases/{product.open_case()}?tab=owner").text
    assert all(f"<strong>李娜</strong></td><td>{team}</td>" in page for team in ("Complaints", "Service 1"))


def test_each_view_of_a_case_tells_what_is_its_own_and_leads_to_the_others(product):
    number, visitor = product.open_case(), product.visitor("wang")
    views = {tab: visitor.get(f"/cases/{number}?tab={tab}").text for tab in ("work", "clocks", "history", "owner", "why")}
    points = {tab for tab, page in views.items() if "points</span>" in page or "<strong>94</strong>" in page}
    assert points == {"owner"}
    for tab in ("history", "why"):
        assert f'href="/cases/{number}?tab=owner">Who was considered' in views[tab]
        assert (
            f'href="/cases/{number}?tab=clocks">' in views[tab].partition('id="reasons"' if tab == "history" else 'id="due"')[2]
        )
    assert [tab for tab, page in views.items() if "Where the time went" in page] == ["clocks"]
    assert [tab for tab, page in views.items() if "Office hours" in page or "Around the clock" in page] == ["clocks"]
