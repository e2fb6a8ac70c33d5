"""Operations on a running instance by HTTP: who may, what is told, what is refused."""

from __future__ import annotations

import re

import pytest

from engine.db import queries
from engine.inspection import Standing, standing
from tests.support.product import Product
from tests.support.versions import a_stuck_case


@pytest.fixture
def number(product: Product) -> str:
    return product.open_case()


def found(product: Product, number: str) -> Standing:
    with product.services.db.reading() as tx:
        return standing(tx, product.services.engine, queries.instance_by_key(tx, number).id)


def path(product: Product, number: str, order: str = "") -> str:
    return f"/instances/{found(product, number).instance.id}{order}"


def seen(product: Product, number: str) -> dict[str, str]:
    return {"revision": str(found(product, number).instance.revision), "reason": "because"}


def token_at(product: Product, number: str, activity: str) -> str:
    return next(each.token_id for each in found(product, number).tokens if each.activity_id == activity)


def test_the_page_shows_tokens_variables_and_timers_and_the_case_leads_to_it(product, number):
    visitor = product.visitor("wang")
    assert f'href="{path(product, number)}"' in visitor.get(f"/cases/{number}").text
    page = visitor.get(path(product, number)).text
    assert "Open tokens" in page
    assert "assignment" in page
    assert "Suspend…" in page
    chinese = product.visitor("wang", language="zh").get(path(product, number)).text
    assert "暂停…" in chinese
    assert "处理需求" in chinese


def test_who_the_customer_is_stays_masked_and_cannot_be_overwritten_by_the_mask(product, number):
    page = product.visitor("wang").get(path(product, number)).text
    assert "13812345678" not in page
    assert "张三" not in page
    assert "138****5678" in page
    assert not re.search(r'name="name" value="intake"', page)
    before = product.rows()
    by_hand = {**seen(product, number), "name": "intake", "value": '{"customer_contact": "138****5678"}'}
    assert product.visitor("wang").post(path(product, number, "/variable"), by_hand).status_code == 403
    assert product.rows() == before


def test_a_phone_number_that_somebody_wrote_is_masked_too(product, number):
    written = {**seen(product, number), "name": "remark", "value": '"已联系13987654321"'}
    assert product.visitor("wang").post(path(product, number, "/variable"), written).status_code == 303
    page = product.visitor("wang").get(path(product, number)).text
    assert "13987654321" not in page
    assert "139****4321" in page


def test_what_the_desk_changed_itself_is_said_in_the_readers_language(product, number):
    task = product.task_of(number)
    product.desk.work.reassign(task.id, assignee="zhao", by="wang", reason="zhao knows the customer")
    product.desk.work.claim(task.id, by="zhao")
    assert "The owner&#39;s task changed hands." in product.visitor("wang").get(path(product, number)).text
    page = product.visitor("wang", language="zh").get(path(product, number)).text
    assert "主责人的任务已转手。" in page
    assert "运行中" in page


def test_agents_and_analysts_neither_see_nor_operate(product, number):
    before = product.rows()
    for login in ("li", "analyst"):
        visitor = product.visitor(login)
        assert visitor.get(path(product, number)).status_code == 403
        assert visitor.post(path(product, number, "/suspend"), {"reason": "x"}).status_code == 403
    assert product.rows() == before


def test_a_suspended_case_says_so_everywhere_and_its_task_refuses_in_both_languages(product, number):
    product.visitor("wang").post(path(product, number, "/suspend"), {"reason": "系统升级"})
    task = product.task_of(number)
    agent = product.visitor(task.assignee, language="zh")
    for page in (f"/cases/{number}", f"/tasks/{task.id}", "/cases"):
        assert "已暂停" in agent.get(page).text
    refused = agent.post(f"/tasks/{task.id}/claim", {"revision": str(task.revision)})
    assert refused.status_code == 409
    assert "已被 wang 暂停：系统升级" in refused.text
    english = product.visitor(task.assignee).post(f"/tasks/{task.id}/claim")
    assert "was suspended by wang: 系统升级" in english.text
    history = agent.get(f"/cases/{number}?tab=history").text
    assert "暂停了案件" in history
    answer = product.visitor("wang").post(path(product, number, "/resume"), {"reason": "done"})
    assert answer.status_code == 303
    assert agent.post(f"/tasks/{task.id}/claim", {"revision": str(task.revision)}).status_code == 303


def test_an_order_without_a_reason_is_refused(product, number):
    before = product.rows()
    answer = product.visitor("wang").post(path(product, number, "/suspend"), {"reason": " "})
    assert answer.status_code == 422
    assert "needs a reason" in answer.text
    assert product.rows() == before


def test_a_token_is_moved_to_the_chosen_activity(product, number):
    visitor = product.visitor("wang")
    order = seen(product, number) | {"token": token_at(product, number, "handle"), "target": "classify"}
    page = visitor.get(path(product, number)).text
    assert re.search(r'<option value="classify">', page)
    told = visitor.post(path(product, number, "/move"), order)
    assert "The token was moved" in visitor.get(told.headers["Location"]).text
    assert "moved a token from" in visitor.get(path(product, number)).text
    again = visitor.post(path(product, number, "/move"), order)
    assert again.status_code == 409
    assert "Somebody changed this since you opened it" in again.text


def test_a_move_that_no_page_offers_is_refused(product, number):
    visitor = product.visitor("wang")
    order = seen(product, number) | {"token": token_at(product, number, "handle")}
    for target in ("nowhere", "", "x" * 5000):
        assert visitor.post(path(product, number, "/move"), order | {"target": target}).status_code == 409
    assert visitor.post(path(product, number, "/move"), order | {"token": "t99", "target": "classify"}).status_code == 409
    assert visitor.post(path(product, number, "/move"), {"reason": "x"}).status_code == 422


def test_a_variable_is_mended_and_the_stuck_case_goes_on(product):
    number = a_stuck_case(product)
    visitor = product.visitor("admin")
    order = seen(product, number) | {"name": "rules", "value": '{"wait_for_customer": false}'}
    assert visitor.post(path(product, number, "/variable"), order).status_code == 303
    assert found(product, number).variables["rules"] == {"wait_for_customer": False}
    [incident] = found(product, number).incidents
    closing = visitor.post(path(product, number, f"/incidents/{incident.id}/close"), {"reason": "x"})
    assert closing.status_code == 409
    assert "a token waits for its repair" in closing.text
    visitor.post(f"/incidents/{incident.id}/retry")
    assert found(product, number).incidents == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [("rules", "{"), ("rules", ""), ("1rules", "1"), ("", "1"), ("rules", '{"$": "datetime", "v": "noon"}'), ("rules", "NaN")],
)
def test_what_is_no_variable_is_refused_in_words(product, number, name, value):
    before = product.rows()
    order = seen(product, number) | {"name": name, "value": value}
    assert product.visitor("wang").post(path(product, number, "/variable"), order).status_code == 422
    assert product.rows() == before


def test_stopping_for_good_closes_the_case(product, number):
    visitor = product.visitor("wang")
    assert visitor.post(path(product, number, "/cancel"), {"reason": "opened twice"}).status_code == 303
    assert product.desk.cases.case(number, viewer="wang").case.state == "closed"
    assert "No open tokens" in visitor.get(path(product, number)).text
    over = visitor.post(path(product, number, "/suspend"), {"reason": "x"})
    assert over.status_code == 409
    assert "has ended meanwhile" in over.text


def test_an_instance_that_does_not_exist_is_not_found(product):
    visitor = product.visitor("wang")
    assert visitor.get("/instances/99").status_code == 404
    assert visitor.post("/instances/99/suspend", {"reason": "x"}).status_code == 404
