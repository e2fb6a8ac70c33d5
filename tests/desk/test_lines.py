"""A case for which nobody was free waits in its team's line, and is given out when somebody is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.assignment.absences import OpenWork
from desk.errors import RightMissing
from tests.desk.conftest import BILLING_DAY, Office

pytestmark = pytest.mark.stored


def change(office: Office, login: str, **changes) -> None:
    found = {agent.login: agent for agent in office.desk.people.agents()}[login]
    office.desk.people.change_agent(login, by="test", revision=found.revision, **changes)


def ask(office: Office, name: str, **changes) -> str:
    answers = {"received_at": "", "customer_number": "", "customer_name": name}
    return office.open({**BILLING_DAY, **answers}, by="chen", **changes)


@pytest.fixture
def one_free(office: Office) -> Office:
    """Team service-b has one agent with room for two normal cases, and nobody steps in."""
    for login in ("li", "zhao"):
        change(office, login, available=False)
    change(office, "chen", capacity=4)
    return office


def owner_of(office: Office, number: str) -> str | None:
    return office.desk.cases.case(number, viewer="wang").case.owner


def test_a_case_without_a_free_agent_is_given_out_when_one_is_resolved(one_free):
    office = one_free
    first, _, third = (ask(office, name) for name in ("甲", "乙", "丙"))
    assert office.task(third).assignee is None
    assert [one.number for one in office.desk.lines.waiting("service-b")] == [third]
    assert office.desk.notices.taken(office.desk.notices.of("chen")) == set()
    office.resolve(first)
    assert (office.task(third).assignee, owner_of(office, third)) == ("chen", "chen")
    assert office.desk.lines.waiting("service-b") == []
    told = [notice for notice in office.desk.notices.of("chen") if notice.case_number == third]
    assert [one.template for one in told] == ["assigned", "offered"], "offered to the team, then given to chen"
    assert f"案件 {third} 在客服二组排队，尚未分派给任何人" in told[1].body
    assert office.desk.notices.taken(told) == {told[1].id}


def test_a_case_that_was_given_out_later_tells_why_and_who_was_considered(one_free):
    office = one_free
    change(office, "chen", available=False)
    number = ask(office, "甲")
    change(office, "chen", available=True)
    office.run()
    given = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert (given.result["assignee"], given.reason_code) == ("chen", "only_one_free")
    assert {one["login"]: one["obstacle"] for one in given.considered if one["team"] == "service-b"} == {"chen": ""}
    [handling] = [one for one in office.desk.cases.explanation(number, viewer="wang").stands if one.activity_id == "handle"]
    assert (handling.choice.assignee, handling.choice.decision.reason_code) == ("chen", "only_one_free")


def test_who_gives_a_case_back_doesnt_get_it_again(one_free):
    office = one_free
    number = ask(office, "甲")
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.work.release(office.task(number).id, by="chen")
    office.run()
    assert (office.task(number).assignee, owner_of(office, number)) == (None, "wang"), "the head answers for it (R40)"
    change(office, "li", available=True)
    office.run()
    assert (office.task(number).assignee, owner_of(office, number)) == ("li", "li")


def test_a_case_that_is_given_back_goes_at_once_to_whoever_is_free(one_free):
    office = one_free
    number = ask(office, "甲")
    change(office, "li", available=True)
    office.desk.work.claim(office.task(number).id, by="chen")
    given = office.desk.work.release(office.task(number).id, by="chen")
    assert (given.assignee, owner_of(office, number)) == ("li", "li")
    why = [turn.reason for turn in office.desk.ownership.story(number, viewer="wang")]
    assert why[-1] == "its owner gave it back"


def test_while_the_head_of_the_team_is_on_leave_the_deputy_answers_for_what_nobody_holds(one_free):
    office = one_free
    office.desk.people.change_team("service-b", supervisor="wang", deputy="admin", by="test")
    now = office.clock.now()
    office.desk.attendance.add_leave("wang", now, now + timedelta(days=1), delegate=None, open_work=OpenWork.KEEP, by="wang")
    number = ask(office, "甲")
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.work.release(office.task(number).id, by="chen")
    assert (office.task(number).assignee, owner_of(office, number)) == (None, "admin")


def test_whoever_signs_in_for_the_first_time_gets_work_then_and_not_before(one_free):
    office = one_free
    change(office, "chen", available=False)
    office.desk.people.reset_password("li", "one-time and long", by="admin")
    change(office, "li", available=True)
    number = ask(office, "甲")
    assert office.task(number).assignee is None
    office.desk.people.change_password("li", "one-time and long", "her own and long")
    office.run()
    assert office.task(number).assignee == "li"


def test_somebody_may_take_a_case_out_of_the_line(one_free):
    office = one_free
    change(office, "chen", available=False)
    number = ask(office, "甲")
    office.desk.work.claim(office.task(number).id, by="chen")
    assert office.desk.lines.waiting("service-b") == []


def test_the_line_is_looked_through_again_at_a_sweep(one_free):
    office = one_free
    change(office, "chen", available=False)
    number = ask(office, "甲")
    with office.engine.db.transaction() as tx:
        tx.exec_driver_sql("UPDATE desk_agent SET available = true WHERE login = 'chen'")
    office.run()
    assert office.task(number).assignee is None
    office.clock.advance(minutes=1)
    office.run()
    assert office.task(number).assignee == "chen"


def test_a_case_that_nobody_can_take_doesnt_hold_back_the_next(one_free):
    office = one_free
    blocked = office.open(by="chen", received_at="", customer_name="甲", usage_blocked=False)
    change(office, "chen", available=False, skills=("inquiry",))
    stuck = office.open(by="chen", received_at="", customer_name="乙", usage_blocked=False)
    free = ask(office, "丙")
    change(office, "chen", available=True)
    office.run()
    assert (office.task(stuck).assignee, office.task(free).assignee) == (None, "chen")
    assert office.task(blocked).assignee == "chen"


def test_who_gave_a_case_back_may_get_it_when_it_comes_again(one_free):
    office = one_free
    number = ask(office, "甲")
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.work.release(office.task(number).id, by="chen")
    change(office, "li", available=True)
    office.run()
    office.desk.work.claim(office.task(number).id, by="li")
    change(office, "li", available=False)
    office.desk.work.release(office.task(number).id, by="li")
    office.run()
    assert office.task(number).assignee == "chen"


def test_the_agent_complained_about_loses_the_case_and_never_gets_it_again(one_free):
    office = one_free
    number = ask(office, "甲")
    with pytest.raises(RightMissing):
        office.desk.lines.keep_from(number, "chen", by="chen")
    office.desk.lines.keep_from(number, "chen", by="wang")
    office.run()
    assert office.task(number).assignee is None, "back in the line, since nobody else is there"
    change(office, "li", available=True)
    office.run()
    assert office.task(number).assignee == "li"
    office.desk.work.claim(office.task(number).id, by="li")
    change(office, "li", available=False)
    office.desk.work.release(office.task(number).id, by="li")
    office.run()
    assert office.task(number).assignee is None
