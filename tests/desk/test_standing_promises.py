"""R51: a promise is kept, or taken back with an apology; one that is broken alarms people once."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from desk import tables
from desk.limits.promises import PromiseState
from engine.errors import StaleRevision
from tests.desk.conftest import Office, local

pytestmark = pytest.mark.stored
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def promised(office: Office, due: str = "10:30", **changes) -> str:
    number = office.open(**changes)
    office.desk.promising.promise(number, due_at=local(f"2023-10-01T{due}"), reason="等待供应商", by=office.task(number).assignee)
    return number


def told(office: Office, login: str) -> list[str]:
    return [one.case_number for one in office.desk.notices.of(login) if one.template == "promise_broken"]


def states(office: Office, viewer: str = "wang") -> list[PromiseState]:
    return [one.state for one in office.desk.promises.page(viewer=viewer).items]


def test_r51_owner_and_supervisor_are_told_once_when_the_time_passes(office):
    number = promised(office)
    office.at("10:30")
    assert (told(office, "li"), states(office)) == ([], [PromiseState.OPEN])
    office.at("10:31")
    office.at("10:40")
    assert (told(office, "li"), told(office, "wang"), states(office)) == ([number], [number], [PromiseState.BROKEN])
    (notice,) = [one for one in office.desk.notices.of("li") if one.template == "promise_broken"]
    assert "2023-10-01 10:30" in notice.body
    assert "等待供应商" in notice.body


@on_sqlite
def test_r51_nobody_is_told_of_what_was_kept_or_taken_back_in_time(office):
    office.resolve(promised(office))
    number = promised(office, customer_contact="13900000000")
    (given,) = office.desk.promising.of_case(number, viewer="wang")
    office.desk.promising.withdraw(number, given.id, apology="抱歉", by="wang")
    office.at("10:31")
    assert (told(office, "li"), states(office)) == ([], [])


@on_sqlite
def test_r51_a_broken_promise_leaves_the_list_with_an_apology_or_another_time(office):
    first, second = promised(office), promised(office, customer_contact="13900000000")
    office.at("10:31")
    assert office.desk.promises.broken(viewer="wang") == 2
    (given,) = office.desk.promising.of_case(first, viewer="wang")
    office.desk.promising.withdraw(first, given.id, apology="非常抱歉", by="li")
    later = office.desk.promising.promise(second, due_at=local("2023-10-01T18:00"), reason="备件延迟", by="wang")
    assert [one.kept.id for one in office.desk.promises.page(viewer="wang").items] == [later.id]
    broken = office.desk.promising.of_case(first, viewer="wang")[0].promise
    assert (broken.state_at(office.clock.now()), broken.apology) == (PromiseState.BROKEN, "非常抱歉")
    assert office.desk.promises.broken(viewer="wang") == 0


def test_who_promises_by_what_changed_meanwhile_is_told_so_and_takes_nothing_back(office):
    number = office.open()
    read = office.desk.cases.case(number, viewer="wang").case.revision
    given = {"due_at": local("2023-10-01T11:00"), "reason": "备件延迟", "revision": read}
    kept = office.desk.promising.promise(number, **given, by="wang")
    with pytest.raises(StaleRevision, match=number):
        office.desk.promising.promise(number, **given, by="li")
    assert [one.id for one in office.desk.promising.of_case(number, viewer="li")] == [kept.id]


@on_sqlite
def test_only_promises_of_cases_that_one_may_read_are_listed(office):
    promised(office)
    assert (states(office, "li"), states(office, "chen")) == ([PromiseState.OPEN], [])


@on_sqlite
def test_many_bad_cases_in_front_keep_no_alarm_back(office, monkeypatch):
    monkeypatch.setattr("desk.limits.standing_promises.AT_ONCE", 1)
    bad, good = promised(office, "10:00"), promised(office, customer_contact="13900000000")
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.case).where(tables.case.c.number == bad).values(contact_sealed=b"?"))
    office.clock.set(local("2023-10-01T10:31"))
    assert [office.desk.promises.tend() for _ in range(3)] == [0, 1, 0]
    assert told(office, "wang") == [good]
    office.clock.advance(minutes=6)
    assert office.desk.promises.tend() == 0  # it is tried again, and fails again
