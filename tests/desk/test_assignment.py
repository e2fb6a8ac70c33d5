"""Who gets a case, and who follows up a missed target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.assignment import Candidate, Wanted, assign
from desk.escalation import Escalated, Missed, escalate
from desk.model import Agent, Role, Team

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
WANTED = Wanted(team="service", priority="normal")


def candidate(login: str, **more) -> Candidate:
    return Candidate(login=login, **{"team_keys": frozenset({"service"}), **more})


def test_the_least_loaded_of_the_team_gets_the_case():
    answer = assign(WANTED, [candidate("li", load=4), candidate("zhao", load=2), candidate("bo", team_keys=frozenset({"x"}))])
    assert (answer.assignee, answer.team) == ("zhao", "service")
    assert str(answer.reason) == "least loaded in service: 2 of 10"
    assert [one["login"] for one in answer.considered] == ["li", "zhao"]


def test_a_tie_goes_to_who_has_waited_longest():
    people = [candidate("li", last_assigned_at=NOON), candidate("zhao", last_assigned_at=NOON - timedelta(hours=1))]
    assert assign(WANTED, people).assignee == "zhao"
    assert assign(WANTED, [*people, candidate("new")]).assignee == "new"


@pytest.mark.parametrize(
    ("obstacle", "more"),
    [
        ("inactive", {"active": False}),
        ("not_signed_in", {"signed_in": False}),
        ("away", {"available": False}),
        ("at_capacity", {"load": 9, "capacity": 10}),
        ("lacks_skill", {"skills": frozenset({"cards"})}),
        ("excluded", {"login": "accused"}),
    ],
)
def test_who_cannot_take_it_is_listed_with_the_obstacle(obstacle, more):
    wanted = replace(WANTED, skill="complaint", avoid=frozenset({"accused"}))
    unfit = replace(candidate("li", skills=frozenset({"complaint"})), **more)
    answer = assign(wanted, [unfit])
    assert answer.assignee is None
    assert "offered to the whole team" in str(answer.reason)
    assert [one["obstacle"] for one in answer.considered] == [obstacle]


def test_an_urgent_case_may_exceed_the_capacity():
    assert assign(replace(WANTED, priority="urgent"), [candidate("li", load=30)]).assignee == "li"


def test_the_fallback_team_helps_when_nobody_fits():
    people = [candidate("li", available=False), candidate("bo", team_keys=frozenset({"second"}))]
    answer = assign(replace(WANTED, fallback_team="second"), people)
    assert (answer.assignee, answer.team) == ("bo", "second")
    assert str(answer.reason) == "the only one free in second (fallback for service)"


def test_a_case_that_comes_back_goes_to_its_last_owner_unless_away():
    people = [candidate("li", load=8), candidate("zhao")]
    assert assign(replace(WANTED, previous_owner="li"), people).reason.code == "handled_before"
    away = [replace(people[0], available=False), people[1]]
    assert assign(replace(WANTED, previous_owner="li"), away).assignee == "zhao"


def person(login: str, **more) -> Agent:
    basics = {"name": login, "shown_as": login, "team_keys": (), "skills": (), "language": "zh", "email": ""}
    rest = {"active": True, "available": True, "capacity": 10, "password_is_temporary": False, "revision": 1}
    return Agent(**{"login": login, "role": Role.SUPERVISOR, **basics, **rest, **more})


TEAMS = {"service": Team(key="service", name="客服一组", name_en="Service 1", supervisor="wang", deputy="sun")}
PEOPLE = {login: person(login) for login in ("wang", "sun", "qian")}
MISSED = Missed(clock="respond", round=1, owner="li", team="service")


def test_a_missed_target_goes_to_the_supervisor_of_the_team():
    answer = escalate(MISSED, TEAMS, PEOPLE)
    assert (answer.supervisor, answer.level, str(answer.reason)) == ("wang", 1, "respond was missed: supervisor of service")


def test_an_absent_supervisor_is_replaced_by_the_deputy_then_by_others():
    away = PEOPLE | {"wang": person("wang", available=False)}
    assert escalate(MISSED, TEAMS, away).supervisor == "sun"
    both = away | {"sun": person("sun", active=False)}
    assert escalate(MISSED, TEAMS, both).supervisor == "qian"


def test_nobody_follows_up_the_own_case_and_nobody_is_told_twice():
    assert escalate(replace(MISSED, owner="wang"), TEAMS, PEOPLE).supervisor == "sun"
    before = (Escalated(clock="respond", round=1, level=1, supervisor="wang"),)
    again = escalate(replace(MISSED, before=before), TEAMS, PEOPLE)
    assert (again.supervisor, again.level) == ("sun", 2)
    assert escalate(replace(MISSED, before=before, round=2), TEAMS, PEOPLE).supervisor == "wang"


def test_without_any_supervisor_the_queue_is_alarmed():
    answer = escalate(MISSED, {}, {})
    assert answer.supervisor is None
    assert "alarm" in str(answer.reason)
