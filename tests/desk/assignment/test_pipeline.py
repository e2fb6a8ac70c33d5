"""Who gets a case: eligible, room, known, best score, turn; everybody considered is in the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.assignment import Assignment, Candidate, SkillInvalid, Wanted, preferred, skill_text, skills_of
from desk.assignment import assign as assign_at
from desk.assignment.eligibility import OBSTACLES

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
WANTED = Wanted(team="service", priority="normal")


def assign(wanted: Wanted, people: list[Candidate]) -> Assignment:
    return assign_at(wanted, people, NOON)


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
        ("may_not_read", {"may_read": False}),
        ("on_leave", {"on_leave": True}),
        ("busy", {"busy": True}),
        ("off_shift", {"on_shift": False}),
        ("lacks_level", {"levels": {"complaint": 2}}),
        ("other_line", {"lines": frozenset({"loans"})}),
        ("other_language", {"languages": frozenset({"zh"})}),
        ("not_signed_in", {"signed_in": False}),
        ("away", {"available": False}),
        ("at_capacity", {"load": 9, "capacity": 10}),
        ("engaged", {"engaged": True}),
        ("lacks_skill", {"skills": frozenset({"cards"})}),
        ("excluded", {"login": "accused"}),
    ],
)
def test_who_cannot_take_it_is_listed_with_the_obstacle(obstacle, more):
    asked = {"skill": "complaint", "level": 3, "line": "cards", "language": "en"}
    wanted = replace(WANTED, **asked, avoid=frozenset({"accused"}))
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


def test_whoever_speaks_the_language_serves_the_line_and_has_the_level_gets_it():
    asked = {"skill": "complaint", "level": 4, "line": "cards", "language": "en"}
    abilities = {"skills": frozenset({"complaint"}), "levels": {"complaint": 4}}
    fit = candidate("li", **abilities, lines=frozenset({"cards"}), languages=frozenset({"zh", "en"}))
    assert assign(replace(WANTED, **asked), [candidate("bo"), fit]).assignee == "li"


def test_the_same_customer_keeps_the_same_agent_if_they_have_room():
    people = [candidate("li", load=6), candidate("zhao")]
    answer = assign(replace(WANTED, familiar=("gone", "li")), people)
    assert (answer.assignee, answer.reason.code) == ("li", "knows_customer")
    full = [replace(people[0], load=9), people[1]]
    assert assign(replace(WANTED, familiar=("li",)), full).assignee == "zhao"


def test_reopening_returns_to_the_old_agent_only_if_available_and_still_in_the_team():
    again = replace(WANTED, previous_owner="li", familiar=("li",))
    zhao = candidate("zhao")
    assert assign(again, [candidate("li", load=8), zhao]).assignee == "li"
    for change in ({"available": False}, {"on_shift": False}, {"team_keys": frozenset({"other"})}):
        assert assign(again, [replace(candidate("li"), **change), zhao]).assignee == "zhao", change


def test_what_an_absent_agent_would_get_goes_to_who_stands_in():
    people = [candidate("li", on_leave=True, delegate="zhao"), candidate("bo"), candidate("zhao", load=6)]
    answer = assign(replace(WANTED, previous_owner="li"), people)
    assert (answer.assignee, answer.reason.code, answer.reason.arguments) == ("zhao", "stands_in", {"person": "li"})
    assert str(answer.reason) == "stands in for li, who is on leave"
    away = [people[0], people[1], replace(people[2], available=False)]
    assert assign(replace(WANTED, previous_owner="li"), away).assignee == "bo"


def test_skill_decides_among_the_equally_loaded_and_load_beats_skill():
    wanted = replace(WANTED, skill="complaint")
    novice, master = (
        candidate(login, skills=frozenset({"complaint"}), levels={"complaint": level}) for login, level in (("a", 1), ("b", 5))
    )
    answer = assign(wanted, [novice, master])
    assert (answer.assignee, answer.reason.code) == ("b", "best_score")
    assert {one["login"]: one["points"]["skill"] for one in answer.considered} == {"a": 3, "b": 15}
    assert assign(wanted, [novice, replace(master, load=4)]).assignee == "a"


def test_the_load_is_a_share_of_what_somebody_can_carry():
    answer = assign(WANTED, [candidate("half", load=4, capacity=8), candidate("third", load=5, capacity=15)])
    assert (answer.assignee, answer.reason.code) == ("third", "least_loaded")


def test_equals_take_turns():
    people = {login: candidate(login) for login in ("a", "b", "c")}
    turns = []
    for minute in range(6):
        chosen = assign(WANTED, list(people.values())).assignee or ""
        people[chosen] = replace(people[chosen], last_assigned_at=NOON - timedelta(hours=9) + timedelta(minutes=minute))
        turns.append(chosen)
    assert turns == ["a", "b", "c", "a", "b", "c"]


def test_urgent_cases_beyond_the_capacity_go_to_the_least_overloaded():
    people = [candidate("li", load=19), candidate("zhao", load=13), candidate("bo", load=16)]
    assert assign(replace(WANTED, priority="urgent"), people).assignee == "zhao"


def test_somebody_without_capacity_gets_urgent_cases_only():
    assert assign(WANTED, [candidate("li", capacity=0)]).assignee is None
    assert assign(replace(WANTED, priority="urgent"), [candidate("li", capacity=0)]).assignee == "li"


def test_every_candidate_is_explained_by_an_obstacle_or_by_points():
    answer = assign(WANTED, [candidate("li", load=9), candidate("zhao", last_assigned_at=NOON - timedelta(minutes=40))])
    full, chosen = answer.considered
    assert (full["obstacle"], full["load"], full["capacity"], full["weight"]) == ("at_capacity", 9, 10, 2)
    assert (chosen["score"], chosen["points"], chosen["idle_minutes"]) == (84, {"load": 70, "idle": 5, "skill": 9}, 40)


def test_the_obstacles_above_are_all_that_there_are():
    [mark] = [one for one in test_who_cannot_take_it_is_listed_with_the_obstacle.pytestmark if one.name == "parametrize"]
    assert {obstacle for obstacle, _ in mark.args[1]} == set(OBSTACLES)


def test_who_would_be_chosen_next_follows_in_order_of_points_then_of_turns():
    busy, idle, first = candidate("busy", load=6), candidate("idle"), candidate("first", last_assigned_at=NOON)
    full, other = candidate("full", load=10), replace(candidate("other"), team_keys=frozenset({"elsewhere"}))
    found = preferred(WANTED, [busy, full, first, other, idle], NOON)
    assert [one.login for one in found] == ["idle", "first", "busy"]
    assert preferred(WANTED, [full, other], NOON) == []


def test_skills_are_written_with_their_level_after_a_colon():
    assert skills_of(["complaint:4", "inquiry", " 办理：2 "], {"inquiry": 5}) == {"complaint": 4, "inquiry": 5, "办理": 2}
    assert skills_of(["inquiry"]) == {"inquiry": 3}
    assert [skill_text("a", 3), skill_text("a", 5)] == ["a", "a:5"]


@pytest.mark.parametrize("wrong", ["", "complaint:0", "complaint:6", "complaint:x", ":3", "a:1:2", "x" * 61])
def test_a_skill_that_cannot_be_read_says_what_was_expected(wrong):
    with pytest.raises(SkillInvalid, match="complaint:4"):
        skills_of([wrong])
