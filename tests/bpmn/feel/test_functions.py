"""The functions of the language, one line each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from bpmn.feel import parse, to_python
from bpmn.feel.temporal import YearsMonths
from bpmn.feel.values import Range

TEXTS = [
    ('substring("foobar", 3)', "obar"),
    ('substring("foobar", -2, 1)', "a"),
    ('substring("foobar", 0)', None),
    ('string length("好🐎")', 2),
    ('upper case("aß")', "ASS"),
    ('lower case("ABC")', "abc"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring after("foobar", "o")', "obar"),
    ('substring after("foobar", "x")', ""),
    ('contains("foobar", "ob")', True),
    ('starts with("foobar", "foo")', True),
    ('ends with("foobar", "r")', True),
    ('matches("abc123", "[a-z]+\\d+")', True),
    ('matches("ABC", "abc", "i")', True),
    ('matches("abc", "[")', None),
    ('matches("abc", "abc", "y")', None),
    ('matches("bcd", "^[a-z-[aeiou]]+$")', True),
    ('matches("hello", " h e l l o ", "x")', True),
    ('matches("a.b", "a.b", "q")', True),
    ('replace("abcd", "(ab)|(x)", "[$1$2]")', "[ab]cd"),
    ('replace("abc", "b", "\\$")', "a$c"),
    ('replace("abc", "b", "$")', None),
    ('replace("abc", "x*", "-")', None),
    ('split("a; b;c", ";\\s*")', ["a", "b", "c"]),
    ('string join(["a", null, "b"], "-")', "a-b"),
    ('string join(["a"])', "a"),
    ('substring(start position: 2, string: "abc")', "bc"),
]
NUMBERS = [
    ("decimal(2.5, 0)", 2),
    ("decimal(1/3, 2)", Decimal("0.33")),
    ("floor(-1.5)", -2),
    ("ceiling(1.21, 1)", Decimal("1.3")),
    ("round up(-5.5, 0)", -6),
    ("round down(5.5, 0)", 5),
    ("round half up(5.5, 0)", 6),
    ("round half down(5.5, 0)", 5),
    ("abs(-3)", 3),
    ("modulo(-12, 5)", 3),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("log(1)", 0),
    ("exp(0)", 1),
    ("odd(-3)", True),
    ("even(2)", True),
    ('number("1 000,5", " ", ",")', Decimal("1000.5")),
    ('number(from: "1,5", decimal separator: ",")', Decimal("1.5")),
    ('number("x")', None),
    ("string(1.50)", "1.5"),
]
LISTS = [
    ("count([1, 2])", 2),
    ("count(null)", None),
    ("count(5)", 1),
    ("min(3, 1, 2)", 1),
    ('max(["a", "c", "b"])', "c"),
    ('max([1, "a"])', None),
    ("sum([])", None),
    ("sum(1, 2, 3)", 6),
    ("product([2, 3])", 6),
    ("mean([1, 2])", Decimal("1.5")),
    ("median([3, 1, 2])", 2),
    ("stddev([2, 4, 7, 5])", Decimal("2.081665999466132735282297706979931")),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("all([true, null])", None),
    ("all([])", True),
    ("any([false, true])", True),
    ("any([])", False),
    ("list contains([1, null], null)", True),
    ("sublist([1, 2, 3], -2)", [2, 3]),
    ("sublist([1, 2, 3], 1, 2)", [1, 2]),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1], [2], 3)", [1, 2, 3]),
    ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("remove([1, 2, 3], 2)", [1, 3]),
    ("list replace([1, 2], 2, 9)", [1, 9]),
    ("list replace([1, 5], function(item, newItem) item < newItem, 3)", [3, 5]),
    ("reverse([1, 2])", [2, 1]),
    ("index of([1, 2, 1], 1)", [1, 3]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 2, 1])", [1, 2]),
    ("flatten([1, [2, [3]]])", [1, 2, 3]),
    ("sort([2, 1])", [1, 2]),
]
CONTEXTS = [
    ('get value({a: 1}, "a")', 1),
    ('get value({a: {b: 2}}, ["a", "b"])', 2),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', {"a": 1}),
    ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
    ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
    ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
    ('string({a: 1, b: ["x", null]})', '{a: 1, b: ["x", null]}'),
]
TIMES = [
    ('date("2026-02-28") + duration("P1D")', date(2026, 3, 1)),
    ("date(2026, 2, 30)", None),
    ('date("2024-01-31") + duration("P1M")', date(2024, 2, 29)),
    ('time("12:30:00")', time(12, 30)),
    ('date and time("2026-01-01T24:00:00")', datetime(2026, 1, 2)),  # noqa: DTZ001 - a local time
    (
        'date and time(date("2026-01-01"), time("08:00:00+08:00"))',
        datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))),
    ),
    ('date and time(@"2026-01-01T00:00:00Z", "Asia/Shanghai").hour', 8),
    ('duration("P1DT2H")', timedelta(days=1, hours=2)),
    ('duration("P1Y2M")', YearsMonths(14)),
    ('string(@"-PT90M")', "-PT1H30M"),
    ('string(@"2026-01-01T00:00:00@Asia/Shanghai")', "2026-01-01T00:00:00@Asia/Shanghai"),
    ('@"2026-01-02T00:00:00Z" - @"2026-01-01T00:00:00Z"', timedelta(days=1)),
    ('@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z"', True),
    ('is(@"2026-01-01T08:00:00+08:00", @"2026-01-01T00:00:00Z")', False),
    ('@"2026-01-01T00:00:00" < @"2026-01-01T00:00:00Z"', None),
    ('string(date("-2017-01-01") + duration("P1D"))', "-2017-01-02"),
    ('years and months duration(date("2024-02-29"), date("2026-01-28"))', YearsMonths(22)),
    ('day of week(@"2026-11-21")', "Saturday"),
    ('day of year(@"2026-02-01")', 32),
    ('week of year(@"2027-01-01")', 53),
    ('month of year(@"2026-11-21")', "November"),
    ('@"P1DT2H3M4S".hours', 2),
    ('@"2026-11-21".weekday', 6),
    ('@"12:00:00@Asia/Shanghai".time offset', timedelta(hours=8)),
    ('@"nonsense"', None),
]
RANGES = [
    ("before(1, [2..3])", True),
    ("after([5..9], 5)", False),
    ("meets([1..5], [5..9])", True),
    ("met by([5..9], [1..5])", True),
    ("overlaps([1..5], [5..9])", True),
    ("overlaps before([1..5], [3..9])", True),
    ("overlaps after([3..9], [1..5])", True),
    ("finishes(9, [1..9])", True),
    ("finished by([1..9], [5..9])", True),
    ("includes([1..9], 9)", True),
    ("during(9, [1..9))", False),
    ("starts([1..5], [1..9])", True),
    ("started by([1..9], 1)", True),
    ("coincides([1..2], [1..2])", True),
    ('range("[1..3)")', Range(Decimal(1), Decimal(3), True, False)),
    ('range("[3..1]")', None),
    ("[1..3).end included", False),
]


CAMUNDA = [
    ("is defined(null)", False),
    ('get or else(null, "x")', "x"),
    ("is empty([])", True),
    ('is blank(" ")', True),
    ('trim(" a ")', "a"),
    ('extract("a1b22", "[0-9]+")', ["1", "22"]),
    ("partition([1, 2, 3], 2)", [[1, 2], [3]]),
    ("duplicate values([1, 2, 1])", [1]),
    ('last day of month(@"2024-02-01")', date(2024, 2, 29)),
]


@pytest.mark.parametrize(("text", "value"), TEXTS + NUMBERS + LISTS + CONTEXTS + TIMES + RANGES + CAMUNDA)
def test_function(text, value):
    assert to_python(parse(text).evaluate({})) == value


@pytest.mark.parametrize("text", ["abs()", "abs(1, 2)", 'abs("x")', "abs(m: 1)", "unknown(1)", "sort([1], 2)", "1(2)"])
def test_a_call_that_fits_no_signature_is_null(text):
    assert parse(text).evaluate({}) is None
