"""E10 to E15, E21 to E26, E35: what a running clock says when it waits and when its limit changes. Zone Asia/Shanghai."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bpmn.wording import Wording
from desk.calendars import DatedSpans, Layer
from desk.clocks import Calendars, Cause, ClockPhase, ClockRetargeted, ClockVoided, DueRule, VoidReason, evaluate
from desk.clocks.decisions import PauseClock, ResumeClock, StopClock, pause, resume, resume_reached, stop
from desk.clocks.errors import PausePolicyInvalid, PauseReasonUnknown
from desk.clocks.pausing import DEFAULT_PAUSES, PauseReason, pause_policy
from desk.clocks.retargeting import RetargetClock, recalculate, retarget
from desk.clocks.teams import hand_over
from desk.errors import RightMissing
from desk.limits.clocklookup import told
from desk.model import Verdict
from engine.errors import ReasonMissing
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target


def state(events, at: str):
    return evaluate(events, CALENDARS, local(at))


def order(cause: Cause, *targets, **more) -> RetargetClock:
    return RetargetClock(by="li", cause=cause, targets=targets, **more)


PAUSED_A_DAY = [made.pause("2024-03-05T10:00"), made.resume("2024-03-06T10:00")]


def test_e10_a_pause_counts_in_the_calendar_time_of_its_clock():
    said = state([started("2024-03-05T09:00", 8, "h", "business"), *PAUSED_A_DAY], "2024-03-06T11:00")
    assert said.paused_total == timedelta(minutes=450)
    assert said.due_at == local("2024-03-07T09:30")
    around_the_clock = state([started("2024-03-05T09:00", 8, "h"), *PAUSED_A_DAY], "2024-03-06T11:00")
    assert (around_the_clock.paused_total, around_the_clock.due_at) == (timedelta(days=1), local("2024-03-06T17:00"))


def test_e11_overlapping_pauses_are_a_union():
    events = [
        started("2024-03-05T09:00", 8, "h", "business"),
        made.pause("2024-03-05T10:00"),
        made.pause("2024-03-05T15:00", "third_party"),
        made.resume("2024-03-05T17:00"),
        made.resume("2024-03-06T10:00", "third_party"),
    ]
    assert state(events, "2024-03-06T11:00").due_at == local("2024-03-07T09:30")


@pytest.mark.parametrize("clock", ["solve", "transfer", "team:technical:1"])
@pytest.mark.parametrize("reason", ["customer", "third_party", "appointment", "parts"])
def test_e13_waiting_pauses_what_times_the_solution(clock, reason):
    assert DEFAULT_PAUSES.pauses(reason, clock)


@pytest.mark.parametrize("clock", ["respond", "next_response", "pickup", "follow_up", "feedback"])
@pytest.mark.parametrize("reason", list(PauseReason))
def test_e13_waiting_never_pauses_an_answer_that_we_owe(clock, reason):
    assert not DEFAULT_PAUSES.pauses(reason, clock)
    waiting = PauseClock(by="li", reason=reason, until=local("2024-03-06T10:00"))
    assert pause(clock, [started("2024-03-05T09:00", 1, "h")], waiting, DEFAULT_PAUSES, local("2024-03-05T09:10")) == []


def test_e13_waiting_for_another_team_of_ours_rests_the_asking_team_only():
    assert [DEFAULT_PAUSES.pauses("internal", clock) for clock in ("solve", "team:service:1")] == [False, True]


def test_e13_the_policy_can_be_changed_but_not_to_pause_an_answer():
    policy = pause_policy(
        [{"reason": "parts", "clock": "solve", "pauses": False}, {"reason": "bank", "clock": "solve", "pauses": True}]
    )
    assert [policy.pauses(reason, "solve") for reason in ("parts", "bank", "customer")] == [False, True, True]
    with pytest.raises(PausePolicyInvalid, match="answer that we owe"):
        pause_policy([{"reason": "customer", "clock": "respond", "pauses": True}])
    with pytest.raises(PauseReasonUnknown, match="'moon'"):
        policy.pauses("moon", "solve")


def test_e14_a_paused_clock_is_stopped_in_one_step():
    events = [started("2024-03-05T09:00", 24, "h"), made.pause("2024-03-05T10:00")]
    events += stop(
        "solve", events, StopClock(by="li", what="resolved", done_at=local("2024-03-08T10:00")), local("2024-03-08T10:00")
    )
    said = state(events, "2024-04-01T10:00")
    assert (said.phase, said.verdict, said.elapsed) == (ClockPhase.STOPPED, Verdict.ON_TIME, timedelta(hours=1))


def test_e15_nothing_is_due_while_it_is_paused_and_what_remains_is_frozen():
    events = [started("2024-03-05T09:00", 2, "h"), made.pause("2024-03-05T10:00", until="2024-03-07T09:00")]
    for later in ("2024-03-05T10:30", "2024-03-06T23:00", "2024-06-01T00:00"):
        said = state(events, later)
        assert (said.due_at, said.at(0.75), said.before(timedelta(minutes=5))) == (None, None, None)
        assert (said.remaining, said.verdict) == (timedelta(hours=1), Verdict.RUNNING)
    assert said.paused_until == local("2024-03-07T09:00")
    events += resume("solve", events, ResumeClock(by="li", because="customer_message"), local("2024-03-06T10:00"))
    assert state(events, "2024-03-06T10:00").due_at == local("2024-03-06T11:00")


def test_e15_a_pause_ends_at_its_date_however_late_that_is_seen():
    events = [started("2024-03-05T09:00", 2, "h"), made.pause("2024-03-05T10:00", until="2024-03-06T09:00")]
    assert resume_reached(events, by="desk", now=local("2024-03-06T08:59")) == []
    events += resume_reached(events, by="desk", now=local("2024-03-06T15:00"))
    assert state(events, "2024-03-06T15:00").breached_at == local("2024-03-06T10:00")


LOW_FROM_NINE = started("2024-03-05T09:00", 3, "wd", "business")


@pytest.mark.parametrize(
    ("rule", "due"),
    [(None, "2024-03-05T12:30"), (DueRule.FROM_RECEIPT, "2024-03-05T11:00"), (DueRule.FROM_CHANGE, "2024-03-05T14:00")],
)
def test_e21_priority_raised_after_three_hours_leaves_half_an_hour(rule, due):
    now = local("2024-03-05T12:00")
    [raised] = retarget([LOW_FROM_NINE], order(Cause.PRIORITY_RAISED, target(2, "h"), rule=rule), CALENDARS, now)
    assert (raised.due_before, raised.due_after) == (local("2024-03-08T18:00"), local(due))
    assert evaluate([LOW_FROM_NINE, raised], CALENDARS, now).due_at == local(due)


def test_e21_the_new_limit_from_receipt_holds_when_that_is_later():
    now = local("2024-03-05T09:10")
    [raised] = retarget([LOW_FROM_NINE], order(Cause.PRIORITY_RAISED, target(2, "h")), CALENDARS, now)
    assert raised.due_after == local("2024-03-05T11:00")


def test_e21_pauses_so_far_count_for_the_new_limit():
    events = [LOW_FROM_NINE, made.pause("2024-03-05T09:30"), made.resume("2024-03-05T11:30")]
    [raised] = retarget(events, order(Cause.PRIORITY_RAISED, target(2, "h")), CALENDARS, local("2024-03-05T12:00"))
    assert raised.due_after == local("2024-03-05T13:00")


def test_e21_raised_while_paused_the_grace_begins_when_it_goes_on():
    events = [LOW_FROM_NINE, made.pause("2024-03-05T11:30")]
    events += retarget(events, order(Cause.PRIORITY_RAISED, target(2, "h")), CALENDARS, local("2024-03-05T12:00"))
    assert state(events, "2024-03-05T12:00").due_at is None
    events.append(made.resume("2024-03-05T15:00"))
    assert state(events, "2024-03-05T15:00").due_at == local("2024-03-05T15:30")


@pytest.mark.parametrize(
    ("at", "due"), [("10:20", "10:35"), ("10:44", "10:59"), ("10:50", "11:00"), ("10:59", "11:00"), ("11:30", "11:00")]
)
def test_e21_a_raise_never_gives_more_time_than_was_left(at, due):
    events = [started("2024-03-05T10:00", 1, "h")]
    now = local(f"2024-03-05T{at}")
    [raised] = retarget(events, order(Cause.PRIORITY_RAISED, target(15, "min")), CALENDARS, now)
    assert raised.due_after == local(f"2024-03-05T{due}")


def test_e21_what_was_left_while_it_waits_is_all_that_is_left_when_it_goes_on():
    events = [started("2024-03-05T10:00", 1, "h"), made.pause("2024-03-05T10:50")]
    events += retarget(events, order(Cause.PRIORITY_RAISED, target(20, "min")), CALENDARS, local("2024-03-05T12:00"))
    events.append(made.resume("2024-03-05T15:00"))
    assert state(events, "2024-03-05T15:00").due_at == local("2024-03-05T15:10")


def test_e21_a_raise_to_rows_that_promise_more_time_changes_nothing():
    events = [started("2024-03-05T10:00", 1, "h")]
    assert retarget(events, order(Cause.PRIORITY_RAISED, target(4, "h")), CALENDARS, local("2024-03-05T10:10")) == []


def test_e21_a_limit_in_another_calendar_is_never_later_than_the_old_one():
    friday_evening = [started("2024-03-08T17:00", 24, "h")]
    [raised] = retarget(
        friday_evening, order(Cause.PRIORITY_RAISED, target(1, "bh", "business")), CALENDARS, local("2024-03-09T16:50")
    )
    assert raised.due_after <= local("2024-03-09T17:00")


def test_e21_a_breach_that_the_change_itself_made_says_so():
    now = local("2024-03-05T12:00")
    raised = retarget([LOW_FROM_NINE], order(Cause.PRIORITY_RAISED, target(2, "h"), rule=DueRule.FROM_RECEIPT), CALENDARS, now)
    said = state([LOW_FROM_NINE, *raised, made.stop("2024-03-05T12:05")], "2024-03-06T00:00")
    assert (said.verdict, said.breached_at, said.breach_cause) == (
        Verdict.LATE,
        local("2024-03-05T11:00"),
        Cause.PRIORITY_RAISED,
    )


def test_e22_priority_lowered_moves_the_due_instant_out():
    events = [started("2024-03-05T09:00", 24, "h")]
    lowered = order(Cause.PRIORITY_LOWERED, target(3, "wd", "business"), note="客户不急", may_lower=True)
    [change] = retarget(events, lowered, CALENDARS, local("2024-03-05T15:00"))
    assert (change.due_after, change.note) == (local("2024-03-08T18:00"), "客户不急")


def test_e22_a_breach_that_passed_stays_when_the_priority_is_lowered():
    events = [started("2024-03-05T09:00", 2, "h")]
    lowered = order(Cause.PRIORITY_LOWERED, target(3, "wd", "business"), note="客户不急", may_lower=True)
    events += retarget(events, lowered, CALENDARS, local("2024-03-05T15:00"))
    said = state([*events, made.stop("2024-03-05T16:00")], "2024-03-05T17:00")
    assert (said.verdict, said.breached_at, said.breach_cause) == (Verdict.LATE, local("2024-03-05T11:00"), None)


def test_e22_lowering_needs_a_reason_and_the_right():
    events, low = [started("2024-03-05T09:00", 2, "h")], target(3, "wd", "business")
    with pytest.raises(ReasonMissing):
        retarget(events, order(Cause.PRIORITY_LOWERED, low, may_lower=True), CALENDARS, local("2024-03-05T10:00"))
    with pytest.raises(RightMissing, match="li may not lower"):
        retarget(events, order(Cause.PRIORITY_LOWERED, low, note="why not"), CALENDARS, local("2024-03-05T10:00"))


@pytest.mark.parametrize("cause", [Cause.TYPE_CHANGED, Cause.CUSTOMER_CHANGED, Cause.TIER_CHANGED])
def test_e23_another_type_customer_or_tier_counts_like_a_raise_and_the_strictest_row_wins(cause):
    now = local("2024-03-05T12:00")
    [change] = retarget([LOW_FROM_NINE], order(cause, target(48, "h"), target(2, "h")), CALENDARS, now)
    assert (change.due_after, change.target.source) == (local("2024-03-05T12:30"), "2 h")


@pytest.mark.parametrize("cause", [Cause.TYPE_CHANGED, Cause.TIER_CHANGED])
@pytest.mark.parametrize(("limit", "due"), [(30, "2024-03-05T11:00"), (48 * 60, "2024-03-07T09:00")])
def test_e23_what_was_missed_stays_missed_whatever_the_case_becomes(cause, limit, due):
    events = [started("2024-03-05T09:00", 2, "h")]
    another = order(cause, target(limit, "min"), note="误判", may_lower=True)
    events += retarget(events, another, CALENDARS, local("2024-03-05T11:20"))
    said = state(events, "2024-03-05T11:20")
    assert (said.due_at, said.breached_at, said.breach_cause) == (local(due), local("2024-03-05T11:00"), None)


@pytest.mark.parametrize("cause", [Cause.TYPE_CHANGED, Cause.TIER_CHANGED, Cause.TAGS_CHANGED])
def test_e23_another_class_that_gives_more_time_needs_the_right_like_a_lower_priority(cause):
    events, now = [started("2024-03-05T09:00", 2, "h")], local("2024-03-05T10:00")
    with pytest.raises(RightMissing, match="give more time"):
        retarget(events, order(cause, target(8, "h"), note="误判"), CALENDARS, now)
    assert retarget(events, order(cause, target(1, "h"), note="误判"), CALENDARS, now)


def test_e23_what_has_no_limit_any_more_is_void_and_nothing_is_due():
    events = [started("2024-03-05T09:00", 2, "h")]
    now = local("2024-03-05T10:00")
    with pytest.raises(RightMissing):
        retarget(events, order(Cause.TYPE_CHANGED, note="误判"), CALENDARS, now)
    assert retarget(events, order(Cause.PRIORITY_RAISED, note="急"), CALENDARS, now) == []
    events += retarget(events, order(Cause.TYPE_CHANGED, note="误判", may_lower=True), CALENDARS, now)
    assert isinstance(events[-1], ClockVoided)
    assert events[-1].reason is VoidReason.NO_TARGET
    assert (state(events, "2024-03-06T00:00").due_at, state(events, "2024-03-06T00:00").verdict) == (None, Verdict.VOID)


def test_e24_each_assignment_has_a_clock_of_its_team_and_the_customers_goes_on():
    clocks = {"solve": [started("2024-03-05T09:00", 24, "h")]}

    def assign(team: str, at: str) -> None:
        for name, events in hand_over(clocks, team, target(4, "bh", "business"), by="desk", now=local(at)).items():
            clocks[name] = [*clocks.get(name, []), *events]

    assign("service", "2024-03-05T09:00")
    assign("technical", "2024-03-05T10:00")
    assign("service", "2024-03-05T11:00")
    assert list(clocks) == ["solve", "team:service:1", "team:technical:1", "team:service:2"]
    now = "2024-03-05T11:30"
    assert [state(events, now).elapsed for events in clocks.values()] == [
        timedelta(minutes=150),
        timedelta(hours=1),
        timedelta(hours=1),
        timedelta(minutes=30),
    ]
    assert state(clocks["solve"], now).due_at == local("2024-03-06T09:00")


def test_e25_a_case_keeps_its_policy_until_it_is_applied_to_open_cases():
    events = [started("2024-03-05T09:00", 24, "h")]
    new = target(8, "h", policy_version="2")
    assert state(events, "2024-03-05T10:00").due_at == local("2024-03-06T09:00")
    [applied] = retarget(events, order(Cause.POLICY_APPLIED, new), CALENDARS, local("2024-03-05T10:00"))
    assert (applied.due_before, applied.due_after) == (local("2024-03-06T09:00"), local("2024-03-05T17:00"))
    again = retarget([*events, applied], order(Cause.POLICY_APPLIED, new), CALENDARS, local("2024-03-05T11:00"))
    assert again == []


def test_e25_without_a_policy_nothing_escalates_any_more():
    events = [started("2024-03-05T09:00", 24, "h")]
    events += retarget(events, order(Cause.POLICY_APPLIED), CALENDARS, local("2024-03-05T10:00"))
    said = state(events, "2024-03-09T00:00")
    assert (told(said)["escalate_at"], told(said)["at"](0.75)) == (None, None)
    assert (said.verdict, said.breached_at) == (Verdict.VOID, None)


def closed_on_the_sixth() -> Calendars:
    closed = DatedSpans(spans=(), name=Wording(en="stock-taking", zh="盘点"))
    layer = Layer(key="organisation", dates={date(2024, 3, 6): closed})
    return replace(CALENDARS, business=replace(CALENDARS.business, layers=(layer,)))


EIGHT_FROM_FIVE = started("2024-03-05T17:00", 8, "bh", "business")


def test_e26_an_edited_calendar_moves_open_clocks_and_logs_old_and_new():
    now = local("2024-03-05T17:30")
    [moved] = recalculate([EIGHT_FROM_FIVE], CALENDARS, closed_on_the_sixth(), version="2", by="admin", now=now)
    assert (moved.due_before, moved.due_after) == (local("2024-03-06T17:30"), local("2024-03-07T17:30"))
    assert (moved.cause, moved.target.calendar_version) == (Cause.CALENDAR_EDITED, "2")


def test_e26_an_edited_calendar_moves_paused_clocks_too():
    events = [EIGHT_FROM_FIVE, made.pause("2024-03-05T17:30")]
    events += recalculate(events, CALENDARS, closed_on_the_sixth(), version="2", by="admin", now=local("2024-03-05T17:45"))
    assert isinstance(events[-1], ClockRetargeted)
    events.append(made.resume("2024-03-05T18:00"))
    said = evaluate(events, closed_on_the_sixth(), local("2024-03-05T18:00"))
    assert said.due_at == local("2024-03-07T18:00")


def test_e26_an_edited_calendar_never_moves_what_is_over_or_untouched():
    over = [EIGHT_FROM_FIVE, made.stop("2024-03-06T10:00")]
    earlier = [started("2024-03-04T09:00", 4, "bh", "business")]
    for events in (over, earlier):
        now = local("2024-03-06T11:00")
        assert recalculate(events, CALENDARS, closed_on_the_sixth(), version="2", by="admin", now=now) == []


def test_e26_the_grace_of_a_raise_stays_when_the_calendar_is_edited():
    events = [started("2024-03-05T09:00", 3, "wd", "business")]
    raised = order(Cause.PRIORITY_RAISED, target(1, "bh", "business"))
    events += retarget(events, raised, CALENDARS, local("2024-03-05T17:50"))
    assert state(events, "2024-03-05T17:50").due_at == local("2024-03-06T09:20")
    events += recalculate(events, CALENDARS, closed_on_the_sixth(), version="2", by="admin", now=local("2024-03-05T17:55"))
    assert evaluate(events, closed_on_the_sixth(), local("2024-03-05T17:55")).due_at == local("2024-03-07T09:20")


def test_e35_the_warning_is_at_three_quarters_of_the_calendar_target():
    assert state([started("2024-03-05T09:00", 24, "h")], "2024-03-05T09:00").at(0.75) == local("2024-03-06T03:00")
    paused = state([started("2024-03-05T09:00", 8, "h", "business"), *PAUSED_A_DAY], "2024-03-06T11:00")
    assert paused.at(0.75) == local("2024-03-06T16:30")


def test_e35_an_offset_before_the_due_instant_is_calendar_time_and_not_before_the_start():
    said = state([started("2024-03-05T17:00", 4, "bh", "business")], "2024-03-05T17:00")
    assert said.due_at == local("2024-03-06T12:00")
    assert said.before(timedelta(hours=2)) == local("2024-03-06T10:00")
    assert said.before(timedelta(hours=4)) == said.before(timedelta(hours=40)) == local("2024-03-05T17:00")
