"""E26 and the import of E7: open cases follow a calendar that was edited, closed ones never; old and new are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from desk.calendaring import recomputing
from desk.calendaring.calendaredits import with_days, without_days
from desk.clocks import Cause, ClockRetargeted
from desk.store import clocks
from engine.db import queries, tables
from tests.desk.conftest import PAYMENT_FAILED, local

pytestmark = pytest.mark.stored

ASKED = {"content": "请提供截图", "next_action": "等待客户", "outcome": "wait_customer", "wait_until": "2023-10-20T09:00"}
SUGGESTION = {**PAYMENT_FAILED, "type": "suggestion", "usage_blocked": False, "received_at": "2023-10-08T09:00"}


def kept(office, number, name="solve"):
    """A clock of the case's first round."""
    with office.engine.db.reading() as tx:
        return next(one for one in clocks.kept(tx, [number]) if one.row.name == name)


def timers(office, number):
    """When the timers of a case are due."""
    with office.engine.db.reading() as tx:
        instance = queries.instance_by_key(tx, number, process_key="customer-service")
        found = tx.execute(tables.timer.select().where(tables.timer.c.instance_id == instance.id))
        return {row.activity_id: row.due_at for row in found}


def edit(office, alter, *, note="closed for stocktaking"):
    """Draft and publish a change of the office's calendar, and let the worker do what follows."""
    draft = office.desk.calendars.draft("cn-office", by="wang")
    office.desk.calendars.change("cn-office", alter, read=draft.revision, by="wang")
    version = office.desk.calendars.publish("cn-office", note=note, read=draft.revision + 1, by="wang")
    office.run()
    return version


closing = partial(with_days, layer="organisation", last="", spans=[], name={"zh": "盘点", "en": "Stocktaking"})


def told_of(office, number, name="solve"):
    """Why a clock of the case is due when it is, as people read it."""
    [found] = [why for why in office.desk.timing.why(number, viewer="wang") if why.name == name]
    return [str(step) for step in found.steps]


def test_e26_an_edited_calendar_moves_open_and_paused_clocks_with_their_timers_and_never_closed_ones(office):
    office.at("10:00", "2023-10-08")
    number, solved = office.open(SUGGESTION), office.open(SUGGESTION, customer_contact="13900000000")
    office.resolve(solved)
    before, closed, told = kept(office, number), kept(office, solved), told_of(office, solved)
    assert before.row.due_at == local("2023-10-11T18:00")
    assert timers(office, number)["solve_breach"] == local("2023-10-11T18:00")
    edit(office, partial(closing, first="2023-10-10"))
    after = kept(office, number)
    moved = after.events[-1]
    assert isinstance(moved, ClockRetargeted)
    assert (moved.cause, moved.due_before, moved.due_after, moved.by) == (
        Cause.CALENDAR_EDITED,
        local("2023-10-11T18:00"),
        local("2023-10-12T18:00"),
        "wang",
    )
    assert after.row.due_at == local("2023-10-12T18:00")
    assert timers(office, number)["solve_breach"] == local("2023-10-12T18:00")
    assert (kept(office, solved), told_of(office, solved)) == (closed, told)


def test_e26_why_a_clock_is_due_tells_the_edit_with_its_reason_and_the_due_instant_before_it(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    edit(office, partial(closing, first="2023-10-10"), note="盘点一天")
    solve = next(why for why in office.desk.timing.why(number, viewer="wang") if why.name == "solve")
    [step] = [one for one in solve.steps if one.code == "calendar_edited"]
    told = [step.arguments[name] for name in ("by", "note", "due_before", "due_after")]
    assert told == ["wang", "盘点一天", local("2023-10-11T18:00"), local("2023-10-12T18:00")]
    assert "considered" not in step.arguments


def test_e26_a_paused_clock_tells_when_it_is_due_if_it_goes_on_as_planned_by_the_calendar_as_it_is_now(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.desk.timing.pause(number, reason="parts", until=local("2023-10-10T18:00"), by="wang")

    def planned():
        [solve] = [why for why in office.desk.timing.why(number, viewer="wang") if why.name == "solve"]
        return solve.state.due_at, solve.resumes_at, solve.due_then

    assert planned() == (None, local("2023-10-10T18:00"), local("2023-10-16T17:00"))
    edit(office, partial(closing, first="2023-10-12"))
    assert planned() == (None, local("2023-10-10T18:00"), local("2023-10-17T17:00"))
    office.desk.timing.pause(number, reason="customer", until=local("2023-10-16T18:00"), by="wang")
    assert planned()[1] == local("2023-10-16T18:00")
    office.desk.timing.resume(number, by="wang")
    assert planned()[1:] == (None, None)


def test_e26_a_ladder_counts_by_the_edited_calendar_also_where_no_limit_moves(office):
    office.at("09:00", "2023-10-10")
    number = office.open({**SUGGESTION, "received_at": "2023-10-10T09:00"})
    office.at("18:30", "2023-10-13")
    edit(
        office, partial(with_days, layer="organisation", first="2023-10-14", last="", spans=["09:00-12:00"], name={"zh": "加班"})
    )
    office.at("18:32", "2023-10-13")
    office.at("10:01", "2023-10-14")
    came = [one for one in office.desk.escalations.of_case(number, viewer="wang") if one.clock == "solve"]
    assert [(one.level, one.at) for one in came] == [(1, local("2023-10-13T18:00")), (2, local("2023-10-14T10:00"))]


def test_e26_a_missed_limit_stays_missed_when_days_are_closed_afterwards(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.at("09:00", "2023-10-12")
    edit(office, partial(closing, first="2023-10-11"))
    row = kept(office, number).row
    assert row.breached_at == local("2023-10-11T18:00")
    assert row.due_at == local("2023-10-12T18:00")


def test_e26_undone_by_publishing_the_former_state_and_each_change_is_written_once(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    edit(office, partial(closing, first="2023-10-10"))
    edit(office, partial(without_days, layer="organisation", first="2023-10-10", last=""), note="it isn't")
    office.clock.advance(seconds=2 * recomputing.LATE_COMERS.total_seconds())
    office.run()
    office.clock.advance(seconds=2 * recomputing.LATE_COMERS.total_seconds())
    office.run()
    found = kept(office, number)
    assert found.row.due_at == local("2023-10-11T18:00")
    changes = [event for event in found.events if isinstance(event, ClockRetargeted)]
    assert [event.due_after for event in changes] == [local("2023-10-12T18:00"), local("2023-10-11T18:00")]
    assert [one.done_at is not None for one in office.desk.calendars.edits()] == [True, True]


def test_e26_the_preview_names_what_will_move(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    draft = office.desk.calendars.draft("cn-office", by="wang")
    office.desk.calendars.change("cn-office", partial(closing, first="2023-10-10"), read=draft.revision, by="wang")
    moving = office.desk.calendar_preview.of_draft("cn-office").moving
    solve = next(one for one in moving if one.clock == "solve")
    assert (solve.before, solve.after) == (local("2023-10-11T18:00"), local("2023-10-12T18:00"))
    assert {one.number for one in moving} == {number}
    assert kept(office, number).row.due_at == local("2023-10-11T18:00")


def drafted(office, day):
    """The preview of closing a day."""
    draft = office.desk.calendars.draft("cn-office", by="wang")
    office.desk.calendars.change("cn-office", partial(closing, first=day), read=draft.revision, by="wang")
    return office.desk.calendar_preview.of_draft("cn-office")


def test_e26_the_preview_of_a_paused_clock_counts_from_the_planned_end_of_its_pause(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.desk.timing.pause(number, reason="third_party", until=local("2023-10-11T09:00"), by="wang")
    preview = drafted(office, "2023-10-13")
    [solve] = [one for one in preview.moving if one.clock == "solve"]
    assert (solve.is_paused, solve.resumes_at) == (True, local("2023-10-11T09:00"))
    assert (solve.before, solve.after) == (local("2023-10-16T17:00"), local("2023-10-17T17:00"))
    assert preview.open_ended == 0


def test_e26_the_preview_counts_the_clocks_that_wait_without_a_fixed_end(office):
    office.at("10:00", "2023-10-08")
    number = office.open(SUGGESTION)
    office.desk.work.start(office.task(number).id, by="business")
    office.desk.work.complete(office.task(number).id, ASKED, by="business")
    office.run()
    preview = drafted(office, "2023-10-13")
    assert preview.open_ended == 1
    assert "solve" not in [one.clock for one in preview.moving]


def test_e07_importing_a_year_computes_provisional_limits_anew_and_takes_their_flag(office):
    office.at("10:00", "2026-12-30")
    number = office.open(SUGGESTION, received_at="2026-12-30T09:00")
    before = kept(office, number).row
    assert (before.due_at, before.provisional) == (local("2027-01-04T18:00"), True)
    year = 'country = "cn"\nyear = 2027\nsource = "a notice made up"\n[[holidays]]\nname = { zh = "元旦", en = "New Year" }\n'
    office.desk.calendars.import_year(year + 'off = ["2027-01-01/2027-01-03", "2027-01-04"]\n', by="wang")
    office.run()
    after = kept(office, number).row
    assert (after.due_at, after.provisional) == (local("2027-01-06T18:00"), False)


def test_e07_a_year_that_changes_no_instant_takes_the_flag_all_the_same(office):
    office.at("10:00", "2026-12-30")
    number = office.open(SUGGESTION, received_at="2026-12-30T09:00")
    year = 'country = "cn"\nyear = 2027\nsource = "a notice made up"\n[[holidays]]\nname = { zh = "中秋", en = "Mid-Autumn" }\n'
    office.desk.calendars.import_year(year + 'off = ["2027-09-15"]\n', by="wang")
    office.run()
    after = kept(office, number)
    assert not after.row.provisional
    assert not any(isinstance(event, ClockRetargeted) for event in after.events)
    assert after.row.due_at - local("2027-01-04T18:00") == timedelta(0)


def test_two_who_begin_to_edit_at_the_same_moment_get_the_same_draft(office):
    with ThreadPoolExecutor(4) as pool:
        drafts = list(pool.map(lambda _: office.desk.calendars.draft("cn-office", by="wang"), range(4)))
    assert {(draft.key, draft.revision) for draft in drafts} == {("cn-office", 1)}
