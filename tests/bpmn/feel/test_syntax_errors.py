"""Every message says what is wrong, where, in two languages."""

from __future__ import annotations

import pickle

import pytest

from bpmn.feel import FeelError, FeelSyntaxError, parse, parse_unary_tests

BROKEN = [
    ("1 +", 3, "expected an expression, but the text ends here"),
    ("(1", 2, "expected `)` to close the bracket"),
    ("if a then b", 11, "expected `else`"),
    ("for x of y return x", 4, "expected a name and `in`"),
    ("some x in y", 11, "expected `satisfies`"),
    ('"abc', 0, 'no closing `"`'),
    ("a b", 2, "expected an operator or the end, found `b`"),
    ("f(a: 1, a: 2)", 9, "given twice"),
    ("function(a, a) 1", 13, "declared twice"),
    ("{a 1}", 4, "expected `:`"),
    ("[1..2", 5, "expected `]` or `)`"),
    ("a.", 2, "name of a property"),
    ("x instance of foo", 14, "there is no type `foo`"),
    ("@x", 1, "date, time or duration"),
    ("1e99999", 7, "too large"),
    ("`", 0, "between backticks"),
    ("then", 0, "expected an expression, found `then`"),
]


@pytest.mark.parametrize(("text", "position", "message"), BROKEN)
def test_a_syntax_error_names_place_and_fact(text, position, message):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    error = caught.value
    assert (error.text, error.position) == (text, position)
    assert message in error.message


@pytest.mark.parametrize("text", [text for text, _, _ in BROKEN] + ["(" * 99, "1" * 20_001, "a" + ".b" * 99, "1=" * 99 + "1"])
def test_every_message_has_its_chinese(text):
    with pytest.raises(FeelSyntaxError) as caught:
        parse(text)
    assert caught.value.message_zh != caught.value.message
    assert str(caught.value.position + 1) in caught.value.in_chinese()


def test_a_cell_with_rubbish_after_it_is_named():
    with pytest.raises(FeelSyntaxError, match="end of the cell"):
        parse_unary_tests('"a" "b"')


def test_an_error_survives_the_way_between_processes():
    with pytest.raises(FeelError) as caught:
        parse("1 +")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
