"""E39 through the product: a message is a matter of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bpmn.package import ProcessPackage
from desk.casework import splitting
from desk.errors import CaseNotFound, KeyUsedOtherwise, MessageNotFound, RequestSentTwice, RightMissing
from desk.model import EntryKind
from desk.store import assignments, cases, conversation
from desk.store.links import LinkKind
from engine.db import queries
from tests.desk.conftest import BILLING_DAY, PACKAGE, keep_deployed, local

WRITTEN = "另外想问一下账单日怎么改"


@pytest.fixture
def first(office):
    """A case that was answered at 09:40, in which the customer asks for something else at 10:00; now it is 10:30."""
    number = office.open()
    office.at("09:40")
    office.desk.work.log_call(number, "已致电", by="wang")
    office.at("10:00")
    office.desk.work.customer_message(number, WRITTEN, message_id="else")
    office.at("10:30")
    return number


def view(office, number):
    return office.desk.cases.case(number, viewer="wang")


def message_of(office, number):
    with office.engine.db.reading() as tx:
        said = conversation.entries(tx, office.desk.context.vault, number)
    return next(entry.id for entry in said if entry.kind is EntryKind.CUSTOMER)


def intake_of(office, seen):
    with office.engine.db.reading() as tx:
        return queries.variables(tx, office.desk.context.vault, seen.instance_id)["intake"]


def split(office, number, *, by="wang", **how):
    opened = office.desk.splitting.split(number, message_of(office, number), by=by, **how)
    office.run()
    return opened


@pytest.mark.stored
def test_e39_what_is_split_off_counts_from_its_message_and_awaits_its_own_answer(office, first):
    number = split(office, first, type="inquiry")
    opened = view(office, number)
    assert (opened.case.received_at, opened.case.first_response_at) == (local("2023-10-01T10:00"), None)
    assert (opened.case.type, opened.description) == ("inquiry", WRITTEN)
    started = {clock.name: clock.started_at for clock in opened.clocks}
    assert (started["respond"], started["solve"]) == (local("2023-10-01T10:00"), local("2023-10-01T10:00"))
    assert [(one.number, one.kind, one.other) for one in opened.links] == [(number, LinkKind.SPLIT_OFF, first)]
    assert view(office, first).links == opened.links
    assert opened.case.customer_id == view(office, first).case.customer_id
    assert [item.text for item in office.desk.cases.conversation(number, viewer="wang")] == [WRITTEN]


def test_e39_a_second_click_splits_nothing_twice(office, first):
    assert split(office, first, request_id="click") == split(office, first, request_id="click")


@pytest.mark.stored
def test_e39_two_clicks_at_once_open_one_case(office, first):
    entry = message_of(office, first)
    with ThreadPoolExecutor(2) as both:
        opened = list(both.map(lambda _: office.desk.splitting.split(first, entry, by="wang", request_id="click"), range(2)))
    assert len(set(opened)) == 1
    assert [one.number for one in view(office, first).links] == opened[:1]


def test_e39_only_a_customers_message_is_split_off_by_who_owns_the_case(office, first):
    call = next(item for item in office.desk.cases.conversation(first, viewer="wang") if item.kind == "call")
    with pytest.raises(MessageNotFound):
        office.desk.splitting.split(first, call.details["entry_id"], by="wang")
    assert view(office, first).case.owner == "li"
    with pytest.raises(CaseNotFound):
        split(office, first, by="chen")


def test_e39_a_message_of_a_case_that_was_merged_can_be_split_off_again(office, first):
    staying = office.open(received_at="2023-10-01T10:20")
    office.desk.merging.merge(first, staying, by="wang", reason="同一件事")
    again = office.desk.splitting.split(staying, message_of(office, first), by="wang")
    office.run()
    assert view(office, again).case.received_at == local("2023-10-01T10:00")


def test_e39_what_was_said_of_the_first_matter_does_not_hold_for_what_is_split_off(office, first):
    before, opened = view(office, first), view(office, split(office, first, type="inquiry"))
    assert (before.case.subtype, before.order_number, intake_of(office, before)["usage_blocked"]) == (
        "product_fault",
        "DD20231001001",
        True,
    )
    assert (opened.case.subtype, opened.order_number, opened.product) == ("", "", "")
    said = intake_of(office, opened)
    assert (said["urgency"], said["preferred_channel"], said["customer_name"]) == ("normal", "phone", "张三")
    assert said.keys().isdisjoint({"subtype", "emotional", "scope", "about_agent"})
    assert not said.get("usage_blocked")


def test_e39_a_key_holds_for_one_message_of_one_case(office, first):
    opened = split(office, first, request_id="api:li:click")
    with pytest.raises(KeyUsedOtherwise, match="click"):
        split(office, first, request_id="api:li:click", type="inquiry")
    other = office.open(BILLING_DAY)
    office.desk.work.customer_message(other, WRITTEN, message_id="other")
    with pytest.raises(KeyUsedOtherwise):
        split(office, other, request_id="api:li:click")
    assert split(office, first, request_id="api:li:click") == opened


def test_e39_a_key_that_another_case_uses_at_the_same_moment_opens_nothing(office, first, monkeypatch):
    other = office.open(BILLING_DAY)
    office.desk.work.customer_message(other, WRITTEN, message_id="other")
    split(office, first, request_id="click")
    monkeypatch.setattr(splitting, "opened_before", lambda *_: None)  # as if the other order weren't finished when this one looks
    before = office.desk.cases.search(viewer="wang").total
    with pytest.raises(RequestSentTwice):
        split(office, other, request_id="click")
    assert office.desk.cases.search(viewer="wang").total == before


def test_e39_what_is_split_off_is_kept_from_whom_the_first_one_is_kept_from(office, first):
    office.desk.lines.keep_from(first, "li", by="wang")
    office.run()
    number = split(office, first)
    with office.engine.db.reading() as tx:
        assert assignments.kept_from(tx, number) == {"li"}
    assert view(office, number).case.owner != "li"


@pytest.mark.stored
def test_e39_whoever_gave_the_case_away_meanwhile_splits_nothing(office, first, monkeypatch):
    lock = office.engine.lock

    def given_away_before(tx, instance_id):
        cases.save(tx, cases.case(tx, first), owner="chen")
        return lock(tx, instance_id)

    monkeypatch.setattr(office.engine, "lock", given_away_before)
    with pytest.raises(RightMissing):
        split(office, first, by="li")


def test_e39_its_limits_count_from_the_message_though_the_form_does_not_ask_when_it_came(office, first):
    files = PACKAGE.to_files()
    files["process.toml"] = files["process.toml"].replace(b'version = "1.0"', b'version = "9.0"')
    files["intake.form"] = files["intake.form"].replace(b'"received_at"', b'"heard_at"')
    keep_deployed(office.engine, ProcessPackage.from_files(files), office.clock.now())
    office.desk.rollout.assign("customer-service", "9.0", None, by="analyst")
    opened = view(office, split(office, first))
    assert "received_at" not in intake_of(office, opened)
    assert (opened.case.version, opened.case.received_at) == ("9.0", local("2023-10-01T10:00"))
    assert {clock.started_at for clock in opened.clocks if clock.name == "solve"} == {local("2023-10-01T10:00")}
