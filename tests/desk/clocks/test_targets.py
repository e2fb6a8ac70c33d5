"""Which instants follow from target rows, and which verdict from an instant."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.calendars import AroundTheClock, weekly_hours
from desk.clocks import Anchors, Calendars, strictest_targets, verdict, with_default_transfer
from desk.limits.limit_errors import TargetRowInvalid
from desk.model import Verdict

ZONE = ZoneInfo("Asia/Shanghai")
CALENDARS = Calendars(
    around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def row(clock: str, amount: object, unit: str, **more: object) -> dict[str, object]:
    return {"clock": clock, "amount": amount, "unit": unit, "source": f"{clock} {amount} {unit}", **more}


def due(rows, received: str, **anchors) -> dict[str, datetime]:
    targets = strictest_targets(rows, Anchors(received_at=local(received), **anchors), CALENDARS)
    return {name: target.due_at for name, target in targets.clocks.items()}


def test_urgent_limits_run_on_a_public_holiday():
    assert due([row("respond", 15, "min"), row("solve", 2, "h")], "2023-10-01T09:30") == {
        "respond": local("2023-10-01T09:45"),
        "solve": local("2023-10-01T11:30"),
    }


def test_normal_limits_run_around_the_clock():
    assert due([row("respond", 1, "h"), row("solve", 24, "h")], "2023-10-01T10:15") == {
        "respond": local("2023-10-01T11:15"),
        "solve": local("2023-10-02T10:15"),
    }


def test_low_priority_is_due_at_the_end_of_the_third_working_day():
    assert due([row("solve", 3, "wd")], "2023-10-01T10:15") == {"solve": local("2023-10-04T18:00")}


def test_the_strictest_instant_wins_whatever_the_units_and_all_rows_are_kept():
    rows = [row("solve", 3, "wd"), row("solve", 48, "h"), row("solve", 24, "h", calendar="business")]
    targets = strictest_targets(rows, Anchors(received_at=local("2024-03-05T09:00")), CALENDARS)
    assert targets.clocks["solve"].due_at == local("2024-03-07T09:00")
    assert [one["won"] for one in targets.considered] == [False, True, False]
    assert [one["limit"] for one in targets.considered] == ["3 wd", "48 h", "24 h"]


def test_the_warning_comes_at_three_quarters_of_the_calendar_target():
    targets = strictest_targets([row("solve", 24, "h")], Anchors(received_at=local("2024-03-05T09:00")), CALENDARS)
    assert targets.clocks["solve"].warn_at == local("2024-03-06T03:00")
    rows = [row("solve", 4, "h", calendar="business")]
    targets = strictest_targets(rows, Anchors(received_at=local("2024-03-05T10:00")), CALENDARS, warn_at_fraction=0.5)
    assert targets.clocks["solve"].warn_at == local("2024-03-05T12:00")


def test_a_follow_up_is_due_from_receipt_but_not_before_a_day_after_a_late_solution():
    rows = [row("follow_up", 72, "h")]
    assert due(rows, "2024-03-05T09:00") == {"follow_up": local("2024-03-08T09:00")}
    late = due(rows, "2024-03-05T09:00", solved_at=local("2024-03-08T08:00"))
    assert late == {"follow_up": local("2024-03-09T08:00")}


def test_a_target_anchored_at_the_solution_has_no_instant_before_it():
    rows = [row("follow_up", 24, "h", anchor="solution")]
    assert due(rows, "2024-03-05T09:00") == {}
    assert due(rows, "2024-03-05T09:00", solved_at=local("2024-03-06T09:00")) == {"follow_up": local("2024-03-07T09:00")}


@pytest.mark.parametrize("amount", [0, None, ""])
def test_an_empty_target_is_no_clock(amount):
    assert due([row("solve", amount, "h")], "2024-03-05T09:00") == {}


@pytest.mark.parametrize(
    ("bad", "fact"),
    [
        (row("solve", 2, "P1D"), "isn't min, h, bh, wd or %"),
        (row("solve", "two", "h"), "isn't a number"),
        (row("solve", -2, "h"), "between 0 and"),
        (row("solve", 1.5, "wd"), "whole"),
        (row("", 2, "h"), "names no clock"),
        (row("solve", 2, "h", anchor="moon"), "isn't received or solution"),
        (row("solve", 2, "h", calendar="lunar"), "isn't one of 24x7, business"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_by_its_source(bad, fact):
    with pytest.raises(TargetRowInvalid, match=fact):
        due([bad], "2024-03-05T09:00")


target_rows = st.builds(
    row,
    st.sampled_from(["respond", "solve"]),
    st.integers(1, 60),
    st.sampled_from(["min", "h", "wd"]),
    calendar=st.sampled_from(["24x7", "business"]),
)


@given(st.lists(target_rows, min_size=1, max_size=6), target_rows, st.integers(0, 60 * 24 * 400), st.floats(0.01, 1))
def test_another_row_never_makes_anything_due_later_and_warnings_come_first(rows, more, minutes, fraction):
    anchors = Anchors(received_at=local("2023-10-01T09:30") + timedelta(minutes=minutes))
    before = strictest_targets(rows, anchors, CALENDARS, warn_at_fraction=fraction).clocks
    after = strictest_targets([*rows, more], anchors, CALENDARS, warn_at_fraction=fraction).clocks
    for name, target in before.items():
        assert after[name].due_at <= target.due_at
        assert anchors.received_at <= target.warn_at <= target.due_at


NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_at", "done_at", "now", "expected"),
    [
        (NOON, NOON, NOON + timedelta(days=1), Verdict.ON_TIME),
        (NOON, NOON + timedelta(seconds=1), NOON + timedelta(days=1), Verdict.LATE),
        (NOON, None, NOON, Verdict.RUNNING),
        (NOON, None, NOON + timedelta(seconds=1), Verdict.BREACHED),
        (None, None, NOON, Verdict.RUNNING),
        (None, NOON, NOON, Verdict.ON_TIME),
    ],
)
def test_on_time_means_done_not_later_than_due(due_at, done_at, now, expected):
    assert verdict(due_at, done_at, now) is expected


# -- a transfer's default limit (C4), calendars by key, what can't be meant


@pytest.mark.parametrize(
    ("solve", "transfer"),
    [
        (row("solve", 2, "h"), "2024-03-05T10:00"),
        (row("solve", 24, "h"), "2024-03-05T21:00"),
        (row("solve", 96, "h"), "2024-03-06T09:00"),
        (row("solve", 8, "bh"), "2024-03-05T14:30"),
    ],
)
def test_a_transfer_without_a_row_is_due_after_24_hours_or_half_of_the_solutions_time(solve, transfer):
    assert due(with_default_transfer([solve]), "2024-03-05T09:00")["transfer"] == local(transfer)


def test_a_row_for_the_transfer_or_no_solution_leaves_the_default_out():
    rows = [row("solve", 24, "h"), row("transfer", 1, "h")]
    assert with_default_transfer(rows) == rows
    assert with_default_transfer([row("respond", 1, "h")]) == [row("respond", 1, "h")]


def test_a_part_of_the_solutions_limit_needs_one_and_is_never_its_own():
    assert due([row("transfer", 50, "%")], "2024-03-05T09:00") == {}
    with pytest.raises(TargetRowInvalid, match="part of itself"):
        due([row("solve", 50, "%")], "2024-03-05T09:00")


def test_a_row_may_name_any_calendar_that_the_desk_has():
    shop = weekly_hours("Sat–Sun 10:00–20:00", "Asia/Shanghai")
    calendars = Calendars(around_the_clock=CALENDARS.around_the_clock, business=CALENDARS.business, named={"shop": shop})
    rows = [row("solve", 2, "h", calendar="shop"), row("respond", 1, "wd", calendar="shop")]
    found = strictest_targets(rows, Anchors(received_at=local("2024-03-05T09:00")), calendars).clocks
    assert (found["solve"].due_at, found["respond"].due_at) == (local("2024-03-09T12:00"), local("2024-03-09T20:00"))
    assert (found["solve"].calendar, found["solve"].limit.unit) == ("shop", "h")


def test_e30_units_are_compared_as_instants_and_a_working_day_is_no_24_hours():
    rows = [row("solve", 1, "wd"), row("solve", 24, "bh"), row("solve", 30, "h")]
    targets = strictest_targets(rows, Anchors(received_at=local("2024-03-05T09:00")), CALENDARS)
    assert [one["due_at"] for one in targets.considered] == [
        local("2024-03-06T18:00"),
        local("2024-03-08T10:30"),
        local("2024-03-06T15:00"),
    ]
    assert targets.clocks["solve"].source == "solve 30 h"


def test_a_target_of_minus_one_names_its_row_and_a_policy_without_rows_times_nothing():
    with pytest.raises(TargetRowInvalid, match=r"'solve -1 h': amount -1 isn't between 0 and"):
        due([row("solve", -1, "h")], "2024-03-05T09:00")
    assert strictest_targets([], Anchors(received_at=local("2024-03-05T09:00")), CALENDARS).considered == ()


def test_a_row_may_count_in_the_calendar_of_the_team_that_has_the_case():
    night = replace(CALENDARS, teams={"night": "24x7"})
    said = row("solve", 2, "bh", calendar="team")
    due = {
        team: strictest_targets([said], Anchors(received_at=local("2024-03-05T17:00")), night.for_team(team)).clocks["solve"]
        for team in ("night", "day")
    }
    assert {team: (one.calendar, one.due_at) for team, one in due.items()} == {
        "night": ("team:night", local("2024-03-05T19:00")),
        "day": ("team:day", local("2024-03-06T10:00")),
    }


def test_where_no_team_is_known_the_word_team_means_the_business_calendar():
    received = Anchors(received_at=local("2024-03-05T17:00"))
    target = strictest_targets([row("solve", 2, "h", calendar="team")], received, CALENDARS).clocks["solve"]
    assert (target.calendar, target.due_at) == ("team", local("2024-03-06T10:00"))
