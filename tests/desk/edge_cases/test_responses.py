"""E36: what is an answer."""

from __future__ import annotations

import pytest

from desk.clocks.responding import Contact, first_response, is_response
from tests.support.clocks import local


def asked(hour: str, **more: bool) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=True, **more)


def ours(hour: str, **more: bool) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=False, **more)


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
