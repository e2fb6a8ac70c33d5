"""What expressions mean, as an analyst would write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bpmn.feel import parse, to_python

CASE = {
    "priority": "urgent",
    "minutes": 90,
    "tags": ["vip", "new"],
    "customer": {"name": "Ana", "full name": "Ana Li", "orders": [{"total": 5}, {"total": 12.5}]},
    "nothing": None,
}


def value_of(text: str, **variables: object) -> object:
    return to_python(parse(text, names=["full name"]).evaluate(CASE | variables))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("1 / 3 * 3", Decimal("0.9999999999999999999999999999999999")),
        ("0.1 + 0.2 = 0.3", True),
        ("1 / 0", None),
        ("10 ** 6145", None),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ("1 + null", None),
        ("- minutes", -90),
    ],
)
def test_arithmetic_is_exact_and_what_has_no_meaning_is_null(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('priority = "urgent" and minutes > 60', True),
        ('priority != "urgent" or minutes between 1 and 100', True),
        ("1 < 2 = true", True),
        ('"a" < "b"', True),
        ('1 = "1"', None),
        ("nothing = null", True),
        ("unknown variable.anything", None),
        ("nothing > 3", None),
        ("false and nothing", False),
        ("true and nothing", None),
        ("true or nothing", True),
        ("minutes in [1..90]", True),
        ("minutes in (1..90)", False),
        ("minutes in (< 10, > 80)", True),
        ('priority in ("low", "urgent")', True),
        ("90 in [[1..100], 200]", True),
        ("minutes instance of number", True),
        ("tags instance of list<string>", True),
        ("not(minutes > 60)", False),
    ],
)
def test_conditions_know_true_false_and_null(text, value):
    if " variable." in text:
        assert to_python(parse(text, names=["unknown variable"]).evaluate(CASE)) is value
    else:
        assert value_of(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('if minutes > 60 then "late" else "fine"', "late"),
        ('if nothing then "a" else if minutes = 90 then "b" else "c"', "b"),
        ("for i in 1..4 return i * i", [1, 4, 9, 16]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..4) return i", [1, 2, 3]),
        ("for i in [1, 2], j in [10, i] return i * j", [10, 1, 20, 4]),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ('for d in @"2026-02-27"..@"2026-03-01" return day of week(d)', ["Friday", "Saturday", "Sunday"]),
        ("for i in nothing return i", None),
        ("some o in customer.orders satisfies o.total > 10", True),
        ("every o in customer.orders satisfies o.total > 10", False),
        ("every o in [] satisfies false", True),
    ],
)
def test_choices_and_loops(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("customer.name", "Ana"),
        ("customer.full name", "Ana Li"),
        ("customer.orders.total", [5, Decimal("12.5")]),
        ("customer.orders[total > 10].total", [Decimal("12.5")]),
        ("customer.orders[1].total", 5),
        ("customer.orders[-1].total", Decimal("12.5")),
        ("customer.orders[3]", None),
        ("[{item: 1}, {item: 2}][item >= 2]", [{"item": 2}]),
        ('tags[item = "vip"]', ["vip"]),
        ("{a: 1, b: a + 1}.b", 2),
        ('{"two words": 2}.two words', 2),
        ("{sum so far: 1, twice: sum so far * 2}.twice", 2),
        ("{a: 1, a: 2}", None),
        ('{add: function(x, y) x + y, r: add(1, 2), n: add(y: 1, x: "a")}.r', 3),
        ('(function(x: number) x)("text")', None),
        ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ],
)
def test_paths_filters_contexts_and_functions(text, value):
    assert value_of(text) == value


def test_comments_and_line_breaks_are_blanks():
    assert value_of("1 // one\n + /* two */ 2") == 3


def test_texts_take_escapes_and_unicode():
    assert value_of(r'"\"好\" \u597D \uD83D\uDC0E \\"') == '"好" 好 🐎 \\'


def test_chinese_names_need_no_quotes():
    assert value_of("优先级.分数 + 1", 优先级={"分数": 2}) == 3


def test_any_name_may_stand_in_backticks():
    assert value_of("`order-no.` + customer.`full name`", **{"order-no.": "7 "}) == "7 Ana Li"


def test_a_variable_may_share_its_name_with_a_function():
    assert value_of("count(date) + count", count=1, date=[1, 2]) == 3


def test_names_are_the_free_variables_only():
    expression = parse("for x in orders return x.total + rate * count(orders[amount > 3]) + {a: 1, b: a}.b")
    assert expression.names == {"orders", "rate"}
    assert "amount" in expression.reads


def test_a_host_function_is_among_the_names_and_a_built_in_one_is_not():
    assert parse("working time(start) + string length(x)", names=["working time"]).names == {"working time", "start", "x"}


def test_an_expression_keeps_its_text():
    assert parse(" 1+1 ").text == " 1+1 "
