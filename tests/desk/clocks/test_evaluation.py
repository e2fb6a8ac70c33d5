"""Clocks against an independent walk over every minute, and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.calendars import weekly_hours
from desk.clocks import Cause, ClockPhase, evaluate
from desk.clocks.errors import ClockHistoryInvalid
from desk.clocks.retargeting import RetargetClock, retarget
from desk.limits.limit_errors import CalendarUnknown
from desk.model import Verdict
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, MINUTE, Walk, events_of, local, started, target
from tests.support.examples import examples

FRIDAY = local("2024-03-08T08:00")
FIVE_DAYS = 5 * 24 * 60
minutes = st.integers(0, FIVE_DAYS)
spans = st.tuples(minutes, st.integers(1, 24 * 60))


def at(minute: int):
    return FRIDAY + minute * MINUTE


@st.composite
def walks(draw, *, raised: bool = False) -> Walk:
    """A clock that began on a Friday or the weekend, with pauses that may overlap."""
    start, limit = draw(st.integers(0, 2 * 24 * 60)), draw(st.integers(1, 900))
    pauses = draw(st.lists(spans, max_size=4))
    # often shortly before it is due
    change = draw(st.one_of(st.integers(start, FIVE_DAYS), st.integers(max(start, start + limit - 45), start + limit)))
    return Walk(
        start=at(start),
        limit=limit,
        pauses=tuple((at(max(begin, start)), at(max(begin, start) + length)) for begin, length in pauses),
        business=draw(st.booleans()),
        raised=(at(change), draw(st.integers(1, 300))) if raised else None,
    )


def events(walk: Walk):
    kind = "business" if walk.business else "24x7"
    start = replace(started("2024-03-08T08:00", walk.limit, "min", kind), at=walk.start, anchored_at=walk.start)
    return events_of(start, [(begin, end, f"reason {index}") for index, (begin, end) in enumerate(walk.pauses)])


def seen(walk: Walk, now):
    return evaluate([event for event in events(walk) if event.at <= now], CALENDARS, now)


@given(walks(), minutes)
@examples(80)
def test_a_clock_says_what_walking_over_every_minute_finds(walk, later):
    now = max(at(later), walk.start)
    said, (counted, due_at, _) = seen(walk, now), walk.until(now)
    assert said.elapsed == counted * MINUTE
    assert said.breached_at == (due_at if due_at != now else None)
    if said.phase is ClockPhase.RUNNING and due_at is None:
        known = replace(walk, pauses=tuple(pause for pause in walk.pauses if pause[0] <= now))
        assert known.until(said.due_at)[:2] == (walk.limit, said.due_at)


@given(walks(raised=True), st.integers(0, 24 * 60))
@examples(60)
def test_a_raise_gives_what_walking_finds_never_more_than_was_left_and_an_old_breach_stays(walk, later):
    changed_at, amount = walk.raised
    now = changed_at + later * MINUTE
    limit = target(amount, "min", "business" if walk.business else "24x7")
    order = RetargetClock(by="li", cause=Cause.PRIORITY_RAISED, targets=[limit])
    change = retarget([event for event in events(walk) if event.at <= changed_at], order, CALENDARS, changed_at)
    happened = sorted([*(event for event in events(walk) if event.at <= now), *change], key=lambda event: event.at)
    said, (counted, due_at, missed_at) = evaluate(happened, CALENDARS, now), walk.until(now + MINUTE)
    counted = walk.until(now)[0]
    assert said.elapsed == counted * MINUTE
    missed = missed_at or (due_at if due_at is not None and due_at < now else None)
    assert said.breached_at == missed


@given(walks(), st.integers(1, 24 * 60))
@examples(30)
def test_a_pause_cut_in_two_changes_nothing(walk, cut):
    if not walk.pauses:
        return
    (begin, end), *others = walk.pauses
    middle = min(begin + cut * MINUTE, end)
    now = at(2 * FIVE_DAYS)
    halves = replace(walk, pauses=((begin, middle), *([(middle, end)] if middle < end else []), *others))
    assert [getattr(seen(halves, now), name) for name in ("due_at", "elapsed", "breached_at", "paused_total")] == [
        getattr(seen(walk, now), name) for name in ("due_at", "elapsed", "breached_at", "paused_total")
    ]


@given(walks(), minutes)
@examples(30)
def test_what_remains_from_now_on_leads_to_the_due_instant(walk, later):
    said = seen(walk, now := max(at(later), walk.start))
    assert said.elapsed + said.remaining == said.limit
    if said.remaining > timedelta(0) and said.phase is ClockPhase.RUNNING:
        assert CALENDARS.of(said.target.calendar).add(now, said.remaining) == said.due_at


@given(walks(), minutes, st.lists(st.floats(0.01, 2), min_size=2, max_size=2))
@examples(30)
def test_a_larger_part_of_the_limit_is_never_used_up_earlier(walk, later, parts):
    said = seen(walk, max(at(later), walk.start))
    if said.phase is ClockPhase.RUNNING:
        assert said.at(min(parts)) <= said.at(max(parts))
        assert said.at(1) == said.due_at
    else:
        assert said.at(1) is None


RUNNING = started("2024-03-05T09:00", 2, "h")


@pytest.mark.parametrize(
    ("happened", "fact"),
    [
        ([], "begins with its start"),
        ([made.pause("2024-03-05T10:00")], "begins with its start"),
        ([RUNNING, RUNNING], "started twice"),
        ([RUNNING, made.resume("2024-03-05T10:00")], "resumed from a pause that isn't"),
        ([RUNNING, made.pause("2024-03-05T10:00"), made.resume("2024-03-05T11:00", "parts")], "resumed from a pause"),
        ([RUNNING, made.pause("2024-03-05T10:00"), made.pause("2024-03-05T10:01")], "paused twice"),
        ([RUNNING, made.pause("2024-03-05T10:00"), made.resume("2024-03-05T09:59")], "before the event in front"),
        ([RUNNING, made.stop("2024-03-05T10:00"), made.pause("2024-03-05T10:01")], "was over since"),
        ([RUNNING, made.stop("2024-03-05T10:00"), made.stop("2024-03-05T10:01")], "was over since"),
    ],
)
def test_events_that_cannot_have_happened_so_are_named(happened, fact):
    with pytest.raises(ClockHistoryInvalid, match=fact):
        evaluate(happened, CALENDARS, local("2024-03-06T10:00"))


def test_on_time_means_done_not_later_than_due_also_when_it_was_noted_later():
    for done, verdict in (("11:00", Verdict.ON_TIME), ("11:01", Verdict.LATE)):
        said = evaluate([RUNNING, made.stop(f"2024-03-05T{done}", "2024-03-05T15:00")], CALENDARS, local("2024-03-06T10:00"))
        assert said.verdict is verdict


def test_what_was_done_before_a_pause_was_noted_saw_nothing_of_it():
    happened = [
        RUNNING,
        made.pause("2024-03-05T09:30"),
        made.resume("2024-03-05T10:30"),
        made.pause("2024-03-05T10:40", "parts"),
        made.stop("2024-03-05T10:00", "2024-03-05T11:00"),
    ]
    said = evaluate(happened, CALENDARS, local("2024-03-06T10:00"))
    assert (said.elapsed, said.paused_total) == (timedelta(minutes=30), timedelta(minutes=30))


def test_a_pause_after_the_due_instant_moves_it_no_more():
    happened = [RUNNING, made.pause("2024-03-05T12:00"), made.resume("2024-03-05T15:00")]
    said = evaluate(happened, CALENDARS, local("2024-03-05T16:00"))
    assert (said.due_at, said.breached_at) == (local("2024-03-05T11:00"), local("2024-03-05T11:00"))
    assert said.remaining == -timedelta(hours=2)


def test_a_pause_that_begins_at_the_very_due_instant_moves_it_no_more():
    happened = [RUNNING, made.pause("2024-03-05T11:00"), made.resume("2024-03-05T12:00")]
    said = evaluate(happened, CALENDARS, local("2024-03-05T13:00"))
    assert (said.due_at, said.breached_at) == (local("2024-03-05T11:00"), local("2024-03-05T11:00"))


def test_working_days_end_with_the_day_and_pauses_come_after_that():
    low = started("2024-03-05T10:00", 3, "wd", "business")
    assert evaluate([low], CALENDARS, local("2024-03-05T10:00")).due_at == local("2024-03-08T18:00")
    happened = [low, made.pause("2024-03-05T10:00"), made.resume("2024-03-05T11:30")]
    assert evaluate(happened, CALENDARS, local("2024-03-05T12:00")).due_at == local("2024-03-11T10:30")


def test_a_follow_up_is_never_due_before_a_day_after_a_late_solution():
    start = started("2024-03-05T09:00", 72, "h")
    late = replace(start, target=replace(start.target, not_before=local("2024-03-09T08:00")))
    assert evaluate([late], CALENDARS, start.at).due_at == local("2024-03-09T08:00")


@pytest.mark.parametrize("calendar", ["24x7", "office"])
def test_a_pause_over_a_clock_change_holds_what_it_holds_whatever_zone_its_instants_are_in(calendar):
    berlin = ZoneInfo("Europe/Berlin")
    calendars = replace(CALENDARS, named={"office": weekly_hours("Mon–Sun 00:00–24:00", "Europe/Berlin")})
    wall = [datetime(2024, 3, 30, 12, tzinfo=berlin), datetime(2024, 3, 31, 12, tzinfo=berlin)]
    start = replace(started("2024-03-30T12:00", 30, "h", calendar), at=wall[0], anchored_at=wall[0])
    said = evaluate(events_of(start, [(*wall, "customer")]), calendars, wall[1])
    assert (said.paused_total, said.due_at) == (timedelta(hours=23), datetime(2024, 4, 1, 18, tzinfo=berlin))


def test_an_unknown_calendar_is_named():
    with pytest.raises(CalendarUnknown, match="'lunar'"):
        evaluate([started("2024-03-05T09:00", 2, "h", "lunar")], CALENDARS, local("2024-03-05T10:00"))
