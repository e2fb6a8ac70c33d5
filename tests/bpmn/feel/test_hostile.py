"""Expressions that attack: each ends soon, in null or in a named error."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from bpmn.feel import FeelBudgetExceeded, FeelError, FeelSyntaxError, parse, to_python

SECONDS = 15.0


def doubling(step: str, result: str) -> str:
    """26 variables, each made of the one before, twice."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    entries = [f"v{b}: {step.format(a=f'v{a}')}" for a, b in pairwise(letters)]
    return '{va: ["x", "y"], ' + ", ".join(entries) + f", r: {result}}}.r"


BOMBS = {
    "nested loops": "for a in 1..1000, b in 1..1000, c in 1..1000 return a * b * c",
    "endless range": "for i in 1..1e15 return i",
    "endless quantifier": "some x in 1..1000000000 satisfies false",
    "recursion": "{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r",
    "branching recursion": "{f: function(g, n) if n > 40 then 1 else g(g, n + 1) + g(g, n + 1), r: f(f, 1)}.r",
    "doubled lists": doubling("concatenate({a}, {a})", "vz"),
    "compared tree": doubling("[{a}, {a}]", "vz = vz"),
    "printed tree": doubling("[{a}, {a}]", "string(vz)"),
    "flattened tree": doubling("[{a}, {a}]", "count(flatten(vz))"),
    "distinct": "distinct values(for i in 1..20000 return i)",
    "partial results": "for i in 1..20000 return partial",
    "growing replacement": f'replace("{"a" * 9000}", "a", "{"b" * 9000}")',
    "long texts": "count(for i in 1..100000 return string(1e6000))",
    "powers": "for i in 1..60000 return (1 + 1 / i) ** 1234567.89",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_stopped_by_the_budget(text):
    start = time.process_time()
    with pytest.raises(FeelBudgetExceeded):
        parse(text).evaluate({})
    assert time.process_time() - start < SECONDS


def test_a_value_that_unfolds_without_end_is_not_unfolded():
    tree = parse(doubling("[{a}, {a}]", "vz")).evaluate({})
    with pytest.raises(FeelBudgetExceeded):
        to_python(tree)


NESTED = {
    "brackets": "(" * 3000 + "1" + ")" * 3000,
    "lists": "[" * 9000,
    "contexts": "{a:" * 2000,
    "functions": "function(x) " * 1500 + "1",
    "types": "x instance of " + "list<" * 3000,
    "comparisons": "=".join(["1"] * 3000),
    "properties": "a" + ".b" * 5000,
    "filters": "a" + "[1]" * 5000,
    "calls": "f" + "()" * 5000,
    "a megabyte of sums": "1+" * 500_000 + "1",
    "a megabyte of text": '"' + "a" * 1_000_000 + '"',
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_too_much_nesting_or_text_is_a_syntax_error(text):
    start = time.process_time()
    with pytest.raises(FeelSyntaxError):
        parse(text)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1" + "+1" * 9000, 9001),
        ("-" * 19000 + "1", 1),
        ("if a then 1 else " * 1000 + "2", 2),
        (" and ".join(["true"] * 2000), True),
    ],
)
def test_long_but_flat_is_fine(text, value):
    assert to_python(parse(text).evaluate({})) == value


@pytest.mark.parametrize(
    "text",
    [
        '__import__("os").system("id")',
        "x.__class__.__mro__",
        '"".__class__',
        "x.keys",
        '"".join.__self__',
        "(function(y) y).__globals__",
        "string(abs)",
        '@"2026-01-01".__reduce__',
    ],
)
def test_python_is_out_of_reach(text):
    assert parse(text).evaluate({"x": {}}) is None


def test_a_regular_expression_takes_no_exponential_time():
    start = time.process_time()
    assert parse(f'matches("{"a" * 5000}!", "(a+)+$")').evaluate({}) is False
    assert parse('matches("x", "((a{1,100}){1,100}){1,100}")').evaluate({}) is None
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "f(a" + " " * 19_000,
        "a" + " " * 19_000 + "b",
        "for a" + " a" * 9000,
        "x instance of list" + " " * 19_000 + "<",
        "/*" + "*" * 19_000,
    ],
)
def test_blanks_do_not_slow_the_parser(text):
    start = time.process_time()
    with pytest.raises(FeelSyntaxError):
        parse(text)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize("text", ["[" + " " * 100_000 + "]", "[" + ".. " * 100 + "]", "[1" + " .." * 150 + "]"])
def test_a_range_in_a_text_is_read_fast(text):
    start = time.process_time()
    assert parse("range(text)").evaluate({"text": text}) is None
    assert time.process_time() - start < SECONDS


def test_deep_data_is_refused_by_name():
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(FeelError, match="nested more than 100 deep"):
        parse("x").evaluate({"x": deep})


def test_a_larger_budget_lets_larger_work_through():
    expression = parse("count(for i in 1..100000 return i)")
    with pytest.raises(FeelBudgetExceeded, match="more than 1000 steps"):
        expression.evaluate({}, budget=1000)
    assert expression.evaluate({}, budget=1_000_000) == 100_000
