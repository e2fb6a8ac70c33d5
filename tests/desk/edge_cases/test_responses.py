"""E36 and E37: what is an answer, and how long customers wait for the next one."""

from __future__ import annotations

from datetime import datetime

import pytest

from desk.clocks.responding import Contact, Exchange, exchanges, first_response, is_response
from tests.support.clocks import ZONE, local


def asked(hour: str, **more: bool) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=True, **more)


def ours(hour: str, **more: bool) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=False, **more)


def waits(*contacts: Contact, resolved: str | None = None) -> list[tuple[str, str | None]]:
    found = exchanges(contacts, resolved_at=local(f"2024-03-05T{resolved}") if resolved else None)
    return [(wall(one.asked_at), wall(one.answered_at) if one.answered_at else None) for one in found]


def wall(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%H:%M}"


@pytest.mark.parametrize(
    ("contact", "counts"),
    [
        (ours("10:00"), True),
        (ours("10:00", by_person=False), False),
        (ours("10:00", public=False), False),
        (asked("10:00"), False),
    ],
    ids=["reply, call or public note", "bot or automatic receipt", "internal note", "customer"],
)
def test_e36_only_what_a_person_of_ours_says_to_the_customer_is_an_answer(contact, counts):
    assert is_response(contact) is counts


def test_e36_the_first_answer_is_the_earliest_however_late_it_was_noted():
    said = [ours("09:01", by_person=False), ours("10:30"), ours("10:00")]
    assert first_response(said) == local("2024-03-05T10:00")
    assert first_response(said[:1]) is None


def test_e37_the_wait_begins_with_the_first_unanswered_message_and_further_ones_do_not_reset_it():
    said = [ours("09:00"), asked("10:00"), asked("10:30"), ours("11:00"), asked("12:00")]
    assert waits(*said) == [("10:00", "11:00"), ("12:00", None)]


def test_e37_nothing_is_timed_before_the_first_answer():
    assert waits(asked("09:00"), asked("09:30"), ours("10:00")) == []


def test_e37_notes_bots_and_machine_mail_neither_begin_nor_end_a_wait():
    said = [
        ours("09:00"),
        asked("09:30", by_person=False),
        asked("10:00"),
        ours("10:10", public=False),
        ours("10:20", by_person=False),
    ]
    assert waits(*said) == [("10:00", None)]


def test_e37_the_solution_ends_the_wait():
    said = [ours("09:00"), asked("10:00"), asked("12:00")]
    assert waits(*said, resolved="11:00") == [("10:00", "11:00")]
    assert exchanges(said)[0] == Exchange(asked_at=local("2024-03-05T10:00"), answered_at=None)
