"""The owner asks departments for a part each: tasks, limits, notices, and that the case stays with its owner (R37, R40)."""

from __future__ import annotations

import pytest

from desk.collaboration.contributions import Asked
from desk.errors import AnswersInvalid, ContributionOver, HelpPending, RightMissing
from desk.model import Availability
from desk.store.contributions import ContributionState
from tests.desk.conftest import BILLING_DAY, Office, local

DONE = {"content": "已核对账务", "outcome": "resolved"}
BOTH = (Asked(team="technical", wanted="排查支付接口"), Asked(team="business", wanted="核对订单", limit="2h"))


def begun(office: Office) -> str:
    number = office.open()
    office.desk.work.start(office.task(number).id, by="li")
    return number


def parts(office: Office, number: str, viewer: str = "wang") -> dict[str, object]:
    return {one.contribution.team: one for one in office.desk.contributions.of_case(number, viewer=viewer)}


def task_of(office: Office, number: str, team: str) -> int:
    return parts(office, number)[team].contribution.task_id


@pytest.mark.stored
def test_two_departments_work_at_once_while_the_owner_and_the_customers_limit_stay(office):
    number = begun(office)
    before = office.desk.cases.case(number, viewer="wang")
    office.desk.contributions.ask(number, BOTH, by="li")
    found = parts(office, number)
    assert {team: one.assignee for team, one in found.items()} == {"technical": "tech", "business": "business"}
    assert [one.contribution.clock for one in found.values()] == ["team:technical:1", "team:business:1"]
    after = office.desk.cases.case(number, viewer="wang")
    assert after.case.owner == before.case.owner == "li"
    assert after.next_clock.due_at == before.next_clock.due_at
    for team, login in (("technical", "tech"), ("business", "business")):
        with pytest.raises(HelpPending, match="协办"):
            office.desk.work.complete(office.task(number).id, DONE, by="li")
        office.desk.work.claim(task_of(office, number, team), by=login)
        office.desk.work.complete(task_of(office, number, team), DONE, by=login)
    office.run()
    assert {one.contribution.state for one in parts(office, number).values()} == {ContributionState.DONE}
    assert "contribution_done" in {one.template for one in office.desk.notices.of("li")}
    office.resolve(number)
    assert office.desk.cases.case(number, viewer="wang").case.state == "resolved"


def test_a_department_is_warned_and_its_supervisor_told_when_its_own_limit_runs_out(office):
    number = begun(office)
    office.desk.contributions.ask(number, BOTH[1:], by="li")
    assert parts(office, number)["business"].clock.due_at == local("2023-10-01T11:30")
    office.at("11:00")
    assert "contribution_warning" in {one.template for one in office.desk.notices.of("business")}
    office.at("11:31")
    told = {one.template for one in office.desk.notices.of("wang")}
    assert "contribution_overdue" in told
    assert parts(office, number)["business"].clock.breached_at == local("2023-10-01T11:30")


def test_a_withdrawn_part_holds_nothing_up_and_whoever_worked_on_it_is_told(office):
    number = begun(office)
    office.desk.contributions.ask(number, BOTH, by="li")
    withdrawn = parts(office, number)["technical"].contribution
    office.desk.contributions.withdraw(withdrawn.id, reason="客户自行解决", by="li")
    assert office.activities(number) == {"handle", "contribute"}
    after = parts(office, number)["technical"]
    assert (after.contribution.state, after.contribution.reason) == (ContributionState.WITHDRAWN, "客户自行解决")
    assert after.clock.verdict == "void"
    assert "contribution_withdrawn" in {one.template for one in office.desk.notices.of("tech")}
    with pytest.raises(ContributionOver):
        office.desk.contributions.withdraw(withdrawn.id, reason="再次", by="li")


def test_a_part_is_passed_on_to_a_department_with_a_limit_of_its_own(office):
    number = begun(office)
    [asked] = office.desk.contributions.ask(number, BOTH[:1], by="li")
    office.at("09:50")
    office.desk.contributions.pass_on(asked.id, team="business", reason="与系统无关", by="tech")
    found = parts(office, number)
    assert (found["technical"].contribution.state, found["technical"].clock.stopped_at) == (
        "passed_on",
        local("2023-10-01T09:50"),
    )
    assert found["business"].contribution.passed_from == asked.id
    assert (found["business"].assignee, found["business"].clock.started_at) == ("business", local("2023-10-01T09:50"))
    assert office.desk.cases.case(number, viewer="wang").case.owner == "li"
    assert "contribution_passed_on" in {one.template for one in office.desk.notices.of("li")}


def test_who_may_ask_withdraw_and_pass_on(office):
    number = begun(office)
    [asked] = office.desk.contributions.ask(number, BOTH[:1], by="li")
    with pytest.raises(RightMissing):
        office.desk.contributions.ask(number, BOTH[1:], by="tech")
    with pytest.raises(RightMissing):
        office.desk.contributions.withdraw(asked.id, reason="不需要", by="tech")
    with pytest.raises(RightMissing):
        office.desk.contributions.pass_on(asked.id, team="business", reason="不是我们的事", by="li")
    with pytest.raises(AnswersInvalid):
        office.desk.contributions.ask(number, (BOTH[1], BOTH[1]), by="li")


def test_the_same_order_asks_once(office):
    number = begun(office)
    assert len(office.desk.contributions.ask(number, BOTH, by="li", message_id="order-1")) == 2
    assert office.desk.contributions.ask(number, BOTH, by="li", message_id="order-1") == []
    assert len(parts(office, number)) == 2


def test_technical_help_is_a_part_of_the_team_that_the_route_names(office):
    number = begun(office)
    office.desk.work.request_technical_help(number, reason="支付接口故障", by="li")
    assert parts(office, number)["technical"].contribution.wanted == "支付接口故障"


@pytest.mark.stored
def test_a_contribution_counts_as_load_of_who_works_on_it_until_it_is_done(office):
    def carried() -> tuple[int, dict[str, int]]:
        [member] = [one for one in office.desk.staff.team("technical", viewer="wang").members if one.agent.login == "tech"]
        return member.seen.load, dict(member.contributions)

    number = begun(office)
    assert carried() == (0, {})
    office.desk.contributions.ask(number, BOTH, by="li")
    assert carried() == (3, {"urgent": 1})
    task_id = task_of(office, number, "technical")
    office.desk.work.claim(task_id, by="tech")
    assert carried() == (3, {"urgent": 1})
    office.desk.work.complete(task_id, DONE, by="tech")
    assert carried() == (0, {})


@pytest.mark.stored
def test_a_contribution_for_which_nobody_is_free_waits_in_the_line_and_is_given_out_with_its_reason(office):
    office.desk.attendance.set_availability("tech", Availability.AWAY, by="tech")
    number = begun(office)
    office.desk.contributions.ask(number, BOTH[:1], by="li")
    office.run()
    assert parts(office, number)["technical"].assignee is None
    office.desk.attendance.set_availability("tech", Availability.AVAILABLE, by="tech")
    office.run()
    assert parts(office, number)["technical"].assignee == "tech"
    assert office.task(number).assignee == office.desk.cases.case(number, viewer="wang").case.owner == "li"
    last = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert (last.reason_code, last.result["team"], [one["login"] for one in last.considered]) == (
        "only_one_free",
        "technical",
        ["tech"],
    )
    assert "contribution_asked" in {one.template for one in office.desk.notices.of("tech")}
    assert [turn.assignee for turn in office.desk.ownership.story(number, viewer="wang")] == ["li"]


def test_a_contribution_without_room_waits_until_another_one_is_done(office):
    [tech] = [one for one in office.desk.people.agents() if one.login == "tech"]
    office.desk.people.change_agent("tech", by="test", revision=tech.revision, capacity=2)
    first, second = (begun_inquiry(office, name) for name in ("甲", "乙"))
    for number in (first, second):
        office.desk.contributions.ask(number, BOTH[:1], by=office.task(number).assignee)
    office.run()
    assert [parts(office, number)["technical"].assignee for number in (first, second)] == ["tech", None]
    done = task_of(office, first, "technical")
    office.desk.work.claim(done, by="tech")
    office.desk.work.complete(done, DONE, by="tech")
    office.run()
    assert parts(office, second)["technical"].assignee == "tech"


def test_who_gives_a_contribution_back_doesnt_get_it_again_by_the_line(office):
    number = begun(office)
    office.desk.contributions.ask(number, BOTH[:1], by="li")
    task_id = task_of(office, number, "technical")
    office.desk.work.claim(task_id, by="tech")
    office.desk.work.release(task_id, by="tech")
    office.run()
    assert parts(office, number)["technical"].assignee is None
    office.desk.work.claim(task_id, by="tech")
    assert parts(office, number)["technical"].assignee == "tech"


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "out of the line"])
def test_who_only_answers_for_a_case_may_be_given_a_part_of_it(office, waits):
    number = begun(office)
    for login in ("li", "zhao", "chen", "tech"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    [wang] = [one for one in office.desk.people.agents() if one.login == "wang"]
    office.desk.people.change_agent("wang", by="test", revision=wang.revision, team_keys=("technical",), available=not waits)
    office.desk.work.release(office.task(number).id, by="li")
    assert office.desk.cases.case(number, viewer="wang").case.owner == "wang"
    office.desk.contributions.ask(number, BOTH[:1], by="wang")
    office.run()
    assert parts(office, number)["technical"].assignee == (None if waits else "wang")
    office.desk.attendance.set_availability("wang", Availability.AVAILABLE, by="wang")
    office.run()
    assert parts(office, number)["technical"].assignee == "wang"


def begun_inquiry(office: Office, name: str) -> str:
    number = office.open({**BILLING_DAY, "received_at": "", "customer_number": "", "customer_name": name}, by="li")
    office.desk.work.start(office.task(number).id, by=office.task(number).assignee)
    return number
