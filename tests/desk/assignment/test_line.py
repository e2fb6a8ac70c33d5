"""The line of a team: its order, and who takes which case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desk.assignment import Candidate, Wanted
from desk.assignment.line import WaitingCase, in_order, takers

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def waiting(number: str, priority: str = "normal", *, minutes: int = 10, **wanted) -> WaitingCase:
    at = NOON - timedelta(minutes=minutes)
    return WaitingCase(number=number, wanted=Wanted(team="service", priority=priority, **wanted), received_at=at, since=at)


def agent(login: str, **more) -> Candidate:
    return Candidate(login=login, team_keys=frozenset({"service"}), **more)


def test_the_highest_priority_comes_first_then_the_oldest():
    cases = [
        waiting("low", "low", minutes=90),
        waiting("new"),
        waiting("old", minutes=60),
        waiting("urgent", "urgent", minutes=1),
    ]
    assert [one.number for one in in_order(cases, NOON)] == ["urgent", "old", "new", "low"]


def test_a_low_case_that_waited_for_hours_comes_before_newer_normal_ones_and_never_before_urgent_ones():
    cases = [waiting("new"), waiting("low", "low", minutes=241), waiting("urgent", "urgent", minutes=1)]
    assert [one.number for one in in_order(cases, NOON)] == ["urgent", "low", "new"]
    assert [one.number for one in in_order(cases, NOON - timedelta(minutes=2))] == ["urgent", "new", "low"]


def test_a_case_that_nobody_can_take_holds_back_no_other():
    cases = [waiting("first", skill="rare", minutes=60), *(waiting(f"no{minutes}", minutes=minutes) for minutes in (30, 20, 10))]
    assert [(one.number, login) for one, login in takers(cases, [agent("li", load=6)], NOON)] == [("no30", "li"), ("no20", "li")]


def test_a_smaller_case_takes_the_room_that_a_bigger_one_cannot_use():
    cases = [waiting("normal", minutes=60), waiting("low", "low")]
    assert [one.number for one, _ in takers(cases, [agent("li", load=9)], NOON)] == ["low"]


def test_the_line_is_shared_out_evenly():
    cases = [waiting(f"no{number}", minutes=60 - number) for number in range(6)]
    shares = [login for _, login in takers(cases, [agent("li"), agent("zhao"), agent("bo")], NOON)]
    assert {login: shares.count(login) for login in shares} == {"li": 2, "zhao": 2, "bo": 2}
