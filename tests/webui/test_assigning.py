"""Why this person, assigning again, choosing oneself, and the line of a team, by their pages."""

from __future__ import annotations

import re

import pytest

from desk.collaboration.contributions import Asked
from desk.model import Availability
from desk.store import people

CALM = {"type": "inquiry", "subtype": "product_info", "usage_blocked": False, "order_number": ""}


def turn(product, login: str, availability: str) -> None:
    product.desk.attendance.set_availability(login, Availability(availability), by=login)


def revision_on(page: str) -> str:
    return re.search(r'id="give".*?name="revision" value="(\d+)"', page, re.DOTALL)[1]


def give(product, number: str, how: str, **form):
    visitor = product.visitor("wang")
    revision = revision_on(visitor.get(f"/cases/{number}?tab=owner").text)
    answer = visitor.post(f"/cases/{number}/{how}", {"revision": revision, "reason": "她在休息", **form})
    return visitor, answer


def test_the_page_tells_the_points_loads_and_obstacles_of_all_who_were_considered(product):
    turn(product, "chen", "away")
    number = product.open_case(**CALM)
    page = product.visitor("wang").get(f"/cases/{number}?tab=owner").text
    for shown in ("chosen", "passed over", "load 70 · idle 15 · skill 9", "0 of 10", "Given to"):
        assert shown in page, shown
    assert "入选" in product.visitor("wang", language="zh").get(f"/cases/{number}?tab=owner").text
    assert product.visitor("business").get(f"/cases/{number}?tab=owner").status_code == 404


def test_a_supervisor_lets_the_rule_choose_somebody_else(product):
    number = product.open_case(**CALM)
    first = product.task_of(number).assignee
    visitor, answer = give(product, number, "assign")
    assert answer.status_code == 303
    second = product.task_of(number).assignee
    assert {first, second} == {"li", "zhao"}
    page = visitor.get(f"/cases/{number}?tab=owner").text
    assert "Given anew to" in page
    assert "她在休息" in page
    assert "The only one free" in page
    assert "reassigned" in {notice.template for notice in product.desk.notices.of(second)}


def test_what_changed_since_the_page_was_opened_is_not_overruled(product):
    number = product.open_case(**CALM)
    _, answer = give(product, number, "assign", revision="99")
    assert answer.status_code == 409
    _, answer = give(product, number, "assign", reason=" ")
    assert answer.status_code == 422


def test_choosing_somebody_who_is_not_eligible_has_to_be_confirmed(product):
    number = product.open_case(**CALM)
    other = {"li": "zhao", "zhao": "li"}[product.task_of(number).assignee]
    turn(product, other, "busy")
    visitor, answer = give(product, number, "give", to=other)
    assert answer.location == f"/cases/{number}?tab=owner#give"
    page = visitor.get(answer.location).text
    assert "isn't eligible: busy" in page
    assert 'value="她在休息"' in page
    assert 'value="她在休息"' not in visitor.get(answer.location).text
    assert product.task_of(number).assignee != other
    give(product, number, "give", to=other, sure="yes")
    assert product.task_of(number).assignee == other
    assert "chose" in visitor.get(f"/cases/{number}?tab=owner").text


def test_a_case_is_given_to_another_team_by_its_owner_or_a_supervisor(product):
    turn(product, "zhao", "busy")
    number = product.open_case(by="zhao", **CALM)
    owner = product.task_of(number).assignee
    visitor = product.visitor(owner)
    page = visitor.get(f"/cases/{number}?tab=owner").text
    form = {"revision": revision_on(page), "team": "technical", "reason": "too hard for us"}
    assert "Give the case to another team" in page
    assert "Give the case to another team" not in product.visitor("wang").get(f"/cases/{number}?tab=clocks").text
    answer = visitor.post(f"/cases/{number}/team", form)
    assert (answer.status_code, answer.location, visitor.get(answer.location).status_code) == (303, "/inbox", 200)
    assert product.task_of(number).assignee == "tech"
    assert "too hard for us" in product.visitor("tech").get(f"/cases/{number}?tab=owner").text
    assert product.visitor("wang").post(f"/cases/{number}/team", form).status_code == 409


def test_agents_look_and_heads_give(product):
    number = product.open_case(**CALM)
    visitor = product.visitor(product.task_of(number).assignee)
    page = visitor.get(f"/cases/{number}?tab=owner").text
    assert "Assign again" not in page
    order = {"revision": revision_on(page), "reason": "x"}
    assert visitor.post(f"/cases/{number}/assign", order).status_code == 403
    wang = product.visitor("wang")
    assert wang.post(f"/cases/{number}/assign", {**order, "reason": "x" * 501}).status_code == 422
    assert wang.post(f"/cases/{number}/assign", order).status_code == 303


@pytest.fixture
def waiting(product) -> str:
    """A case for which nobody is there."""
    for login in ("li", "zhao", "chen"):
        turn(product, login, "away")
    return product.open_case(**CALM)


def test_a_case_that_waits_tells_why_and_until_when(product, waiting):
    product.desk.attendance.set_shift("agent", "li", "Mon-Fri 13:00-18:00", by="wang")
    turn(product, "li", "available")
    page = product.visitor("wang").get(f"/cases/{waiting}?tab=owner").text
    assert "Waits for Service 1 since 01-05 09:30" in page
    assert "Place 1 in the line" in page
    assert "back at 01-05 13:00" in page
    line = product.visitor("zhao").get("/teams/service/line").text
    assert waiting in line
    assert "not on shift" in line
    assert "Give out now" not in line


@pytest.mark.parametrize(
    ("language", "said", "listed"),
    [("en", "answers for it until somebody takes it", "answers for it"), ("zh", "有人接手之前暂时负责", "暂时负责")],
)
def test_pages_say_who_answers_for_a_case_that_nobody_has(product, waiting, language, said, listed):
    visitor = product.visitor("wang", language=language)
    facts = visitor.get(f"/cases/{waiting}").text.partition('id="case"')[2]
    assert f'王主管<br><span class="quiet">{said}' in facts
    assert f'王主管 <span class="quiet">{listed}' in visitor.get(f"/cases?text={waiting}").text
    for login in ("li", "zhao"):
        turn(product, login, "available")
    product.work()
    assert said not in visitor.get(f"/cases/{waiting}").text


@pytest.mark.parametrize(
    ("language", "said", "owner", "listed"),
    [
        ("en", "Nobody may answer for this case.", "nobody may answer for it", "nobody answers"),
        ("zh", "无人可负责此案件。", "无人可负责", "无人负责"),
    ],
)
def test_e42_pages_say_that_nobody_may_answer_for_a_case(product, waiting, language, said, owner, listed):
    visitor = product.visitor("wang", language=language)
    assert said not in visitor.get(f"/cases/{waiting}").text
    for one in product.desk.people.agents():
        if one.leads:
            product.desk.lines.keep_from(waiting, one.login, by="admin")
    page = visitor.get(f"/cases/{waiting}").text
    assert said in page
    assert f"{owner}</span>" in page.partition('id="case"')[2]
    assert said in visitor.get(f"/cases/{waiting}?tab=why").text
    assert f"{listed}</span></td>" in visitor.get(f"/cases?text={waiting}").text
    assert f"无人可负责：{waiting}" in product.visitor("admin", language=language).get("/notices").text


def test_who_takes_a_request_while_nobody_is_free_reads_who_answers_for_it(product, waiting):
    page = product.visitor("li").get(f"/requests/{waiting}").text
    assert "The case is offered to its team; 王主管 answers for it until somebody takes it." in page


def test_a_head_has_the_line_given_out_at_once(product, waiting):
    turn(product, "zhao", "available")
    assert product.visitor("zhao").post("/teams/service/line/drain").status_code == 403
    visitor = product.visitor("wang")
    visitor.post("/teams/service/line/drain")
    assert "1 case was given out" in visitor.get("/teams/service/line").text
    assert product.task_of(waiting).assignee == "zhao"


@pytest.mark.parametrize(("language", "word"), [("en", "Contribution"), ("zh", "协办")])
def test_the_line_and_the_count_of_a_team_have_the_contributions_that_wait(product, language, word):
    number = product.open_case()
    with product.desk.context.engine.db.reading() as tx:
        members = [one.login for one in people.agents(tx) if "technical" in one.team_keys]
    for login in members:
        turn(product, login, "away")
    product.desk.contributions.ask(number, [Asked(team="technical", wanted="look", limit="4bh")], by="wang")
    product.work()
    [listed] = [one for one in product.desk.staff.teams(viewer="wang") if one.waiting]
    assert (listed.team.key, listed.waiting, listed.waiting_since) == ("technical", 1, product.clock.now())
    visitor = product.visitor("wang", language=language)
    line = visitor.get("/teams/technical/line").text
    assert number in line
    assert word in line
    told = {"en": "1 case or contribution waits", "zh": "1 个案件或协办在排队"}[language]
    assert told in visitor.get("/teams/technical").text
    turn(product, members[0], "available")
    visitor.post("/teams/technical/line/drain")
    assert number not in visitor.get("/teams/technical/line").text
