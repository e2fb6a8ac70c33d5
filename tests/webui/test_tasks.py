"""The task page: its form, the four verbs, and what a refused answer says."""

from __future__ import annotations

import json
import re

DONE = {"stage": "结果反馈", "content": "电话告知客户问题已解决", "outcome": "resolved", "solution": "支付接口已修复"}


def form_of(page) -> dict:
    return json.loads(re.search(r'id="task-form-data">(.*?)</script>', page.text, re.DOTALL)[1])


def claimed(product, by: str = "li") -> tuple:
    """A case whose task the agent holds, and the agent's visitor."""
    task = product.task_of(product.open_case())
    visitor = product.visitor(by)
    assert visitor.post(f"/tasks/{task.id}/claim", {"revision": task.revision}).status_code == 303
    return product.task_of(task.business_key), visitor


def send(visitor, task, data, revision=None):
    return visitor.post(
        f"/tasks/{task.id}/complete", json={"data": data, "revision": task.revision if revision is None else revision}
    )


def test_the_form_is_read_only_until_the_task_is_claimed(product):
    task = product.task_of(product.open_case())
    visitor = product.visitor("li")
    assert form_of(visitor.get(f"/tasks/{task.id}"))["readOnly"]
    visitor.post(f"/tasks/{task.id}/claim")
    assert not form_of(visitor.get(f"/tasks/{task.id}"))["readOnly"]


def test_the_page_shows_the_case_beside_the_form(product):
    task, visitor = claimed(product)
    page = visitor.get(f"/tasks/{task.id}").text
    for shown in ("张*", "138****5678", "DD20231001001", "APP支付失败", "Response", "Solution"):
        assert shown in page
    assert "13812345678" not in page


def test_claiming_with_a_call_stops_the_clock_of_the_response(product):
    task = product.task_of(product.open_case())
    product.clock.advance(minutes=10)
    product.visitor("li").post(f"/tasks/{task.id}/claim", {"call": "yes"})
    case = product.desk.cases.case(task.business_key, viewer="li").case
    assert case.first_response_at == product.clock.now()


def test_completing_leads_back_to_the_inbox(product):
    task, visitor = claimed(product)
    answer = send(visitor, task, DONE)
    assert answer.json == {"message": f"Handle request of {task.business_key} is done.", "next": "/inbox"}
    assert product.desk.cases.case(task.business_key, viewer="li").case.state == "resolved"


def test_a_field_that_is_wrong_is_told_at_its_place_and_changes_nothing(product):
    task, visitor = claimed(product)
    before = product.rows()
    answer = send(visitor, task, {"content": "修好了", "outcome": "perhaps", "next_action": "x"})
    assert answer.status_code == 422
    assert answer.json["error"]["fields"] == {"outcome": ["Choose one of the options offered."]}
    assert product.rows() == before


def test_an_older_revision_is_refused_and_tells_what_changed(product):
    task, visitor = claimed(product)
    before = product.rows()
    answer = send(visitor, task, DONE, revision=0)
    assert answer.status_code == 409
    assert "李娜 holds it since 2026-01-05 09:30." in answer.json["error"]["message"]
    assert product.rows() == before


def test_a_task_given_to_a_colleague_meanwhile_names_the_colleague(product):
    task, visitor = claimed(product)
    product.desk.work.reassign(task.id, assignee="chen", by="wang", reason="病假")
    answer = send(visitor, task, DONE)
    assert answer.status_code == 409
    assert "It was given to 陈晨, who has not begun." in answer.json["error"]["message"]


def test_a_task_completed_in_another_tab_says_when(product):
    task, visitor = claimed(product)
    send(visitor, task, DONE)
    again = send(visitor, task, DONE)
    assert again.status_code == 409
    assert "It was completed at 2026-01-05 09:30." in again.json["error"]["message"]
    assert "This task was completed" in visitor.get(f"/tasks/{task.id}").text


def test_a_case_is_not_resolved_while_the_technicians_work(product):
    task, visitor = claimed(product)
    visitor.post(f"/cases/{task.business_key}/say/technical", {"text": "支付接口返回 500"})
    answer = send(visitor, product.task_of(task.business_key), DONE)
    assert answer.status_code == 409
    assert "waits for: Contribute" in answer.json["error"]["message"]


def test_releasing_gives_the_task_back_to_its_team(product):
    task, visitor = claimed(product)
    assert visitor.post(f"/tasks/{task.id}/release", {"revision": task.revision}).location == "/inbox"
    assert product.task_of(task.business_key).assignee is None


def test_reassigning_needs_a_reason_and_tells_who_has_it_now(product):
    task, visitor = claimed(product)
    before = product.rows()
    assert visitor.post(f"/tasks/{task.id}/reassign", {"assignee": "chen", "reason": " "}).status_code == 422
    assert product.rows() == before
    visitor.post(f"/tasks/{task.id}/reassign", {"assignee": "chen", "reason": "下班"})
    assert "The task is with 陈晨 now." in visitor.get("/inbox").text
    assert product.task_of(task.business_key).assignee == "chen"


def test_a_supervisor_may_reassign_what_others_hold(product):
    task, _ = claimed(product)
    assert product.visitor("wang").post(f"/tasks/{task.id}/reassign", {"assignee": "chen", "reason": "急"}).status_code == 303


def test_who_has_no_part_in_the_case_does_not_find_its_task(product):
    task = product.task_of(product.open_case())
    assert product.visitor("tech").get(f"/tasks/{task.id}").status_code == 404
    assert product.visitor("li").get("/tasks/999").status_code == 404


def test_an_escalation_is_a_task_of_the_supervisor_with_its_own_form(product):
    number = product.open_case()
    product.clock.advance(minutes=16)
    product.work()
    task = product.task_of(number, "supervise")
    visitor = product.visitor("wang")
    visitor.post(f"/tasks/{task.id}/claim")
    form = form_of(visitor.get(f"/tasks/{task.id}"))
    assert [each["key"] for each in form["schema"]["components"]] == ["action", "done"]
    task = product.task_of(number, "supervise")
    assert send(visitor, task, {"action": "已联系处理人", "done": True}).status_code == 200


def test_an_approval_is_a_task_whose_form_asks_for_a_decision(product):
    task, visitor = claimed(product)
    visitor.post(f"/cases/{task.business_key}/say/approval", {"text": "退款 200 元"})
    approval = product.task_of(task.business_key, "approve_1")
    boss = product.visitor("wang")
    boss.post(f"/tasks/{approval.id}/claim")
    page = boss.get(f"/tasks/{approval.id}")
    assert "退款 200 元" in page.text
    assert form_of(page)["schema"]["components"][0]["key"] == "decision"


def test_a_case_that_waits_for_the_customer_comes_back_with_the_answer(product):
    task, visitor = claimed(product)
    waiting = {
        "content": "请客户提供截图",
        "outcome": "wait_customer",
        "wait_until": "2026-01-06T09:00+08:00",
        "question": "请回复邮件并附上截图",
        "next_action": "等待客户回复",
    }
    assert send(visitor, task, waiting).status_code == 200
    product.work()
    assert "was asked to tell them" in product.visitor("wang").get(f"/cases/{task.business_key}").text
    assert "tell them yourself" in visitor.get(f"/cases/{task.business_key}").text
    product.clock.advance(minutes=5)
    visitor.post(f"/cases/{task.business_key}/say/call", {"text": "已电话告知"})
    assert "the case waits for the customer" in visitor.get(f"/cases/{task.business_key}").text
    visitor.post(f"/cases/{task.business_key}/say/customer", {"text": "截图已发送", "message_id": "m1"})
    again = product.task_of(task.business_key)
    assert again.id != task.id
    assert "截图已发送" in visitor.get(f"/tasks/{again.id}").text


def came_back(product, **answers) -> tuple:
    """A case that a dissatisfied customer brought back, and its new task, held by li."""
    task, visitor = claimed(product)
    send(visitor, task, DONE)
    product.work()
    token = product.desk.surveys.invite(task.business_key).token
    product.desk.surveys.answer(token, {"rating": "dissatisfied", **answers})
    product.work()
    return product.task_of(task.business_key), visitor


def test_a_case_that_came_back_says_why_at_the_top(product):
    task, visitor = came_back(product, comment="支付还是失败，请打 13812345678", suggestion="先测试再回复")
    page = visitor.get(f"/tasks/{task.id}").text
    told = page[page.index('id="came-back"') : page.index('id="task"')]
    for shown in ("Round 2: why the customer came back", "About round 1", "Dissatisfied", "支付还是失败", "先测试再回复"):
        assert shown in told
    assert "13812345678" not in page
    assert "第 2 轮：客户再次提出的原因" in product.visitor("li", language="zh").get(f"/tasks/{task.id}").text


def test_in_the_first_round_nobody_came_back(product):
    task, visitor = claimed(product)
    assert 'id="came-back"' not in visitor.get(f"/tasks/{task.id}").text


def test_the_form_finishes_the_task_and_noting_progress_is_folded_below(product):
    task, visitor = claimed(product)
    page = visitor.get(f"/tasks/{task.id}").text
    assert page.index("<h2>Finish the task</h2>") < page.index('<details class="panel folded" id="progress-form">')
    assert "<h2>完成任务</h2>" in product.visitor("li", language="zh").get(f"/tasks/{task.id}").text
