"""E25: a policy that was edited leaves running cases alone, until somebody applies it to them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from bpmn.package import ProcessPackage
from desk import tables
from desk.casetasks import instance_of
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.clockchanges import book_of
from desk.limits.policies import Policies
from desk.limits.reclassifying import NewClass
from engine.commands import SetVariables
from engine.db import queries
from engine.testing import FakeClock
from tests.desk.conftest import BILLING_DAY, PACKAGE, SHANGHAI, keep_deployed, local

STRICTER = "2.0"


@pytest.fixture
def stricter(office):
    """A further version, by which a normal case is solved in 8 hours, not 24, and answered again in 20 minutes."""
    files = dict(PACKAGE.files)
    table = files["targets.dmn"].decode()
    row = table.index('<rule id="targets_row_4">')
    answers = table[table.index('<rule id="targets_row_3">') : row].replace("targets_row_3", "targets_row_next_response")
    answers = answers.replace('"respond"', '"next_response"').replace("<text>1</text>", "<text>20</text>").replace('"h"', '"min"')
    files["targets.dmn"] = (table[:row] + answers + table[row:].replace("<text>24</text>", "<text>8</text>", 1)).encode()
    files["process.toml"] = files["process.toml"].replace(b'version = "1.0"', b'version = "2.0"')
    files["customer-service.bpmn"] = files["customer-service.bpmn"].replace(b'versionTag value="1.0"', b'versionTag value="2.0"')
    keep_deployed(office.engine, ProcessPackage.from_files(files), office.clock.now())


def due(office, number):
    clocks = office.desk.cases.case(number, viewer="wang").clocks
    return next(clock.due_at for clock in clocks if clock.name == "solve")


def promised(office, number, name="solve", round=1):
    """What a clock counts by."""
    whys = office.desk.timing.why(number, viewer="wang")
    return next(why.state.target for why in whys if (why.name, why.round) == (name, round))


def reopen(office, number):
    """Resolve a case to the dissatisfaction of its customer."""
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()


def apply(office, version):
    office.desk.policies.apply(version, by="wang", reason="新合同")
    office.run()


def stop_clocks(office, number, *, spared=""):
    """Stop a case's open clocks but one; the names of what goes on."""
    with office.engine.db.transaction() as tx:
        book = book_of(tx, office.desk.context, number)
        book.stop({name for _, name in book.open_clocks()} - {spared}, office.clock.now(), by="wang", what="closed")
        book.write()
        return {name for _, name in book.open_clocks()}


def variables(office, number):
    with office.engine.db.reading() as tx:
        return queries.variables(tx, office.desk.context.vault, instance_of(tx, number).id)


def set_variables(office, number, **values):
    """As a diagram may, or another program."""
    with office.engine.db.transaction() as tx:
        order = SetVariables(instance_id=instance_of(tx, number).id, values=values, by="engine", reason="")
        office.engine.set_variables(tx, order)


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
    reopen(office, number)
    office.at("11:30")
    second = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if (one.name, one.round) == ("solve", 2))
    assert second.due_at == local("2023-10-01T19:00")
    office.desk.reclassifying.reclassify(number, NewClass(tags=["refund"]), reason="退款", by="wang")
    second = next(one for one in office.desk.cases.case(number, viewer="wang").clocks if (one.name, one.round) == ("solve", 2))
    assert second.due_at == local("2023-10-01T19:00")


def test_e25_every_clock_names_the_version_that_it_is_promised_by(office, stricter):
    office.at("10:15")
    applied, own = office.open(BILLING_DAY), "customer-service 1.0"
    assert promised(office, applied).policy_version == own
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    other = office.open(BILLING_DAY, customer_contact="13900000000")
    office.at("11:00")
    for number, version in ((applied, "customer-service 2.0"), (other, own)):
        reopen(office, number)
        assert [promised(office, number, round=round).policy_version for round in (1, 2)] == [version, version]
        office.desk.reclassifying.reclassify(number, NewClass(priority="urgent"), reason="升级", by="wang")
        assert promised(office, number, round=2).policy_version == version
        steps = [step.text(SHANGHAI) for why in office.desk.timing.why(number, viewer="wang") for step in why.steps]
        assert f"by the targets of {version}" in steps


def test_e25_a_policy_that_was_applied_by_mistake_is_taken_back_by_applying_the_cases_own(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    own = promised(office, number)
    assert office.desk.policies.preview(own.policy_version.split()[-1], viewer="wang").total == 0
    for version, limit in ((STRICTER, 8), ("1.0", 24)):
        office.desk.policies.apply(version, by="wang", reason="新合同")
        office.run()
        assert promised(office, number).limit.amount == limit
    assert due(office, number) == local("2023-10-02T10:15")
    assert promised(office, number).policy_version == own.policy_version


def test_e25_a_case_that_was_resolved_when_a_policy_came_opens_again_by_it(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.resolve(number)
    stop_clocks(office, number)
    assert all(why.state.over for why in office.desk.timing.why(number, viewer="wang"))
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()
    assert promised(office, number).policy_version == "customer-service 1.0"
    assert promised(office, number, round=2).policy_version == "customer-service 2.0"


def test_e25_a_policy_is_taken_back_for_a_resolved_case_too(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.resolve(number)
    stop_clocks(office, number)
    apply(office, STRICTER)
    preview = office.desk.policies.preview("1.0", viewer="wang")
    assert (preview.total, preview.by_others, preview.moved) == (1, 1, ())
    apply(office, "1.0")
    assert office.desk.policies.preview("1.0", viewer="wang").by_others == 0
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()
    again = promised(office, number, round=2)
    assert (again.limit.amount, again.policy_version) == (24, "customer-service 1.0")


def test_e25_a_policy_is_taken_back_for_a_case_of_which_only_an_answer_is_timed(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.desk.work.reply(number, "正在查", by=office.task(number).assignee or "")
    office.desk.work.customer_message(number, "在吗？", message_id="m1")
    apply(office, STRICTER)
    assert stop_clocks(office, number, spared="next_response") == {"next_response"}
    apply(office, "1.0")
    office.desk.work.reply(number, "正在查", by=office.task(number).assignee or "")
    office.desk.work.customer_message(number, "还没好？", message_id="m2")
    assert promised(office, number, "next_response:2").policy_version == "customer-service 1.0"


def test_e25_a_process_that_asks_its_own_table_again_goes_by_that_again(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    asked = variables(office, number)
    apply(office, STRICTER)
    again = {"target_rows": asked["target_rows"], "clocks": {**asked["clocks"], "round": 2}}
    set_variables(office, number, **again)
    assert promised(office, number).policy_version == "customer-service 2.0"
    assert promised(office, number, round=2).policy_version == "customer-service 1.0"
    office.desk.reclassifying.reclassify(number, NewClass(tags=["refund"]), reason="退款", by="wang")
    second = promised(office, number, round=2)
    assert (second.limit.amount, second.policy_version) == (24, "customer-service 1.0")


def test_e25_a_version_that_was_never_deployed_keeps_nobody_from_classing_a_case_anew(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    rows = [{**row, "of_version": "9.9"} for row in variables(office, number)["target_rows"]]
    for change in ({"targets_version": "9.9"}, {"target_rows": rows}):
        set_variables(office, number, **change)
        before = office.desk.cases.case(number, viewer="wang").case.priority
        other = "normal" if before == "urgent" else "urgent"
        office.desk.reclassifying.reclassify(number, NewClass(priority=other), reason="核实", by="wang")
        assert promised(office, number).policy_version == "customer-service 1.0"
    apply(office, STRICTER)
    assert promised(office, number).policy_version == "customer-service 2.0"


def test_e25_the_next_answer_is_timed_by_the_policy_that_was_applied_in_every_round(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    office.desk.work.reply(number, "正在查", by=office.task(number).assignee or "")
    office.desk.work.customer_message(number, "在吗？", message_id="m1")
    before = promised(office, number, "next_response")
    assert (before.limit.amount, before.limit.unit, before.policy_version) == (1, "h", "customer-service 1.0")
    office.desk.work.reply(number, "正在查", by=office.task(number).assignee or "")
    office.desk.policies.apply(STRICTER, by="wang", reason="新合同")
    office.run()
    office.desk.work.customer_message(number, "还没好？", message_id="m2")
    reopen(office, number)
    office.desk.work.customer_message(number, "？？", message_id="m3")
    for name, round in (("next_response:2", 1), ("next_response", 2)):
        after = promised(office, number, name, round)
        assert (after.limit.amount, after.limit.unit, after.policy_version) == (20, "min", "customer-service 2.0")
        assert [row["source"] for row in after.considered if row["won"]] == [after.source]


def test_e25_a_limit_that_has_passed_by_the_new_policy_is_marked_beforehand(office, stricter):
    office.at("10:15")
    office.open(BILLING_DAY)
    office.at("20:00")
    (moved,) = [one for one in office.desk.policies.preview(STRICTER, viewer="wang").moved if one.clock == "solve"]
    assert moved.breaches == (moved.due_after <= office.clock.now())


def test_e25_the_story_of_a_case_calls_moved_only_what_is_due_at_another_time(office, stricter):
    office.at("10:15")
    kept, moved, paused = office.open(), office.open(BILLING_DAY), office.open(BILLING_DAY, customer_contact="13900000000")
    until = local("2023-10-01T15:00")
    for number in (kept, paused):
        office.desk.timing.pause(number, reason="customer", until=until, by=office.task(number).assignee or "")
    apply(office, STRICTER)
    told = [
        [item.kind for item in office.desk.cases.timeline(number, viewer="wang") if item.details.get("why") == "policy_applied"]
        for number in (kept, moved, paused)
    ]
    assert told == [["clocks_kept"], ["clocks_moved"], ["clocks_moved"]]


class TickingClock(FakeClock):
    """Later by a second whenever it is asked."""

    def now(self):
        return self.advance(seconds=1)


def test_e25_a_paused_clock_moves_by_another_limit_alone_and_not_as_time_goes_by(office, stricter):
    office.at("10:15")
    number = office.open(BILLING_DAY)
    until = local("2023-10-01T15:00")
    office.desk.timing.pause(number, reason="customer", until=until, by=office.task(number).assignee or "")
    office.at("11:00")
    policies = Policies(replace(office.desk.context, clock=TickingClock(office.clock.now())))
    (moved,) = policies.preview(STRICTER, viewer="wang").moved
    assert (moved.clock, moved.is_paused) == ("solve", True)
    for _ in range(2):
        policies.apply(STRICTER, by="wang", reason="新合同")
        while policies.tend():
            pass
    assert [run.moved for run in policies.runs(viewer="wang")] == [0, 1]
    assert policies.preview(STRICTER, viewer="wang").moved == ()


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
