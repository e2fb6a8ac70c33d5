"""Whatever is typed: parsing raises nothing but FeelSyntaxError, evaluating nothing but FeelError."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import FeelError, FeelSyntaxError, parse, parse_unary_tests, to_python
from tests.support.examples import examples

WORDS = "if |then| else|for i in | return |some y in | satisfies | and | or | in | between | instance of |function(a) |null|true"
SIGNS = '.. ** != <= // /* 1 2.5 "a" x list< number not( sum( date( sort( "2026-01-01" partial item range('
PIECES = st.sampled_from([*"()[]{},:.+-*/=<>?@\n", *SIGNS.split(), *WORDS.split("|"), "string join(", "full name"])
CONTEXT = {"x": [1, {"a": "b"}], "full name": "Ana", "a": 3}


@examples(400)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_expression_ends_in_a_value_or_a_feel_error(text):
    try:
        expression = parse(text, names=["full name"])
    except FeelSyntaxError:
        return
    try:
        to_python(expression.evaluate(CONTEXT, budget=5000))
    except FeelError:
        return


@examples(300)
@given(st.lists(PIECES, max_size=15).map("".join), st.sampled_from([None, 1, "a", [1], {"a": 1}]))
def test_any_cell_answers_true_false_or_null(text, value):
    try:
        truth = parse_unary_tests(text).matches(value, CONTEXT, budget=5000)
    except FeelError:
        return
    assert truth in (True, False, None)


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30))
def test_whole_numbers_compare_as_python_compares_them(left, right):
    assert parse("l < r").evaluate({"l": left, "r": right}) is (left < right)


@given(st.recursive(st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=5), lambda c: st.lists(c, max_size=3)))
def test_everything_equals_itself(value):
    assert parse("v = v").evaluate({"v": value}) is True
