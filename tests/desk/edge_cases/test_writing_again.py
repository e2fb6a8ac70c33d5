"""E19 through the product: what a customer writes to a closed case is neither refused nor lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from desk.casework.incoming import MOST_FOLLOWING
from desk.errors import MessageIdUsedOtherwise
from desk.model import CaseState, EntryKind
from desk.store import assignments, cases, conversation
from desk.store.links import LinkKind
from engine.db import queries

AGAIN = "支付又失败了，请再看一下"


@pytest.fixture
def closed(office):
    number = office.open()
    office.resolve(number)
    office.at("09:00", "2023-10-09")
    assert view(office, number).case.state is CaseState.CLOSED
    return number


def view(office, number):
    return office.desk.cases.case(number, viewer="wang")


def write(office, number, text=AGAIN, *, id="m1", **how):
    received = office.desk.incoming.take(number, text, message_id=id, **how)
    office.run()
    return received


@pytest.mark.stored
def test_e19_a_reply_to_a_closed_case_opens_a_new_one_linked_to_it(office, closed):
    received = write(office, closed, channel="email")
    assert (received.taken, received.opened, received.number == closed) == (True, True, False)
    new, old = view(office, received.number), view(office, closed)
    assert old.case.state is CaseState.CLOSED
    assert (new.case.customer_id, new.case.channel, new.description) == (old.case.customer_id, "email", AGAIN)
    assert (new.case.type, new.order_number, new.case.received_at) == (old.case.type, old.order_number, office.clock.now())
    assert [(one.number, one.kind, one.other) for one in new.links] == [(new.number, LinkKind.FOLLOWS, closed)]
    assert new.links == old.links
    assert "handle" in office.activities(new.number)
    assert {clock.name for clock in new.clocks} >= {"respond", "solve"}
    kinds = [[item.kind for item in office.desk.cases.timeline(one, viewer="wang")] for one in (new.number, closed)]
    assert ("follows" in kinds[0], "followed" in kinds[1]) == (True, True)


def test_e19_further_messages_go_to_the_case_that_follows_until_it_is_closed_too(office, closed):
    following = write(office, closed).number
    further = write(office, closed, "还有一张截图", id="m2")
    assert (further.number, further.opened) == (following, False)
    with office.engine.db.reading() as tx:
        said = [entry.text for entry in conversation.entries(tx, office.desk.context.vault, following)]
    assert said == [AGAIN, "还有一张截图"]
    assert not write(office, closed, id="m1").taken


@pytest.mark.stored
def test_e19_two_messages_at_once_open_one_case(office, closed):
    with ThreadPoolExecutor(2) as both:
        received = list(both.map(lambda id: office.desk.incoming.take(closed, AGAIN, message_id=id), ("a", "b")))
    assert sorted(one.opened for one in received) == [False, True]
    assert len({one.number for one in received}) == 1


def test_e19_machine_mail_opens_no_case(office, closed):
    received = write(office, closed, "我不在办公室", headers={"Auto-Submitted": "auto-replied"})
    assert (received.number, received.opened) == (closed, False)
    assert view(office, closed).links == ()


def test_e19_programs_that_answer_each_other_open_a_few_cases_at_most(office, closed):
    for turn in range(MOST_FOLLOWING + 2):
        received = write(office, closed, id=f"loop-{turn}")
        if received.opened:
            with office.engine.db.transaction() as tx:
                cases.save(tx, cases.case(tx, received.number), state=CaseState.CLOSED, closed_at=office.clock.now())
    numbers = {item.number for item in (one.case for one in office.desk.cases.search(viewer="wang").items)}
    assert len(numbers) == 1 + MOST_FOLLOWING


def test_e19_what_the_customer_wrote_is_sealed(office, closed):
    number = write(office, closed).number
    with office.engine.db.reading() as tx:
        stored = tx.exec_driver_sql(f"select description_sealed from desk_case where number = '{number}'").scalar_one()
    assert AGAIN.encode() not in bytes(stored)


def test_e19_the_case_that_follows_comes_to_nobody_complained_about_in_the_first(office):
    number = office.open(about_agent="chen")
    office.desk.lines.keep_from(number, "zhao", by="wang")
    office.resolve(number)
    office.at("09:00", "2023-10-09")
    following = view(office, write(office, number).number)
    with office.engine.db.reading() as tx:
        assert assignments.kept_from(tx, following.number) == {"chen", "zhao"}
        assert queries.variables(tx, office.desk.context.vault, following.instance_id)["intake"]["about_agent"] == "chen"
    assert following.case.owner not in ("chen", "zhao")


@pytest.mark.stored
def test_the_same_id_at_once_for_two_cases_is_taken_for_one_and_refused_for_the_other(office):
    numbers = [office.open(customer_contact=f"1390000000{n}") for n in range(2)]

    def take(number: str) -> str:
        try:
            return str(office.desk.incoming.take(number, AGAIN, message_id="one").taken)
        except MessageIdUsedOtherwise:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, numbers)) == ["True", "refused"]


def test_a_message_that_was_taken_is_known_also_after_its_case_went_on_twice(office, closed):
    second = write(office, closed).number
    office.resolve(second)
    office.at("09:00", "2023-10-18")
    third = write(office, closed, "又坏了", id="m2").number
    assert len({closed, second, third}) == 3
    assert [write(office, closed, id=id).taken for id in ("m1", "m2")] == [False, False]


def test_an_entry_is_kept_once_per_id_also_when_nobody_looked_before(office):
    number, vault = office.open(), office.desk.context.vault
    entry = conversation.Entry(kind=EntryKind.CUSTOMER, at=office.clock.now(), by="customer", text=AGAIN, message_id="one")
    with office.engine.db.transaction() as tx:
        assert [conversation.append(tx, vault, number, entry) for _ in range(2)] == [True, False]
