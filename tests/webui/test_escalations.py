"""The escalation page by HTTP: what waits, who was told, acknowledging, taking over, the file, the count beside its name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.model import Availability


@pytest.fixture
def number(product) -> str:
    """A case whose response is late since a minute."""
    opened = product.open_case()
    product.clock.advance(minutes=16)
    product.work()
    return opened


def test_an_escalation_names_case_clock_customer_masked_and_who_was_told(product, number):
    page = product.visitor("wang").get("/escalations").text
    for shown in (f'href="/cases/{number}"', "Response", "张*", "Level 1", "王主管", "next level", "1 waits for somebody"):
        assert shown in page
    assert "13812345678" not in page
    assert '<span class="badge bad">1</span>' in page
    filtered = product.visitor("wang").get("/escalations?clock=solve").text
    assert "No escalation fits these filters." in filtered
    assert "waits for somebody" not in filtered


def test_acknowledging_many_says_how_many_and_who(product, number):
    visitor = product.visitor("wang")
    sent = {"escalation": [f"{number} respond", f"{number} solve"], "note": "已联系"}
    page = visitor.get(visitor.post("/escalations/acknowledge", sent).headers["Location"]).text
    assert "1 escalation acknowledged" in page
    assert "was acknowledged by somebody else, or is over" in page
    assert "已联系" in page
    assert "Nothing waits" in page


def test_taking_over_leads_to_the_case_which_shows_its_ladder(product, number):
    visitor = product.visitor("wang")
    answer = visitor.post("/escalations/take-over", {"escalation": f"{number} respond"})
    page = visitor.get(answer.headers["Location"]).text
    assert "is yours now" in page
    assert 'id="escalations"' in page
    assert product.desk.cases.case(number, viewer="wang").case.owner == "wang"


def test_who_only_answers_for_a_case_may_take_it_over_and_is_not_shown_as_handling_it(product):
    for login in ("li", "zhao", "chen"):
        product.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    number = product.open_case()
    product.clock.advance(minutes=16)
    product.work()
    visitor = product.visitor("wang")
    page = visitor.get("/escalations").text
    assert 'Owner: 王主管 <span class="quiet">answers for it</span>' in page
    assert page.count("Take over") == 1
    product.desk.promising.promise(number, due_at=product.clock.now() + timedelta(hours=2), reason="备件延迟", by="wang")
    assert 'Owner: 王主管 <span class="quiet">answers for it</span>' in visitor.get("/promises").text
    assert ",王主管," not in visitor.get("/exports/escalations.csv").text.partition(number)[2].partition("Response")[0]
    product.desk.escalations.take_over(number, "respond", by="wang")
    page = visitor.get("/escalations").text
    assert "Take over" not in page
    assert "answers for it" not in page


def test_the_file_has_a_row_for_each_level(product, number):
    product.desk.escalations.acknowledge(number, "respond", by="wang", note="=cmd|' /C calc'!A0")
    file = product.visitor("wang").get("/exports/escalations.csv")
    rows = file.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert number in rows[1]
    assert "'=cmd" in rows[1]


def test_the_page_is_for_supervisors(product, number):
    assert product.visitor("li").get("/escalations").status_code == 403


@pytest.mark.parametrize("chosen", ["", "NR1", " ", f"{'9' * 500} respond", "NR20260105001 ' OR 1=1"])
def test_a_choice_that_nobody_could_make_is_answered_kindly(product, number, chosen):
    answer = product.visitor("wang").post("/escalations/acknowledge", {"escalation": chosen})
    assert answer.status_code in (303, 404)


def test_the_tasks_to_follow_up_two_missed_limits_say_which_limit_each_is_about(product, number):
    product.clock.advance(hours=4)
    product.work()
    visitor = product.visitor("wang")
    tasks = {task.id: task for task in product.desk.inbox.of_case(number) if task.activity_id == "supervise"}
    about = {clocks[0]: task_id for task_id, clocks in product.desk.escalations.clocks_of(tasks.values()).items()}
    assert set(about) == {"respond", "solve"}
    for path in ("/inbox?scope=all", f"/cases/{number}"):
        page = visitor.get(path).text
        assert "Supervisor follows up · Response" in page
        assert "Supervisor follows up · Solution" in page
    assert "Supervisor follows up · Solution" in visitor.get(f"/tasks/{about['solve']}").text
    assert "主管跟进 · 响应" in product.visitor("wang", language="zh").get("/inbox?scope=all").text


def test_two_limits_missed_while_nothing_ran_can_be_told_apart(product):
    number = product.open_case()
    product.clock.advance(hours=9)
    product.work()
    tasks = [task for task in product.desk.inbox.of_case(number) if task.activity_id == "supervise"]
    assert list(product.desk.escalations.clocks_of(tasks).values()) == [("respond",), ("solve",)]


def test_the_page_says_which_limits_escalate_and_its_filter_offers_no_others(product):
    number = product.open_case(type="inquiry", channel="chat")
    product.clock.advance(minutes=6)
    product.work()
    pickup = next(one for one in product.desk.cases.case(number, viewer="wang").clocks if one.name == "pickup")
    assert pickup.due_at < product.clock.now()
    for path in ("/inbox?scope=all", f"/cases/{number}"):
        assert "overdue" in product.visitor("wang").get(path).text
    page = product.visitor("wang").get("/escalations").text
    assert "Nothing waits" in page
    assert "These limits are escalated when they are missed: Response, Solution. They show here at once." in page
    assert "Other limits that are missed show in the inbox and on their case." in page
    offered = page.partition('name="clock"')[2].partition("</select>")[0]
    assert [offered.count(f'value="{clock}"') for clock in ("respond", "solve", "pickup")] == [1, 1, 0]
    assert 'value="pickup" selected' in product.visitor("wang").get("/escalations?clock=pickup").text
