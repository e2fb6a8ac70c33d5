"""E26 for many cases: workers share what follows an edit of the calendars, and a page of a dead one is taken over."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from desk import tables
from desk.calendaring import recomputing
from desk.calendaring.calendaredits import with_days, without_days
from desk.calendaring.following import TakenOver
from desk.calendaring.recomputing import Recomputing
from desk.clocks import ClockRetargeted
from tests.desk.conftest import Office, local
from tests.desk.edge_cases.test_calendar_edits import SUGGESTION, closing, kept, timers

pytestmark = pytest.mark.stored
BEFORE, AFTER = local("2023-10-11T18:00"), local("2023-10-12T18:00")


@pytest.fixture
def numbers(office: Office, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Five open cases; two move in a transaction, and four are given out to a worker at once."""
    monkeypatch.setattr(recomputing, "BATCH", 2)
    monkeypatch.setattr(recomputing, "PAGE", 4)
    office.at("10:00", "2023-10-08")
    return [office.open(SUGGESTION, customer_contact=f"1390000000{n}") for n in range(5)]


def publish(office: Office, alter: Any) -> None:
    draft = office.desk.calendars.draft("cn-office", by="wang")
    office.desk.calendars.change("cn-office", alter, read=draft.revision, by="wang")
    office.desk.calendars.publish("cn-office", note="stocktaking", read=draft.revision + 1, by="wang")


def expect_each_moved_once(office: Office, numbers: Sequence[str]) -> None:
    found = [kept(office, number) for number in numbers]
    assert {one.row.due_at for one in found} == {AFTER}
    assert {timers(office, number)["solve_breach"] for number in numbers} == {AFTER}
    assert [sum(isinstance(event, ClockRetargeted) for event in one.events) for one in found] == [1] * len(numbers)
    edit = office.desk.calendars.edits()[0]
    assert (edit.total, edit.looked_at, edit.moved, edit.failed) == (5, 5, 5, 0)


def finish(office: Office, worker: Recomputing) -> None:
    office.clock.advance(seconds=recomputing.LATE_COMERS.total_seconds())
    while worker.tend():
        pass
    assert office.desk.calendars.edits()[0].done_at is not None


class Dying(Recomputing):
    """A worker that dies after its first batch."""

    def _follow(self, run, numbers, held, note) -> None:
        super()._follow(run, numbers[: recomputing.BATCH], held, note)
        raise KeyboardInterrupt


def test_e26_the_page_of_a_dead_worker_is_done_by_the_next(office, numbers):
    publish(office, partial(closing, first="2023-10-10"))
    with pytest.raises(KeyboardInterrupt):
        Dying(office.desk.context).tend()
    assert office.desk.calendars.edits()[0].looked_at == 2
    living = Recomputing(office.desk.context)
    assert [living.tend(), living.tend()] == [1, 0]
    assert [kept(office, number).row.due_at for number in numbers] == [AFTER, AFTER, BEFORE, BEFORE, AFTER]
    office.clock.advance(seconds=recomputing.LEASE.total_seconds())
    assert living.tend() == 2
    expect_each_moved_once(office, numbers)
    finish(office, living)


def test_e26_several_workers_share_an_edit_and_each_case_moves_once(office, numbers, monkeypatch):
    monkeypatch.setattr(recomputing, "PAGE", 1)
    publish(office, partial(closing, first="2023-10-10"))
    workers = [Recomputing(office.desk.context) for _ in range(3)]

    def tend(worker: Recomputing) -> int:
        return sum(worker.tend() for _ in numbers)

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(tend, workers)) == len(numbers)
    expect_each_moved_once(office, numbers)
    finish(office, workers[0])


class Sleeping(Recomputing):
    """A worker that falls asleep before its first batch, for longer than its page is kept for it."""

    office: Office

    def _follow(self, run, numbers, held, note) -> None:
        self.office.clock.advance(seconds=recomputing.LEASE.total_seconds())
        while Recomputing(self.office.desk.context).tend():
            pass
        super()._follow(run, numbers, held, note)


def test_e26_a_worker_that_wakes_up_too_late_writes_nothing(office, numbers):
    publish(office, partial(closing, first="2023-10-10"))
    late = Sleeping(office.desk.context)
    late.office = office
    with pytest.raises(TakenOver):
        late.tend()
    expect_each_moved_once(office, numbers)


def test_e26_who_was_promised_something_between_two_edits_follows_the_second(office, numbers):
    publish(office, partial(closing, first="2023-10-10"))
    # no worker looks in between
    between = office.desk.intake.open_case({**SUGGESTION, "customer_contact": "13911111111"}, by="li")
    assert kept(office, between).row.due_at == AFTER
    publish(office, partial(without_days, layer="organisation", first="2023-10-10", last=""))
    office.run()
    assert {kept(office, number).row.due_at for number in [*numbers, between]} == {BEFORE}


def test_closing_a_day_touches_no_clock_that_is_due_before_it(office, numbers):
    publish(office, partial(with_days, layer="organisation", first="2023-10-20", last="", spans=[], name={"zh": "盘", "en": "S"}))
    office.run()
    assert office.desk.calendars.edits()[0].total == 0
    assert {kept(office, number).row.due_at for number in numbers} == {BEFORE}


def test_e26_the_last_look_reaches_clocks_that_came_only_after_the_scope_was_worked_out(office, numbers):
    worker, solve = Recomputing(office.desk.context), tables.clock.c.name == "solve"

    def show(stopped_at: datetime | None) -> None:
        """Let clocks be open or not, as long as the transactions that begin them take."""
        with office.engine.db.transaction() as tx:
            tx.execute(update(tables.clock).where(solve).values(stopped_at=stopped_at))
            tx.execute(update(tables.clock).where(~solve).values(stopped_at=office.clock.now()))

    show(office.clock.now())
    publish(office, partial(closing, first="2023-10-10"))
    assert worker.tend() == 0
    show(None)
    finish(office, worker)
    assert {kept(office, number).row.due_at for number in numbers} == {AFTER}
