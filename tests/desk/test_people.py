"""Agents and teams: adding, changing, logging in."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from desk.errors import AgentNotFound, NameTaken, PasswordTooWeak, RightMissing, TeamNotFound, TooManyAttempts, WrongPassword
from desk.model import NewAgent
from desk.seed import seed_demo
from desk.staffing.people import People
from desk.staffing.staffing_errors import CannotHead
from engine.errors import Conflict, StaleRevision
from tests.desk.conftest import PASSWORD

HERE = "203.0.113.7"


def test_login_and_password_open_the_door_in_any_case_of_the_login(office):
    agent = office.desk.people.authenticate(" LI ", PASSWORD, from_address=HERE)
    assert (agent.login, agent.team_keys) == ("li", ("service", "complaints"))


@pytest.mark.parametrize(("login", "password"), [("li", "wrong wrong wrong"), ("nobody", PASSWORD)])
def test_a_wrong_login_and_a_wrong_password_look_the_same(office, login, password):
    with pytest.raises(WrongPassword, match="Login and password don't fit"):
        office.desk.people.authenticate(login, password, from_address=HERE)


def test_after_five_failures_even_the_right_password_waits_a_quarter_of_an_hour(office):
    people = office.desk.people
    for _ in range(5):
        with pytest.raises(WrongPassword):
            people.authenticate("li", "wrong wrong wrong", from_address=HERE)
    with pytest.raises(TooManyAttempts, match="after 01:45 UTC"):
        people.authenticate("li", PASSWORD, from_address="198.51.100.1")
    office.clock.advance(minutes=15)
    assert people.authenticate("li", PASSWORD, from_address=HERE).login == "li"


def test_twenty_failures_from_one_address_block_it_for_every_login_but_no_other_address(office):
    people = office.desk.people
    for n in range(20):
        with pytest.raises(WrongPassword):
            people.authenticate(f"guess-{n}", "wrong wrong wrong", from_address=HERE)
    with pytest.raises(TooManyAttempts):
        people.authenticate("li", PASSWORD, from_address=HERE)
    assert people.authenticate("li", PASSWORD, from_address="198.51.100.1").login == "li"


def test_success_forgets_the_failures_of_the_login(office):
    people = office.desk.people
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPassword):
                people.authenticate("li", "wrong wrong wrong", from_address=HERE)
        people.authenticate("li", PASSWORD, from_address=HERE)


def test_who_is_switched_off_cannot_log_in_and_does_not_count_as_an_agent(office):
    people = office.desk.people
    people.change_agent("li", by="admin", revision=1, active=False)
    with pytest.raises(WrongPassword):
        people.authenticate("li", PASSWORD, from_address=HERE)
    with pytest.raises(AgentNotFound, match="no active agent 'li'"):
        people.agent("li")


def test_a_changed_password_replaces_the_temporary_one(office):
    people = office.desk.people
    people.reset_password("li", "one time only 123", by="admin")
    assert people.agent("li").password_is_temporary
    people.change_password("li", "one time only 123", "another sentence of mine")
    assert not people.agent("li").password_is_temporary
    assert people.authenticate("li", "another sentence of mine", from_address=HERE).login == "li"
    with pytest.raises(WrongPassword):
        people.change_password("li", "one time only 123", "yet another sentence")


@pytest.mark.parametrize(
    ("password", "fact"), [("short", "fewer than 10"), ("a" * 300, "more than 200"), ("abababababab", "repeats")]
)
def test_a_weak_password_is_refused_with_the_fact(office, password, fact):
    with pytest.raises(PasswordTooWeak, match=fact):
        office.desk.people.add_agent(NewAgent(login="new", name="新人", password=password), by="admin")


def test_names_are_given_once_and_teams_must_exist(office):
    people = office.desk.people
    with pytest.raises(NameTaken, match="login 'li'"):
        people.add_agent(NewAgent(login="Li", name="李四", password=PASSWORD), by="admin")
    with pytest.raises(NameTaken, match="team 'service'"):
        people.add_team("service", "客服", "Service", by="admin")
    with pytest.raises(TeamNotFound, match="'moon'"):
        people.add_agent(NewAgent(login="new", name="新人", password=PASSWORD, team_keys=("moon",)), by="admin")


def test_two_changes_of_one_agent_do_not_overwrite_each_other(office):
    people = office.desk.people
    changed = people.change_agent("li", by="admin", revision=1, available=False, team_keys=("technical", "service"))
    assert (changed.available, changed.team_keys, changed.revision) == (False, ("technical", "service"), 2)
    assert people.agent("li") == changed
    with pytest.raises(StaleRevision, match="you read revision 1, now 2"):
        people.change_agent("li", by="admin", revision=1, skills=("x",))


def test_only_administrators_change_who_works_here_whatever_page_asks(office):
    people = office.desk.people
    orders = (
        lambda by: people.add_agent(NewAgent(login="new", name="新人", password=PASSWORD), by=by),
        lambda by: people.change_agent("li", by=by, revision=1, capacity=99),
        lambda by: people.reset_password("li", "another long password", by=by),
        lambda by: people.add_team("night", "夜班", "Night", by=by),
        lambda by: people.change_team("service", supervisor="li", by=by),
    )
    for order in orders:
        for by in ("li", "wang", "analyst"):
            with pytest.raises(RightMissing, match="administrator"):
                order(by)
    assert (people.agent("li").capacity, "night" in {team.key for team in people.teams()}) == (10, False)
    people.authenticate("li", PASSWORD, from_address=HERE)


def test_only_who_leads_heads_a_team(office):
    people = office.desk.people
    for heads in ({"supervisor": "li"}, {"supervisor": "wang", "deputy": "li"}):
        with pytest.raises(CannotHead, match="li cannot head service-b"):
            people.change_team("service-b", **heads, by="admin")
    assert people.change_team("service-b", supervisor="admin", deputy="wang", by="admin").supervisor == "admin"


def test_nobody_is_given_a_case_before_the_one_time_password_was_used(office):
    office.desk.people.reset_password("li", "one time only 123", by="admin")
    office.desk.people.reset_password("zhao", "one time only 123", by="admin")
    number = office.open()
    assert office.task(number).assignee not in ("li", "zhao")
    office.desk.people.change_password("li", "one time only 123", PASSWORD)
    assert office.task(office.open()).assignee == "li"


def test_seeding_twice_makes_nobody_twice(office):
    assert seed_demo(office.desk, lambda login: PASSWORD) == {}


def test_a_stronger_hash_at_log_in_does_not_bring_back_a_password_that_was_changed_meanwhile(office):
    people = office.desk.people

    class ChangedMeanwhile(PasswordHasher):
        def check_needs_rehash(self, hash: str | bytes) -> bool:
            people.change_password("li", PASSWORD, "a newer one of her own")
            return True

    late = People(office.desk.context, hasher=ChangedMeanwhile(time_cost=1, memory_cost=8, parallelism=1))
    with pytest.raises(Conflict, match="changed at the same time"):
        late.authenticate("li", PASSWORD, from_address=HERE)
    assert people.authenticate("li", "a newer one of her own", from_address=HERE).login == "li"
