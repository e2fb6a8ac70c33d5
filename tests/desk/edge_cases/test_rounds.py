"""E18 to E20: what reopening does to clocks, and resolving and closing. Zone Asia/Shanghai."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.clocks import ClockStopped, evaluate
from desk.clocks.decisions import StopClock, stop
from desk.clocks.errors import ClockOver
from desk.clocks.names import FOLLOW_UP, RESPOND, SOLVE
from desk.clocks.rounds import TIMED_AGAIN, Reopening, ReopeningPolicy, RoundPolicy, next_round, reopening
from desk.clocks.verdicts import verdict_of
from desk.model import Verdict
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target

RECEIVED = started("2024-03-05T09:00", 24, "h")
FIRST_ROUND = [RECEIVED, made.stop("2024-03-06T05:00")]
REOPENED_AT = local("2024-03-07T05:00")


@pytest.mark.parametrize(
    ("policy", "due"),
    [
        (RoundPolicy.RESTART, "2024-03-08T05:00"),
        (RoundPolicy.CONTINUE, "2024-03-07T09:00"),
        (RoundPolicy.NEVER_STOPPED, "2024-03-06T09:00"),
    ],
)
def test_e18_solved_after_20_hours_and_opened_again_after_44_the_policy_says_what_is_left(policy, due):
    events = next_round(FIRST_ROUND, policy, target(24, "h"), by="desk", now=REOPENED_AT)
    assert evaluate(events, CALENDARS, REOPENED_AT).due_at == local(due)


def test_e18_the_first_verdict_is_frozen_whatever_the_next_round_does():
    first = verdict_of(SOLVE, evaluate(FIRST_ROUND, CALENDARS, REOPENED_AT), by="desk", at=REOPENED_AT)
    second = next_round(FIRST_ROUND, RoundPolicy.NEVER_STOPPED, target(24, "h"), by="desk", now=REOPENED_AT)
    assert evaluate(second, CALENDARS, REOPENED_AT).verdict is Verdict.BREACHED
    assert (first.verdict, evaluate(FIRST_ROUND, CALENDARS, REOPENED_AT).verdict) == (Verdict.ON_TIME, Verdict.ON_TIME)


def test_e18_pauses_of_the_first_round_are_kept_when_it_continues():
    first = [RECEIVED, made.pause("2024-03-05T10:00"), made.resume("2024-03-05T12:00"), made.stop("2024-03-06T05:00")]
    events = next_round(first, RoundPolicy.CONTINUE, target(24, "h"), by="desk", now=REOPENED_AT)
    assert evaluate(events, CALENDARS, REOPENED_AT).due_at == local("2024-03-07T11:00")


def test_e18_solved_out_of_a_pause_the_next_round_continues_running():
    first = [RECEIVED, made.pause("2024-03-05T10:00"), made.stop("2024-03-06T05:00")]
    said = evaluate(next_round(first, RoundPolicy.CONTINUE, target(24, "h"), by="desk", now=REOPENED_AT), CALENDARS, REOPENED_AT)
    assert (said.elapsed, said.due_at) == (timedelta(hours=1), local("2024-03-08T04:00"))


def test_e18_what_was_noted_after_the_solution_is_no_part_of_the_next_round():
    first = [RECEIVED, made.pause("2024-03-06T06:00"), made.stop("2024-03-06T05:00", "2024-03-06T08:00")]
    events = next_round(first, RoundPolicy.CONTINUE, target(24, "h"), by="desk", now=REOPENED_AT)
    assert evaluate(events, CALENDARS, REOPENED_AT).due_at == local("2024-03-07T09:00")


def test_e18_the_first_response_is_not_timed_again():
    assert frozenset({SOLVE, FOLLOW_UP}) == TIMED_AGAIN
    assert RESPOND not in TIMED_AGAIN


@pytest.mark.parametrize(
    ("replied", "round", "expected"),
    [
        ("2024-03-12T09:00", 1, Reopening.NEW_ROUND),
        ("2024-03-12T09:01", 1, Reopening.NEW_CASE),
        ("2024-03-12T09:01", 3, Reopening.NEW_CASE),
        ("2024-03-06T09:00", 2, Reopening.NEW_ROUND),
        ("2024-03-06T09:00", 3, Reopening.ASK_SUPERVISOR),
    ],
)
def test_e19_a_reply_after_the_window_opens_a_new_case_and_one_too_many_asks_a_person(replied, round, expected):
    policy = ReopeningPolicy(window=timedelta(days=7), most_rounds=3)
    assert reopening(local("2024-03-05T09:00"), local(replied), round=round, policy=policy) is expected


def test_e20_closing_what_was_solved_changes_nothing_about_the_solution():
    before = evaluate(FIRST_ROUND, CALENDARS, local("2024-03-06T05:00"))
    closing = StopClock(by="desk", what="closed", done_at=local("2024-03-09T05:00"))
    with pytest.raises(ClockOver, match="solve is stopped"):
        stop(SOLVE, FIRST_ROUND, closing, local("2024-03-09T05:00"))
    after = evaluate(FIRST_ROUND, CALENDARS, local("2024-03-09T05:00"))
    assert (after.elapsed, after.verdict, after.stopped) == (before.elapsed, before.verdict, FIRST_ROUND[-1])
    assert isinstance(after.stopped, ClockStopped)
