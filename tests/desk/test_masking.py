"""What of a person may be seen."""

from __future__ import annotations

import pytest

from desk.masking import mask_contact, mask_name, mask_number, mask_within


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("欧阳修", "欧阳*"), ("欧阳", "欧*"), ("Ana Roy", "A*"), ("夜猫子", "夜*"), (" ", "")]
)
def test_of_a_name_the_surname_stays(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("contact", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("62345678", "****78"),
        ("12", "****"),
        ("ana@example.org", "a***@example.org"),
        ("", ""),
    ],
)
def test_of_a_contact_as_much_stays_as_its_owner_needs_to_know_it(contact, masked):
    assert mask_contact(contact) == masked


@pytest.mark.parametrize(("number", "masked"), [("C10025", "C****5"), ("C5", "****"), ("", "")])
def test_of_a_customer_number_the_ends_stay(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请回电+86 138-1234-5678,或写ana@example.org。", "请回电138****5678,或写a***@example.org。"),
        ("身份证11010519900307803X", "身份证****"),
        ("订单号DD20231001001,流水20231001001", "订单号DD20231001001,流水20231001001"),
        ("13812345678901", "13812345678901"),
        ("", ""),
    ],
)
def test_within_a_text_contacts_are_masked_and_order_numbers_stay(text, masked):
    assert mask_within(text) == masked


def test_a_long_text_is_masked_at_once():
    assert mask_within("a" * 200_000) == "a" * 200_000
