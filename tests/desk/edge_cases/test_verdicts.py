"""E40, E43, E44: late from the start, left out, and verdicts as facts."""

from __future__ import annotations

import pytest

from desk.clocks import VoidReason, evaluate
from desk.clocks.decisions import StartClock, start, void
from desk.clocks.errors import ClockNotOver, ClockOver, InstantOutOfOrder
from desk.clocks.verdicts import verdict_of
from desk.limits.clocklookup import told
from desk.model import Verdict
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target

NOW = local("2024-03-09T09:00")


def test_e40_a_request_noted_after_its_limit_is_born_overdue_and_flagged():
    born = evaluate([started("2024-03-05T09:00", 15, "min", noted="2024-03-05T09:30")], CALENDARS, local("2024-03-05T09:30"))
    assert (born.born_overdue, born.breached_at) == (True, local("2024-03-05T09:15"))
    in_time = evaluate([started("2024-03-05T09:00", 15, "min", noted="2024-03-05T09:10")], CALENDARS, local("2024-03-05T10:00"))
    assert (in_time.born_overdue, in_time.verdict) == (False, Verdict.BREACHED)


def test_e40_no_clock_counts_from_the_future():
    order = StartClock(by="li", anchor="received", anchored_at=local("2024-03-05T09:01"), target=target(1, "h"))
    with pytest.raises(InstantOutOfOrder, match="not later than"):
        start(order, local("2024-03-05T09:00"))


@pytest.mark.parametrize("reason", list(VoidReason))
def test_e43_what_is_left_out_says_why_and_nothing_of_it_is_due(reason):
    events = [started("2024-03-05T09:00", 2, "h")]
    events += void("solve", events, reason, by="li", now=local("2024-03-05T10:00"))
    said = evaluate(events, CALENDARS, NOW)
    assert (said.verdict, said.void_reason, said.due_at, said.at(0.75)) == (Verdict.VOID, reason, None, None)
    assert told(said)["escalate_at"] is None
    with pytest.raises(ClockOver, match="is void"):
        void("solve", events, reason, by="li", now=NOW)


def test_e43_a_clock_that_was_stopped_can_be_left_out_later():
    events = [started("2024-03-05T09:00", 2, "h"), made.stop("2024-03-05T10:00")]
    first = verdict_of("solve", evaluate(events, CALENDARS, NOW), by="desk", at=NOW)
    events += void("solve", events, VoidReason.SPAM, by="li", now=NOW)
    second = verdict_of("solve", evaluate(events, CALENDARS, NOW), by="li", at=NOW, why="spam", version=2)
    assert (first.verdict, second.verdict, second.excluded) == (Verdict.ON_TIME, Verdict.VOID, VoidReason.SPAM)


def test_e44_the_verdict_is_a_fact_and_counting_anew_adds_a_version_beside_it():
    events = [started("2024-03-05T09:00", 2, "h"), made.stop("2024-03-05T11:30")]
    first = verdict_of("solve", evaluate(events, CALENDARS, NOW), by="desk", at=NOW)
    assert (first.version, first.verdict, first.due_at) == (1, Verdict.LATE, local("2024-03-05T11:00"))
    mended = [*events[:1], made.pause("2024-03-05T09:30"), made.resume("2024-03-05T10:30"), *events[1:]]
    second = verdict_of("solve", evaluate(mended, CALENDARS, NOW), by="admin", at=NOW, why="pause noted late", version=2)
    assert (second.version, second.verdict, second.why) == (2, Verdict.ON_TIME, "pause noted late")
    assert first.verdict is Verdict.LATE


def test_e44_a_clock_that_runs_has_no_verdict_yet():
    with pytest.raises(ClockNotOver, match="running"):
        verdict_of("solve", evaluate([started("2024-03-05T09:00", 2, "h")], CALENDARS, NOW), by="desk", at=NOW)
