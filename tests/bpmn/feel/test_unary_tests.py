"""Cells of decision tables."""

from __future__ import annotations

import pytest

from bpmn.feel import parse_unary_tests


@pytest.mark.parametrize(
    ("cell", "value", "truth"),
    [
        ("-", None, True),
        ("", 5, True),
        ('"a"', "a", True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "c", True),
        ("not(< 5)", 3, False),
        ("< 5", 5, False),
        ("<= 5", 5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ("[1..5)", 5, False),
        ("]1..5]", 5, True),
        ("(< 3), 7", 7, True),
        ("limit", 7, True),
        ("> limit", 8, True),
        ("? > 3 and ? < limit", 5, True),
        ('starts with(?, "a")', "abc", True),
        ("[1, 2, 3]", 2, True),
        ("1, 2", [2, 9], True),
        ("true", True, True),
        ("null", None, True),
        ("< 5", None, None),
        ("< 5", "text", None),
        ('[date("2026-01-01")..date("2026-12-31")]', None, None),
        ("not(true) = false", True, True),
    ],
)
def test_cell(cell, value, truth):
    assert parse_unary_tests(cell).matches(value, {"limit": 7}) is truth


def test_names_leave_out_the_tested_value():
    assert parse_unary_tests("? > limit").names == {"limit"}
