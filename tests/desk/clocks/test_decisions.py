"""What may be done to a clock, and what is refused by name."""

from __future__ import annotations

import pytest

from desk.clocks import CLOCK_MOVES, Cause, ClockPaused, ClockPhase, ClockResumed, ClockVoided, VoidReason, evaluate
from desk.clocks.decisions import DATE_CHANGED, PauseClock, ResumeClock, StopClock, is_over, pause, resume, stop
from desk.clocks.errors import ClockHistoryInvalid, ClockNotPaused, ClockOver, ClockPausedAlready, InstantOutOfOrder
from desk.clocks.pausing import DEFAULT_PAUSES
from desk.clocks.retargeting import RULES, RetargetClock, retarget
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target

NOW = local("2024-03-05T10:00")
RUNNING = [started("2024-03-05T09:00", 2, "h")]
PAUSED = [*RUNNING, made.pause("2024-03-05T09:30", until="2024-03-06T09:00")]
STOPPED = [*RUNNING, made.stop("2024-03-05T09:30")]
VOID = [*RUNNING, ClockVoided(at=local("2024-03-05T09:30"), by="li", reason=VoidReason.SPAM)]


def waiting(until: str = "2024-03-06T09:00", reason: str = "customer") -> PauseClock:
    return PauseClock(by="li", reason=reason, until=local(until))


GO_ON = ResumeClock(by="li", because="by_hand")


@pytest.mark.parametrize("phase", list(ClockPhase))
@pytest.mark.parametrize("to", list(ClockPhase))
def test_a_clock_moves_as_its_table_says_and_never_otherwise(phase, to):
    events = dict(zip(ClockPhase, (RUNNING, PAUSED, STOPPED, VOID), strict=True))[phase]
    happened = {
        ClockPhase.RUNNING: made.resume("2024-03-05T10:00"),
        ClockPhase.PAUSED: made.pause("2024-03-05T10:00"),
        ClockPhase.STOPPED: made.stop("2024-03-05T10:00"),
        ClockPhase.VOID: ClockVoided(at=NOW, by="li", reason=VoidReason.MERGED),
    }[to]
    if to in CLOCK_MOVES[phase]:
        assert evaluate([*events, happened], CALENDARS, NOW).phase is to
    else:
        with pytest.raises(ClockHistoryInvalid):
            evaluate([*events, happened], CALENDARS, NOW)


@pytest.mark.parametrize(("events", "state"), [(STOPPED, "stopped"), (VOID, "void")])
def test_what_is_over_is_neither_paused_nor_resumed_nor_stopped(events, state):
    assert is_over(events)
    with pytest.raises(ClockOver, match=f"solve is {state}"):
        pause("solve", events, waiting(), DEFAULT_PAUSES, NOW)
    with pytest.raises(ClockOver):
        resume("solve", events, GO_ON, NOW)
    with pytest.raises(ClockOver):
        stop("solve", events, StopClock(by="li", what="resolved", done_at=NOW), NOW)


def test_a_wait_needs_a_date_to_come():
    with pytest.raises(InstantOutOfOrder, match="must be after"):
        pause("solve", RUNNING, waiting("2024-03-05T10:00"), DEFAULT_PAUSES, NOW)


def test_the_same_wait_twice_is_refused_and_with_another_date_moves_it():
    with pytest.raises(ClockPausedAlready, match="for customer already"):
        pause("solve", PAUSED, waiting(), DEFAULT_PAUSES, NOW)
    moved = pause("solve", PAUSED, waiting("2024-03-07T09:00"), DEFAULT_PAUSES, NOW)
    assert [type(event) for event in moved] == [ClockResumed, ClockPaused]
    assert moved[0].because == DATE_CHANGED
    before, after = evaluate(PAUSED, CALENDARS, NOW), evaluate([*PAUSED, *moved], CALENDARS, NOW)
    assert (after.remaining, after.due_if_resumed) == (before.remaining, before.due_if_resumed)
    assert after.paused_until == local("2024-03-07T09:00")


def test_resuming_ends_one_wait_or_all_and_needs_one():
    both = [*PAUSED, made.pause("2024-03-05T09:40", "parts")]
    assert [event.reason for event in resume("solve", both, GO_ON, NOW)] == ["customer", "parts"]
    one = ResumeClock(by="li", because="by_hand", reason="parts")
    assert evaluate([*both, *resume("solve", both, one, NOW)], CALENDARS, NOW).phase is ClockPhase.PAUSED
    with pytest.raises(ClockNotPaused, match="isn't paused for parts"):
        resume("solve", PAUSED, one, NOW)
    with pytest.raises(ClockNotPaused, match="isn't paused;"):
        resume("solve", RUNNING, GO_ON, NOW)


def test_nothing_was_done_in_the_future():
    with pytest.raises(InstantOutOfOrder, match="not later than"):
        stop("solve", RUNNING, StopClock(by="li", what="resolved", done_at=local("2024-03-05T10:01")), NOW)


def test_every_cause_has_its_rule_and_an_over_clock_keeps_its_limit():
    assert set(RULES) == set(Cause)
    for events in (STOPPED, VOID):
        order = RetargetClock(by="li", cause=Cause.PRIORITY_RAISED, targets=[target(1, "h")])
        assert retarget(events, order, CALENDARS, NOW) == []
