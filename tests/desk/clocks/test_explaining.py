"""Why this due time: steps with numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bpmn.wording import Wording
from desk.calendars import DatedSpans, Layer
from desk.clocks import Cause
from desk.clocks.explaining import explanation
from desk.clocks.retargeting import RetargetClock, recalculate, retarget
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target

CLOSED = DatedSpans(spans=(), name=Wording(en="stock-taking", zh="盘点"))
WITH_CLOSURE = replace(
    CALENDARS,
    business=replace(CALENDARS.business, layers=(Layer(key="organisation", dates={date(2024, 3, 6): CLOSED}),)),
)


def told(events, now: str, calendars=CALENDARS) -> list[tuple]:
    return [(step.code, step.arguments) for step in explanation(events, calendars, local(now))]


def test_start_row_pauses_closed_days_and_the_sum_are_told_in_order():
    events = [
        started("2024-03-05T09:00", 8, "bh", "business", noted="2024-03-05T09:20"),
        made.pause("2024-03-05T10:00"),
        made.pause("2024-03-05T10:30", "parts"),
        made.resume("2024-03-05T11:00"),
        made.resume("2024-03-05T11:30", "parts"),
    ]
    steps = dict(told(events, "2024-03-05T15:00", WITH_CLOSURE))
    assert list(steps) == ["started", "noted_late", "target", "paused", "closed", "due"]
    assert steps["target"]["limit"] == "8 bh"
    assert (steps["paused"]["minutes"], steps["paused"]["reasons"]) == (90, "customer, parts")
    assert (steps["closed"]["date"], steps["closed"]["layer"]) == (date(2024, 3, 6), "organisation")
    assert steps["due"] == {"at": local("2024-03-07T11:00"), "limit_minutes": 480, "paused_minutes": 90}


def test_each_change_of_the_limit_tells_old_and_new_due_instant_and_a_late_pause_that_it_changed_nothing():
    events = [started("2024-03-05T09:00", 3, "wd", "business")]
    order = RetargetClock(by="li", cause=Cause.PRIORITY_RAISED, targets=[target(2, "h")])
    events += retarget(events, order, CALENDARS, local("2024-03-05T12:00"))
    events += [made.pause("2024-03-05T13:00"), made.resume("2024-03-05T14:00"), made.stop("2024-03-05T15:00")]
    steps = dict(told(events, "2024-03-05T16:00"))
    assert (steps["retargeted"]["due_before"], steps["retargeted"]["due_after"]) == (
        local("2024-03-08T18:00"),
        local("2024-03-05T12:30"),
    )
    assert "paused_after_due" in steps
    assert (steps["breached"]["at"], steps["stopped"]["verdict"]) == (local("2024-03-05T12:30"), "late")


@pytest.mark.parametrize(("paused", "code"), [(False, "calendar_edited"), (True, "calendar_edited_paused")])
def test_an_edited_calendar_is_told_as_such_and_not_as_another_limit(paused, code):
    events = [started("2024-03-05T17:00", 8, "bh", "business")] + [made.pause("2024-03-05T17:30")] * paused
    events += recalculate(events, CALENDARS, WITH_CLOSURE, version="2", by="admin", now=local("2024-03-05T17:45"))
    steps = explanation(events, WITH_CLOSURE, local("2024-03-05T17:50"))
    [step] = [step for step in steps if step.code in ("retargeted", code)]
    assert (step.code, str(step).startswith("calendar edited at 2024-03-05 09:45 UTC by admin")) == (code, True)


@pytest.mark.parametrize(("seconds", "told_so"), [(59, False), (60, True)])
def test_only_a_receipt_that_was_noted_a_minute_later_is_called_late(seconds, told_so):
    begun = started("2024-03-05T09:00", 2, "h")
    noted = replace(begun, at=begun.anchored_at + timedelta(seconds=seconds))
    assert ("noted_late" in dict(told([noted], "2024-03-05T10:00"))) is told_so


def test_a_paused_clock_tells_what_remains():
    steps = dict(told([started("2024-03-05T09:00", 2, "h"), made.pause("2024-03-05T10:00")], "2024-03-05T11:00"))
    assert steps["waiting"] == {"reasons": "customer", "remaining_minutes": 60, "at": local("2024-03-05T12:00")}


def test_a_pause_that_goes_on_is_told_as_one_without_an_end_and_in_minutes_that_people_read():
    events = [started("2024-03-05T09:00", 2, "h"), made.pause("2024-03-05T09:30"), made.resume("2024-03-05T09:40")]
    now = local("2024-03-05T10:06") + timedelta(seconds=50.2)
    steps = explanation([*events, made.pause("2024-03-05T10:00")], CALENDARS, now)
    assert [step.code for step in steps] == ["started", "target", "paused", "still_paused", "waiting"]
    assert [str(step) for step in steps[2:4]] == [
        "paused from 2024-03-05 01:30 to 2024-03-05 01:40 UTC for customer: 10 minutes",
        "paused since 2024-03-05 02:00 UTC for customer: 6.8 minutes so far",
    ]


def test_an_instant_over_an_unpublished_year_is_called_provisional():
    unpublished = replace(CALENDARS, business=replace(CALENDARS.business, published=frozenset({2024})))
    codes = [code for code, _ in told([started("2024-12-30T09:00", 5, "wd", "business")], "2024-12-30T09:00", unpublished)]
    assert "provisional" in codes


def test_every_step_is_worded():
    events = [started("2024-03-05T09:00", 2, "h", "business"), made.pause("2024-03-05T10:00"), made.resume("2024-03-05T11:00")]
    office = replace(CALENDARS, business=replace(CALENDARS.business, name=Wording(en="Office hours", zh="办公时间")))
    shown = [str(step) for step in explanation(events, office, local("2024-03-05T13:00"))]
    assert shown == [
        "counts from 2024-03-05 01:00 UTC (received)",
        "2 h in the calendar Office hours (business), by “2 h”; rows considered: 0",
        "paused from 2024-03-05 02:00 to 2024-03-05 03:00 UTC for customer: 60 minutes",
        "due 2024-03-05 04:00 UTC: 120 minutes of the calendar, and 60 of pauses",
        "missed at 2024-03-05 04:00 UTC",
    ]


def test_a_limit_names_the_calendar_as_it_was_called_when_it_was_given():
    berlin = replace(CALENDARS, business=replace(CALENDARS.business, name=Wording(en="Berlin", zh="柏林")))
    later = replace(CALENDARS, business=replace(CALENDARS.business, name=Wording(en="China", zh="中国")))
    events = [
        replace(begun := started("2024-03-05T09:00", 2, "h", "business"), target=replace(begun.target, calendar_version="7"))
    ]
    steps = explanation(events, later, local("2024-03-05T10:00"), as_of=lambda version: {"7": berlin}[version])
    assert [step.arguments["calendar_name"].zh for step in steps if step.code == "target"] == ["柏林"]


def test_a_line_tells_its_instants_in_the_zone_that_is_asked_for():
    steps = explanation([started("2024-03-05T09:00", 2, "h")], CALENDARS, local("2024-03-05T10:00"))
    shown = [step.text(ZoneInfo("Asia/Shanghai")) for step in steps]
    assert shown[0] == "counts from 2024-03-05 09:00 Asia/Shanghai (received)"
    assert shown[-1].startswith("due 2024-03-05 11:00 Asia/Shanghai:")
