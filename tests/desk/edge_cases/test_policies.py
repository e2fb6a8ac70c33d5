"""E25: a policy that was edited leaves running cases alone, until somebody applies it to them."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from bpmn.package import ProcessPackage
from desk import tables
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.reclassifying import NewClass
from tests.desk.conftest import BILLING_DAY, PACKAGE, keep_deployed, local

STRICTER = "2.0"


@pytest.fixture
def stricter(office):
    """A further version, by which a normal case is solved within 8 hours instead of 24."""
    files = dict(PACKAGE.files)
    table = files["targets.dmn"].decode()
    row = table.index('<rule id="targets_row_4">')
    files["targets.dmn"] = (table[:row] + table[row:].replace("<text>24</text>", "<text>8</text>", 1)).encode()
    files["process.toml"] = files["process.toml"].replace(b'version = "1.0"', b'version = "2.0"')
    files["customer-service.bpmn"] = files["customer-service.bpmn"].replace(b'versionTag value="1.0"', b'versionTag value="2.0"')
    keep_deployed(office.engine, ProcessPackage.from_files(files), office.clock.now())


def due(office, number):
    clocks = office.desk.cases.case(number, viewer="wang").clocks
    return next(clock.due_at for clock in clocks if clock.name == "solve")


def test_e25_running_cases_keep_their_targets_until_a_policy_is_applied_to_them(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.at("12:00")
    assert due(office, number) == local("2023-10-02T10:15")
    preview = office.desk.policies.preview(STRICTER, viewer="analyst")
    (moved,) = [one for one in preview.moved if one.clock == "solve"]
    assert (preview.total, moved.case_number, moved.breaches) == (1, number, False)
    assert (moved.due_before, moved.due_after) == (local("2023-10-02T10:15"), local("2023-10-01T18:15"))
    assert due(office, number) == local("2023-10-02T10:15")
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    assert due(office, number) == local("2023-10-01T18:15")
    (run,) = office.desk.policies.runs(viewer="wang")
    assert (run.done, run.moved, run.failed, run.reason) == (1, 1, 0, "新合同")
    assert run.finished_at is not None
    office.at("18:20")
    assert "supervise" in office.activities(number)


def test_e25_a_case_that_is_classed_anew_keeps_the_policy_that_was_applied_to_it(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    owner = office.task(number).assignee or ""
    office.desk.reclassifying.reclassify(number, NewClass(tags=["refund"]), reason="退款", by=owner)
    assert due(office, number) == local("2023-10-01T18:15")
    office.desk.reclassifying.reclassify(number, NewClass(priority="low"), reason="不急", by="wang")
    office.desk.reclassifying.reclassify(number, NewClass(priority="normal"), reason="急", by="wang")
    assert due(office, number) == local("2023-10-01T18:15")


def test_e25_a_further_round_has_the_targets_of_the_policy_that_was_applied(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    office.at("11:00")
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()
    office.at("11:30")
    second = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if (one.name, one.round) == ("solve", 2))
    assert second.due_at == local("2023-10-01T19:00")
    office.desk.reclassifying.reclassify(number, NewClass(tags=["refund"]), reason="退款", by="wang")
    second = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if (one.name, one.round) == ("solve", 2))
    assert second.due_at == local("2023-10-01T19:00")


def test_e25_a_limit_that_has_passed_by_the_new_policy_is_marked_beforehand(office, stricter):
    office.at("10:15")
    office.open(BILLING_DAY)
    office.at("20:00")
    (moved,) = [one for one in office.desk.policies.preview(STRICTER, viewer="wang").moved if one.clock == "solve"]
    assert moved.breaches == (moved.due_after <= office.clock.now())


def test_e25_a_case_that_cannot_follow_is_counted_and_stops_no_other(office, stricter):
    office.at("10:15")
    bad, good = office.open(BILLING_DAY), office.open(BILLING_DAY, customer_contact="13900000000")
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    with office.engine.db.transaction() as tx:
        event = {"round": 1, "name": "solve", "seq": 99, "kind": "of a later version", "at": office.clock.now()}
        tx.execute(insert(tables.clock_event).values(case_number=bad, by="wang", reason="", data="{}", **event))
    office.run()
    (run,) = office.desk.policies.runs(viewer="wang")
    assert (run.done, run.moved, run.failed, run.finished_at is not None) == (2, 1, 1, True)
    assert due(office, good) == local("2023-10-01T18:15")


def test_applying_a_policy_needs_a_reason_and_the_right(office, stricter):
    with pytest.raises(AnswersInvalid):
        office.desk.policies.apply(STRICTER, by="wang", reason=" ")
    with pytest.raises(RightMissing):
        office.desk.policies.apply(STRICTER, by="li", reason="想要")
