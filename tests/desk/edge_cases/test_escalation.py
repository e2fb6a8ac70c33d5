"""E33, E34 and E42: each level once, at its due instant, to somebody who is there, at a time that fits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.clocks import evaluate
from desk.clocks.ladder import Rung, RungKey, due_rungs, notice_time
from desk.escalating.escalation import Escalated, Missed, escalate
from desk.model import Agent, Role, Team
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started

LADDER = (Rung(level=0, fraction=0.75), Rung(level=1, fraction=1), Rung(level=2, fraction=1, later=timedelta(hours=1)))


def running(at: str, **clocks):
    return {("NR1", name, 1): (evaluate(events, CALENDARS, local(at)), None) for name, events in clocks.items()}


def test_e33_the_breach_is_the_due_instant_however_late_it_is_seen():
    said = evaluate([started("2024-03-05T09:00", 2, "h")], CALENDARS, local("2024-03-09T00:00"))
    assert said.breached_at == local("2024-03-05T11:00")


def test_e33_after_a_down_time_all_is_caught_up_in_due_order_at_due_instants():
    now = "2024-03-05T12:30"
    clocks = running(now, solve=[started("2024-03-05T09:00", 2, "h")], respond=[started("2024-03-05T09:00", 1, "h")])
    found = due_rungs(clocks, LADDER, set(), local(now))
    assert [(rung.key.clock, rung.key.level, rung.at) for rung in found] == [
        ("respond", 0, local("2024-03-05T09:45")),
        ("respond", 1, local("2024-03-05T10:00")),
        ("solve", 0, local("2024-03-05T10:30")),
        ("respond", 2, local("2024-03-05T11:00")),
        ("solve", 1, local("2024-03-05T11:00")),
        ("solve", 2, local("2024-03-05T12:00")),
    ]


def test_e33_a_level_that_was_done_never_comes_again_in_its_round():
    now = "2024-03-05T11:30"
    clocks = running(now, solve=[started("2024-03-05T09:00", 2, "h")])
    done = {RungKey("NR1", "solve", 1, 0), RungKey("NR1", "solve", 1, 1)}
    assert due_rungs(clocks, LADDER, done, local(now)) == ()
    assert [rung.key.level for rung in due_rungs(clocks, LADDER, {RungKey("NR1", "solve", 2, 1)}, local(now))] == [0, 1]


@pytest.mark.parametrize("last", [made.pause("2024-03-05T10:00"), made.stop("2024-03-05T10:00")])
def test_e33_nothing_escalates_while_a_clock_waits_or_after_it_stopped(last):
    now = "2024-03-09T00:00"
    assert due_rungs(running(now, solve=[started("2024-03-05T09:00", 2, "h"), last]), LADDER, set(), local(now)) == ()


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
