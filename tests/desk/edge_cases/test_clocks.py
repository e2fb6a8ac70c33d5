"""E10 to E46 as far as they are rules of clocks; golden values from docs of the field, see each test. Zone Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from desk.calendars import AroundTheClock, Limit, weekly_hours
from desk.clocks import (
    Calendars,
    Cause,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    DueRule,
    ServiceTarget,
    evaluate,
)
from desk.model import Verdict

ZONE = ZoneInfo("Asia/Shanghai")
CALENDARS = Calendars(
    around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def target(amount: int, unit: str, calendar: str = "24x7") -> ServiceTarget:
    return ServiceTarget(limit=Limit(amount=Fraction(amount), unit=unit), calendar=calendar, source="row")


def started(at: str, amount: int, unit: str, calendar: str = "24x7") -> ClockStarted:
    return ClockStarted(at=local(at), by="desk", anchor="received", anchored_at=local(at), target=target(amount, unit, calendar))


def pause(at: str, reason: str = "customer") -> ClockPaused:
    return ClockPaused(at=local(at), by="li", reason=reason)


def resume(at: str, reason: str = "customer") -> ClockResumed:
    return ClockResumed(at=local(at), by="li", reason=reason, because="customer_message")


def test_e10_a_pause_counts_in_the_calendar_time_of_its_clock():
    events = [started("2024-03-05T09:00", 8, "h", "business"), pause("2024-03-05T10:00"), resume("2024-03-06T10:00")]
    state = evaluate(events, CALENDARS, local("2024-03-06T11:00"))
    assert state.paused_total == timedelta(minutes=450)
    assert state.due_at == local("2024-03-07T09:30")


def test_e11_overlapping_pauses_are_a_union():
    events = [
        started("2024-03-05T09:00", 8, "h", "business"),
        pause("2024-03-05T10:00"),
        pause("2024-03-05T15:00", "third_party"),
        resume("2024-03-05T17:00"),
        resume("2024-03-06T10:00", "third_party"),
    ]
    assert evaluate(events, CALENDARS, local("2024-03-06T11:00")).due_at == local("2024-03-07T09:30")


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (DueRule.GRACE, "2024-03-05T12:30"),
        (DueRule.FROM_RECEIPT, "2024-03-05T11:00"),
        (DueRule.FROM_CHANGE, "2024-03-05T14:00"),
    ],
)
def test_e21_priority_raised_leaves_half_an_hour_of_grace(rule, due):
    raised = ClockRetargeted(at=local("2024-03-05T12:00"), by="li", target=target(2, "h"), cause=Cause.PRIORITY_RAISED, rule=rule)
    events = [started("2024-03-05T09:00", 3, "wd", "business"), raised]
    assert evaluate(events, CALENDARS, local("2024-03-05T12:00")).due_at == local(due)


def test_e14_a_paused_clock_is_stopped_in_one_step():
    stop = ClockStopped(at=local("2024-03-08T10:00"), by="li", done_at=local("2024-03-08T10:00"), what="resolved")
    events = [started("2024-03-05T09:00", 24, "h"), pause("2024-03-05T10:00"), stop]
    state = evaluate(events, CALENDARS, local("2024-04-01T10:00"))
    assert (state.verdict, state.elapsed) == (Verdict.ON_TIME, timedelta(hours=1))
