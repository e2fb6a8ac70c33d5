"""A case that nobody has is somebody's all the same: who leads its team answers for it until somebody takes it (R40)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from desk import tables
from desk.assignment.absences import OpenWork
from desk.casetasks import instance_of
from desk.model import Role
from desk.staffing.answering import LINE, LOOK_AGAIN, who_leads
from desk.store import assignments, candidates
from engine.commands import CancelInstance
from tests.desk.answering.conftest import ask, on_leave, on_sqlite, owner_of, pass_minutes, switch, told
from tests.desk.conftest import Office

pytestmark = pytest.mark.stored


def test_r40_the_head_of_its_team_answers_for_a_new_case_and_is_told_once_when_it_waits(office):
    number = ask(office)
    assert (owner_of(office, number), office.task(number).assignee) == ("wang", None)
    assert office.desk.cases.case(number, viewer="wang").in_line
    assert (told(office, "wang"), told(office, "wang", "offered"), told(office, "chen", "offered")) == (0, 0, 1)
    assert told(office, "chen", "assigned") == 0
    pass_minutes(office, 1)
    assert told(office, "wang") == 1
    pass_minutes(office, 30)
    assert told(office, "wang") == 1


@on_sqlite
def test_r40_whoever_takes_it_is_its_owner_then(office):
    number = ask(office)
    pass_minutes(office, 1)
    switch(office, "chen", available=True)
    office.run()
    seen = office.desk.cases.case(number, viewer="wang")
    assert (seen.case.owner, seen.in_line, told(office, "chen", "assigned")) == ("chen", False, 1)
    pass_minutes(office, 30)
    assert told(office, "wang") == 1


@on_sqlite
def test_r40_a_case_that_nobody_keeps_waiting_a_minute_bothers_nobody(office):
    ask(office)
    switch(office, "chen", available=True)
    pass_minutes(office, 1)
    assert told(office, "wang") == 0


def test_r40_who_answers_carries_nothing_by_it_and_the_line_is_worked_off_as_before(office):
    switch(office, "chen", available=True, capacity=2)
    numbers = [ask(office) for _ in range(3)]
    with office.engine.db.reading() as tx:
        carried = {one.login: one.load for one in candidates.candidates(tx, ("service-b", "supervisors"), office.clock.now())}
    assert (carried["chen"], carried["wang"]) == (2, 0)
    office.resolve(numbers[0])
    assert [owner_of(office, number) for number in numbers] == ["chen", "chen", "wang"]


@on_sqlite
def test_r40_warnings_go_to_who_answers_and_a_missed_limit_to_the_supervisor(office):
    number = ask(office)
    solve = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name == "solve")
    pass_minutes(office, int(0.8 * (solve.due_at - office.clock.now()).total_seconds() / 60))
    assert (told(office, "wang", "solution_warning"), told(office, "chen", "solution_warning")) == (1, 0)
    office.clock.set(solve.due_at)
    office.run()
    found = office.desk.escalations.of_case(number, viewer="wang")
    assert [(one.level, one.supervisor) for one in found if one.clock == "solve"][:1] == [(1, "wang")]


@on_sqlite
def test_r40_a_later_level_reaches_who_answers_by_then(office):
    office.desk.people.change_team("complaints", supervisor="wang", deputy="sun", by="admin")
    number = office.open()
    for hour in ("09:31", "09:41", "09:46"):
        office.at(hour)
    on_leave(office, "wang")
    office.at("09:52")
    assert owner_of(office, number) == "sun"
    office.at("09:53")
    found = office.desk.escalations.of_case(number, viewer="wang")
    assert [(one.level, one.supervisor) for one in found if one.clock == "respond"] == [(1, "wang"), (2, "sun")]


@on_sqlite
def test_r40_while_the_head_is_away_the_deputy_answers_also_for_what_waits_already(office):
    number = ask(office)
    pass_minutes(office, 1)
    on_leave(office, "wang")
    pass_minutes(office, 10)
    assert (owner_of(office, number), told(office, "sun"), told(office, "wang")) == ("sun", 1, 1)
    assert owner_of(office, ask(office, customer_number="", customer_name="赵六")) == "sun"


def test_r40_the_preview_of_leave_names_who_answers_then_for_what_waits(office):
    numbers = [ask(office), ask(office)]
    pass_minutes(office, 1)
    now = office.clock.now()
    given = {"delegate": None, "open_work": OpenWork.KEEP, "by": "wang"}
    seen = office.desk.attendance.preview("wang", now, now + timedelta(days=1), **given)
    assert {one.number: one.to for one in seen.answered} == dict.fromkeys(numbers, "sun")
    assert [owner_of(office, number) for number in numbers] == ["wang", "wang"]
    on_leave(office, "wang")
    pass_minutes(office, 10)
    assert [owner_of(office, number) for number in numbers] == ["sun", "sun"]
    later = now + timedelta(days=2)
    given["by"] = "sun"
    assert len(office.desk.attendance.preview("sun", later, later + timedelta(days=1), **given).answered) == 2


@on_sqlite
def test_r40_who_answers_goes_on_to_when_the_supervisor_comes_back(office):
    switch(office, "wang", available=False)
    number = ask(office)
    switch(office, "wang", available=True)
    for _ in range(3):
        pass_minutes(office, 10)
    assert (owner_of(office, number), told(office, "sun"), told(office, "wang")) == ("sun", 1, 0)


@on_sqlite
def test_r40_another_head_of_the_team_answers_for_what_waits_at_once(office):
    number = ask(office)
    office.desk.people.change_team("service-b", supervisor="sun", deputy=None, by="admin")
    office.run()
    assert (owner_of(office, number), told(office, "sun"), told(office, "wang")) == ("sun", 1, 0)


@on_sqlite
def test_r40_what_waited_before_it_was_so_is_answered_for_too(office):
    number = ask(office)
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.case).values(owner=None))
        tx.execute(update(tables.assignment).values(look_again_at=None))
    pass_minutes(office, 1)
    office.run()
    assert (owner_of(office, number), told(office, "wang")) == ("wang", 1)


@on_sqlite
def test_r40_a_complaint_about_who_answers_may_be_merged_and_somebody_else_answers_then(office):
    going, staying = ask(office), ask(office)
    office.desk.lines.keep_from(going, "wang", by="admin")
    office.desk.merging.merge(going, staying, by="admin", reason="同一件事")
    office.run()
    assert owner_of(office, staying) == "sun"


@on_sqlite
def test_r40_who_never_gets_a_case_does_not_answer_for_it_either(office):
    number = ask(office)
    office.desk.lines.keep_from(number, "wang", by="admin")
    assert (owner_of(office, number), told(office, "sun")) == ("sun", 1)
    assert owner_of(office, office.open(about_agent="wang")) == "sun", "a team without a deputy"


@on_sqlite
def test_r40_from_the_only_supervisor_a_case_can_be_kept_too(only_wang):
    office, number = only_wang, ask(only_wang)
    office.desk.lines.keep_from(number, "wang", by="admin")
    pass_minutes(office, 11)
    assert (owner_of(office, number), told(office, "admin"), told(office, "wang")) == ("admin", 1, 0)
    assert owner_of(office, office.open(about_agent="wang")) == "admin"


@on_sqlite
def test_r40_who_does_not_lead_any_more_answers_for_nothing(office):
    number = ask(office)
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.agent).where(tables.agent.c.login == "wang").values(role=Role.AGENT))
    pass_minutes(office, 1)
    assert (owner_of(office, number), owner_of(office, ask(office))) == ("sun", "sun")


@on_sqlite
def test_r40_without_a_head_who_answers_goes_on_to_when_another_supervisor_comes_back(office):
    office.desk.people.change_team("service-b", supervisor=None, deputy=None, by="admin")
    switch(office, "sun", available=False)
    number = ask(office)
    pass_minutes(office, 1)
    switch(office, "sun", available=True)
    pass_minutes(office, 10)
    assert (owner_of(office, number), told(office, "sun"), told(office, "wang")) == ("wang", 0, 1)


def looks(office: Office) -> dict[str, tuple[int, datetime]]:
    """Of each case its revision, and when it is looked at again."""
    query = select(tables.case.c.number, tables.case.c.revision, tables.assignment.c.look_again_at)
    query = query.join(tables.assignment, tables.assignment.c.case_number == tables.case.c.number)
    with office.engine.db.reading() as tx:
        return {number: (revision, at) for number, revision, at in tx.execute(query)}


def test_all_that_wait_as_they_did_are_put_off_together_and_count_as_looked_at(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.lines.AT_ONCE", 1)
    numbers = [ask(office) for _ in range(3)]
    pass_minutes(office, 1)
    before = looks(office)
    assert (told(office, "wang", LINE), told(office, "wang")) == (1, 0)
    office.clock.advance(minutes=10)
    assert office.desk.lines.tend() == 3
    assert looks(office) == {number: (before[number][0], office.clock.now() + LOOK_AGAIN) for number in numbers}
    assert office.desk.lines.tend() == 0


def test_what_somebody_has_is_looked_at_before_what_waits(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.lines.AT_ONCE", 1)
    switch(office, "chen", available=True, capacity=2)
    held, waiting = ask(office), ask(office)
    switch(office, "chen", available=False)
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.assignment).values(look_again_at=office.clock.now() - timedelta(minutes=5)))
        tx.execute(
            update(tables.assignment).where(tables.assignment.c.case_number == held).values(look_again_at=office.clock.now())
        )
    assert (office.desk.lines.tend(), office.task(held).assignee) == (1, None)
    assert told(office, "wang") == 0
    office.run()
    assert told(office, "wang") == 1
    pass_minutes(office, 1)
    assert told(office, "wang") == 2
    assert {owner_of(office, number) for number in (held, waiting)} == {"wang"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_workers_look_at_different_cases_and_wait_for_none(office):
    numbers = {ask(office) for _ in range(2)}
    now = office.clock.now() + timedelta(minutes=1)
    with office.engine.db.transaction() as tx, office.engine.db.transaction() as other:
        one = {look.number for look in assignments.due_looks(tx, now, 1)}
        rest = {look.number for look in assignments.due_looks(other, now, 5)}
    assert (len(one), one | rest, one & rest) == (1, numbers, set())


@on_sqlite
def test_what_a_worker_took_and_died_of_is_looked_at_by_another_one(office, monkeypatch):
    ask(office)
    office.clock.advance(minutes=1)
    with monkeypatch.context() as dying:
        dying.setattr("desk.staffing.lines.Lines._each", lambda *_, **__: 0)
        assert office.desk.lines.tend() == 1
    assert (office.desk.lines.tend(), told(office, "wang")) == (0, 0)
    office.clock.advance(seconds=30)
    assert (office.desk.lines.tend(), told(office, "wang")) == (1, 1)


@on_sqlite
def test_a_waiting_case_that_ends_frees_nobody(office):
    switch(office, "wang", team_keys=("service-b",), capacity=0)
    number, _ = ask(office), ask(office)
    with office.engine.db.transaction() as tx:
        tx.execute(delete(tables.drain))
        office.engine.cancel(tx, CancelInstance(instance_id=instance_of(tx, number).id, by="admin", reason="误建"))
        assert tx.execute(select(tables.drain.c.team)).scalars().all() == []


@on_sqlite
def test_r40_a_case_that_is_given_back_or_waits_in_a_further_round_is_answered_for_too(office):
    switch(office, "chen", available=True)
    number = ask(office)
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.work.release(office.task(number).id, by="chen")
    pass_minutes(office, 1)
    assert (owner_of(office, number), told(office, "wang")) == ("wang", 1)
    office.desk.work.claim(office.task(number).id, by="chen")
    office.desk.work.release(office.task(number).id, by="chen")
    pass_minutes(office, 1)
    assert told(office, "wang") == 2, "each time that it waits"


@on_sqlite
def test_r40_without_a_head_another_supervisor_answers_and_one_who_is_there_first(office):
    office.desk.people.change_team("service-b", supervisor=None, deputy=None, by="admin")
    now = office.clock.now()
    with office.engine.db.reading() as tx:
        leading = who_leads(tx, now)
    assert leading.who_answers_for("service-b") == "sun"
    assert leading.who_answers_for("service-b", present="wang") == "wang"
    assert leading.who_answers_for("service-b", never={"sun"}) == "wang"
    assert leading.who_answers_for("nowhere", never={"sun", "wang"}) == "admin", "who is kept from it never does"
    assert leading.who_answers_for("nowhere", never={"sun", "wang", "admin"}) is None
    on_leave(office, "sun")
    with office.engine.db.reading() as tx:
        assert who_leads(tx, now).who_answers_for("service-b") == "wang"


@on_sqlite
def test_r40_the_record_names_nobody_as_handling_what_nobody_has(office):
    number = ask(office)
    assert office.desk.tables.record_table([number])[0]["处理人"] == ""
    switch(office, "chen", available=True)
    office.run()
    assert office.desk.tables.record_table([number])[0]["处理人"] != ""
