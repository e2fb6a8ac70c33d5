"""A case that can't be continued stops none of the others for which a chore of the desk has work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from desk import tables
from desk.casetasks import instance_of
from desk.context import DeskSettings
from desk.staffing.assignment_records import SWEEP
from desk.store import assignments, calendars, cases
from desk.store.calendars import EditKind
from desk.store.sealing import seal
from desk.tables import CONTACT
from engine.db import advisory
from tests.desk.conftest import BILLING_DAY, Office, local

pytestmark = pytest.mark.stored
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk_settings() -> DeskSettings:
    return DeskSettings(untouched_after=timedelta(minutes=10))


def suspend(office: Office, number: str) -> None:
    with office.engine.db.reading() as tx:
        instance = instance_of(tx, number)
    office.desk.operations.suspend(instance.id, by="wang", reason="a test")


@on_sqlite
def test_clocks_go_on_though_those_of_a_case_before_them_cannot(office):
    bad, good = office.open(), office.open(customer_contact="13900000000")
    for number in (bad, good):
        office.desk.timing.pause(number, reason="third_party", until=local("2023-10-01T09:40"), by="wang")
    with office.engine.db.transaction() as tx:
        event = {"round": 1, "name": "solve", "seq": 99, "kind": "of a later version", "at": office.clock.now()}
        tx.execute(insert(tables.clock_event).values(case_number=bad, by="wang", reason="", data="{}", **event))
    office.clock.set(local("2023-10-01T09:40"))
    assert office.desk.timing.tend() == 1
    assert office.desk.timing.tend() == 0


@on_sqlite
def test_owners_are_reminded_though_a_clock_before_theirs_cannot_be_read(office):
    bad, good = office.open(), office.open(customer_contact="13900000000")
    with office.engine.db.transaction() as tx:
        changed = {"name": "next_response", "due_at": local("2023-10-01T09:30")}
        tx.execute(update(tables.clock).where(tables.clock.c.name == "respond").values(**changed))
        tx.execute(update(tables.case).where(tables.case.c.number == bad).values(contact_sealed=b"?"))
    office.clock.set(local("2023-10-01T09:31"))
    assert office.desk.reminding.tend() == 1
    owner = office.task(good).assignee
    assert [one.case_number for one in office.desk.notices.of(owner) if one.template == "next_response_due"] == [good]


@on_sqlite
def test_as_many_bad_cases_as_are_looked_at_at_once_keep_back_none_behind_them(office, monkeypatch):
    monkeypatch.setattr("desk.limits.reminding.AT_ONCE", 1)
    bad, good = office.open(), office.open(customer_contact="13900000000")
    with office.engine.db.transaction() as tx:
        changed = {"name": "next_response", "due_at": local("2023-10-01T09:30")}
        tx.execute(update(tables.clock).where(tables.clock.c.name == "respond").values(**changed))
        tx.execute(update(tables.case).where(tables.case.c.number == bad).values(contact_sealed=b"?"))
    office.clock.set(local("2023-10-01T09:31"))
    assert [office.desk.reminding.tend() for _ in range(3)] == [0, 1, 0]
    office.clock.advance(minutes=6)
    with office.engine.db.transaction() as tx:
        kept = cases.matters(tx, office.engine.vault, [good])[good].contact
        sealed = seal(office.engine.vault, kept, CONTACT)
        tx.execute(update(tables.case).where(tables.case.c.number == bad).values(contact_sealed=sealed))
    assert office.desk.reminding.tend() == 1  # mended meanwhile: it is tried again


@on_sqlite
def test_an_assignment_that_cannot_be_looked_at_waits_for_a_later_look(office):
    number = office.open({**BILLING_DAY, "received_at": ""}, by="li")
    suspend(office, number)
    office.clock.advance(minutes=10)
    office.desk.lines.tend()
    with office.engine.db.reading() as tx:
        kept = assignments.kept(tx, number)
    assert kept.look_again_at == office.clock.now() + SWEEP


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_edits_of_the_calendars_are_begun_one_after_the_other(database):
    with database.transaction() as tx:
        calendars.add_edit(tx, EditKind.BUSINESS, "cn-office", note="", by="wang", at=local("2023-10-01T09:00"))
        with database.transaction() as other:
            assert not advisory.take(other, advisory.Lock.CALENDAR_EDITS)
