"""E39 through the product: a message is a matter of its own."""

from __future__ import annotations

import pytest

from desk.errors import CaseNotFound, MessageNotFound, RightMissing
from desk.model import EntryKind
from desk.store import conversation
from desk.store.links import LinkKind
from tests.desk.conftest import local

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


def test_e39_only_a_customers_message_is_split_off_by_who_owns_the_case(office, first):
    call = next(item for item in office.desk.cases.conversation(first, viewer="wang") if item.kind == "call")
    with pytest.raises(MessageNotFound):
        office.desk.splitting.split(first, call.details["entry_id"], by="wang")
    with pytest.raises((CaseNotFound, RightMissing)):
        split(office, first, by="li" if view(office, first).case.owner != "li" else "chen")


def test_e39_a_message_of_a_case_that_was_merged_can_be_split_off_again(office, first):
    staying = office.open(received_at="2023-10-01T10:20")
    office.desk.merging.merge(first, staying, by="wang", reason="同一件事")
    again = office.desk.splitting.split(staying, message_of(office, first), by="wang")
    office.run()
    assert view(office, again).case.received_at == local("2023-10-01T10:00")
