"""How Python and FEEL meet: values in and out, the clock, functions of the host, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import FeelBudgetExceeded, FeelError, parse, to_feel, to_python

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_now_and_today_come_from_the_given_clock():
    assert to_python(parse('now() + duration("PT15M")').evaluate({}, now=NOON)) == NOON + timedelta(minutes=15)
    assert to_python(parse("today()").evaluate({}, now=NOON)) == date(2026, 11, 21)


def test_without_a_clock_now_is_null():
    assert parse("now()").evaluate({}) is None


def test_a_function_of_the_host_gets_and_gives_plain_python():
    seen = []

    def due(start: datetime, minutes: int) -> datetime:
        seen.append((start, minutes))
        return start + timedelta(minutes=minutes)

    expression = parse("working due(start: received, minutes: 2 * 30) > received", names=["working due"])
    functions = {"working due": due}
    assert expression.evaluate({"received": NOON}, functions=functions) is True
    assert seen == [(NOON, 60)]


def test_what_a_function_of_the_host_raises_is_not_hidden():
    def broken() -> None:
        raise LookupError("no calendar")

    with pytest.raises(LookupError, match="no calendar"):
        parse("broken()").evaluate({}, functions={"broken": broken})


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        Decimal("1.5"),
        "text",
        [1, [2]],
        {"a": {"b": None}},
        date(2026, 11, 21),
        NOON,
        datetime(2026, 11, 21, 12, 0, 0, 5, tzinfo=SHANGHAI),
        datetime(2026, 11, 21),  # noqa: DTZ001 - a local time
        time(8, 30),
        timedelta(days=-1, microseconds=3),
    ],
)
def test_plain_values_come_back_as_they_went_in(value):
    back = to_python(to_feel(value))
    assert back == value
    assert type(back) is type(value)


def test_a_float_becomes_the_decimal_that_it_reads_as():
    assert to_python(to_feel(0.1)) == Decimal("0.1")
    assert to_feel(float("nan")) is None


def test_what_python_cannot_hold_stays_a_feel_value():
    assert str(to_python(parse('date("-2017-01-01")').evaluate({}))) == "FeelDate(year=-2017, month=1, day=1)"


def test_an_object_is_no_data():
    with pytest.raises(FeelError, match="type object has no place"):
        parse("x").evaluate({"x": object()})


def test_only_what_is_read_is_converted():
    assert parse("a + 1").evaluate({"a": 1, "other": object()}) == 2


def test_threads_do_not_share_a_budget():
    expression = parse("count(for i in 1..20000 return i)")

    def work(budget: int) -> object:
        try:
            return expression.evaluate({}, budget=budget)
        except FeelBudgetExceeded:
            return "stopped"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(work, [500, 100_000] * 10))
    assert results == ["stopped", 20_000] * 10


@given(st.datetimes(timezones=st.timezones() | st.none()))
def test_any_datetime_keeps_its_instant(moment):
    assert to_python(to_feel(moment)) == moment


@given(st.dates(), st.integers(-400_000, 400_000))
def test_days_are_counted_as_python_counts_them(day, days):
    try:
        expected: date | None = day + timedelta(days=days)
    except OverflowError:
        return
    result = parse("day + duration(span)").evaluate({"day": day, "span": f"{'-' if days < 0 else ''}P{abs(days)}D"})
    assert to_python(result) == expected


def test_a_context_of_the_host_may_hold_functions():
    clocks = {"solve": {"due_at": NOON, "at": lambda part: NOON - timedelta(hours=float(part))}}
    functions = {"clock": clocks.get}
    assert to_python(parse('clock("solve").at(0.5)').evaluate({}, functions=functions)) == NOON - timedelta(minutes=30)
    assert to_python(parse('clock("solve").at(part: 1)').evaluate({}, functions=functions)) == NOON - timedelta(hours=1)
    assert to_python(parse('clock("solve").due_at').evaluate({}, functions=functions)) == NOON
    assert parse('clock("other").at(0.5)').evaluate({}, functions=functions) is None


def test_a_variable_hides_no_function_of_that_name():
    assert parse("clock() + clock.x").evaluate({"clock": {"x": 2}}, functions={"clock": lambda: 1}) == 3


def test_an_expression_knows_the_functions_that_it_asks_of_its_host():
    assert parse('[1, 2][clock("a") = item] = sort([now()], function(a, b) a < b)').calls == {"clock"}
    assert parse("{double: function(x) 2 * x, four: double(2)}.four + max(1, 2)").calls == frozenset()
