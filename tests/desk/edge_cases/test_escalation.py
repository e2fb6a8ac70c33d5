"""E33, E34 and E42: each level once, at its due instant, to somebody who is there, at a time that fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.clocks import evaluate
from desk.escalating.choice import Escalated, Missed, escalate, level_of
from desk.escalating.ladder import Step, Whom, next_at, notice_time
from desk.limits.clocklookup import told
from desk.model import Agent, Role, Team
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started

FIRST = Step(level=1, whom=Whom.SUPERVISOR, urgent=True, answer_within=timedelta(hours=1))
SECOND = Step(level=2, whom=Whom.DEPUTY)


def levels(*events, at: str) -> list:
    """When each level comes, unanswered: a warning, who missed it, and who follows an hour later."""
    state = evaluate(list(events), CALENDARS, local(at))
    said = told(state)
    first = said["escalate_at"]
    second = next_at(FIRST, SECOND, first, state, CALENDARS.business) if first else None
    return [said["at"](0.75), first, second]


def test_e33_the_breach_is_the_due_instant_however_late_it_is_seen():
    said = evaluate([started("2024-03-05T09:00", 2, "h")], CALENDARS, local("2024-03-09T00:00"))
    assert said.breached_at == local("2024-03-05T11:00")


def test_e33_after_a_down_time_each_level_has_its_due_instant():
    now = "2024-03-05T12:30"
    assert levels(started("2024-03-05T09:00", 1, "h"), at=now) == [
        local("2024-03-05T09:45"),
        local("2024-03-05T10:00"),
        local("2024-03-05T11:00"),
    ]
    assert levels(started("2024-03-05T09:00", 2, "h"), at=now) == [
        local("2024-03-05T10:30"),
        local("2024-03-05T11:00"),
        local("2024-03-05T12:00"),
    ]


def test_e33_a_level_that_came_never_comes_again_in_its_round():
    missed = Missed(clock="solve", round=1, owner="li", team="service")
    came = Escalated(clock="solve", round=1, level=1, supervisor="zhao")
    assert level_of(missed) == 1
    assert level_of(replace(missed, before=(came,))) == 2
    assert level_of(replace(missed, round=2, before=(came,))) == 1


@pytest.mark.parametrize("last", [made.pause("2024-03-05T10:00"), made.stop("2024-03-05T10:00")])
def test_e33_nothing_escalates_while_a_clock_waits_or_after_it_stopped(last):
    assert levels(started("2024-03-05T09:00", 2, "h"), last, at="2024-03-09T00:00") == [None, None, None]
    state = evaluate([started("2024-03-05T09:00", 2, "h"), last], CALENDARS, local("2024-03-09T00:00"))
    assert next_at(FIRST, SECOND, local("2024-03-05T09:30"), state, CALENDARS.business) is None


def test_e15_a_level_that_became_due_in_a_pause_comes_at_its_end():
    events = [started("2024-03-05T09:00", 1, "h"), made.pause("2024-03-05T10:30"), made.resume("2024-03-05T12:00")]
    assert levels(*events, at="2024-03-05T13:00")[1:] == [local("2024-03-05T10:00"), local("2024-03-05T12:00")]


def test_e33_what_a_shorter_limit_makes_due_comes_no_sooner_than_that_limit():
    state, first = (
        evaluate([started("2024-03-05T09:00", 1, "h")], CALENDARS, local("2024-03-05T13:00")),
        local("2024-03-05T10:00"),
    )
    changed_at = local("2024-03-05T11:20")
    assert next_at(FIRST, SECOND, first, state, CALENDARS.business, changed_at=changed_at) == changed_at


@pytest.mark.parametrize(
    ("urgent", "now", "goes"),
    [
        (False, "2024-03-08T23:10", "2024-03-11T09:00"),
        (True, "2024-03-08T23:10", "2024-03-08T23:10"),
        (False, "2024-03-08T12:30", "2024-03-08T13:30"),
        (False, "2024-03-08T10:00", "2024-03-08T10:00"),
        (False, "2024-03-08T18:00", "2024-03-11T09:00"),
    ],
)
def test_e34_a_notice_waits_for_opening_unless_it_is_urgent(urgent, now, goes):
    assert notice_time(urgent, local(now), CALENDARS.business) == local(goes)


TEAM = Team(key="service", name="客服", name_en="Service", supervisor="zhao", deputy="qian")


def person(login: str, *, available: bool = True, role: Role = Role.SUPERVISOR) -> Agent:
    return Agent(
        login=login,
        name=login,
        shown_as=login,
        role=role,
        team_keys=("service",),
        skills=(),
        language="zh",
        email="",
        active=True,
        available=available,
        capacity=10,
        password_is_temporary=False,
        revision=1,
    )


def follows_up(*people: Agent, owner: str | None = "li", before: tuple[Escalated, ...] = ()):
    missed = Missed(clock="solve", round=1, owner=owner, team="service", before=before)
    answer = escalate(missed, {"service": TEAM}, {one.login: one for one in people})
    return answer.supervisor, answer.reason.code


def test_e42_an_absent_supervisor_is_stood_in_for_by_the_deputy_then_by_the_next_one():
    zhao, qian, sun = person("zhao", available=False), person("qian"), person("sun")
    assert follows_up(zhao, qian, sun) == ("qian", "team_deputy")
    assert follows_up(zhao, person("qian", available=False), sun) == ("sun", "another_supervisor")


def test_e42_nobody_follows_up_their_own_case_or_the_same_clock_twice():
    zhao, qian = person("zhao"), person("qian")
    assert follows_up(zhao, qian, owner="zhao") == ("qian", "team_deputy")
    told = (Escalated(clock="solve", round=1, level=1, supervisor="zhao"),)
    assert follows_up(zhao, qian, before=told) == ("qian", "team_deputy")


def test_e42_without_a_supervisor_all_of_them_are_alarmed():
    assert follows_up(person("zhao", available=False)) == (None, "no_supervisor")
    assert follows_up(person("zhao"), owner="zhao") == (None, "no_supervisor")
