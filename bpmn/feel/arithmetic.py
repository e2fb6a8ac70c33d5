"""The operators + - * / ** over numbers, texts, dates, times and durations. What has no meaning is null."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from bpmn.feel.numbers import CONTEXT
from bpmn.feel.runtime import Run
from bpmn.feel.temporal import (
    DAY_NANOS,
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonths,
    date_from_ordinal,
)

POWER_COST = 25
"""Steps that a power, root, logarithm or exponential counts for."""


def calculate(operator: str, left: object, right: object, run: Run) -> object:
    """`left operator right`, or null where the kinds don't fit, on overflow and on division by zero."""
    rule = _RULES.get((operator, type(left), type(right)))
    if rule is None:
        return None
    if operator == "**":
        run.spend(POWER_COST)
    elif type(left) is str:
        run.spend((len(left) + len(right)) // 64)
    try:
        return rule(left, right)
    except (ArithmeticError, ValueError):
        return None


def negative(value: object) -> object:
    """`-value` of a number or a duration, else null."""
    if isinstance(value, Decimal):
        return CONTEXT.minus(value)
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if isinstance(value, DaysTime):
        return DaysTime(-value.nanos)
    return None


def _add_days(date: FeelDate, duration: DaysTime) -> FeelDate:
    return date_from_ordinal(date.ordinal + duration.nanos // DAY_NANOS)


def _difference(left: FeelDateTime | FeelTime, right: FeelDateTime | FeelTime) -> DaysTime | None:
    if (left.offset is None) != (right.offset is None):
        return None
    return DaysTime(left.instant - right.instant)


def _midnight(date: FeelDate) -> FeelDateTime:
    return FeelDateTime(date, FeelTime(0, 0))


def _scaled_days(duration: DaysTime, factor: Decimal) -> DaysTime:
    return DaysTime(int(CONTEXT.multiply(Decimal(duration.nanos), factor)))


def _scaled_months(duration: YearsMonths, factor: Decimal) -> YearsMonths:
    return YearsMonths(int(CONTEXT.multiply(Decimal(duration.months), factor)))


def _divided(left: Decimal, right: Decimal) -> Decimal:
    return CONTEXT.divide(left, right)


def _swapped(rule: Callable) -> Callable:
    return lambda left, right: rule(right, left)


def _numbers() -> dict:
    methods = {
        "+": CONTEXT.add,
        "-": CONTEXT.subtract,
        "*": CONTEXT.multiply,
        "/": CONTEXT.divide,
        "**": CONTEXT.power,
    }
    return {(operator, Decimal, Decimal): method for operator, method in methods.items()}


def _durations() -> dict:
    return {
        ("+", DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos + b.nanos),
        ("-", DaysTime, DaysTime): lambda a, b: DaysTime(a.nanos - b.nanos),
        ("+", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months + b.months),
        ("-", YearsMonths, YearsMonths): lambda a, b: YearsMonths(a.months - b.months),
        ("*", DaysTime, Decimal): _scaled_days,
        ("*", Decimal, DaysTime): _swapped(_scaled_days),
        ("*", YearsMonths, Decimal): _scaled_months,
        ("*", Decimal, YearsMonths): _swapped(_scaled_months),
        ("/", DaysTime, Decimal): lambda a, b: DaysTime(int(_divided(Decimal(a.nanos), b))),
        ("/", YearsMonths, Decimal): lambda a, b: YearsMonths(int(_divided(Decimal(a.months), b))),
        ("/", DaysTime, DaysTime): lambda a, b: _divided(Decimal(a.nanos), Decimal(b.nanos)),
        ("/", YearsMonths, YearsMonths): lambda a, b: _divided(Decimal(a.months), Decimal(b.months)),
    }


def _dates() -> dict:
    rules = {
        ("+", FeelDate, DaysTime): _add_days,
        ("-", FeelDate, DaysTime): lambda a, b: _add_days(a, DaysTime(-b.nanos)),
        ("-", FeelDate, FeelDate): lambda a, b: _difference(_midnight(a), _midnight(b)),
        ("-", FeelDate, FeelDateTime): lambda a, b: _difference(_midnight(a), b),
        ("-", FeelDateTime, FeelDate): lambda a, b: _difference(a, _midnight(b)),
        ("-", FeelDateTime, FeelDateTime): _difference,
        ("-", FeelTime, FeelTime): _difference,
    }
    for point in (FeelTime, FeelDateTime):
        rules["+", point, DaysTime] = lambda a, b: a.plus(b.nanos)
        rules["-", point, DaysTime] = lambda a, b: a.plus(-b.nanos)
    for point in (FeelDate, FeelDateTime):
        rules["+", point, YearsMonths] = lambda a, b: a.plus_months(b.months)
        rules["-", point, YearsMonths] = lambda a, b: a.plus_months(-b.months)
    turned = {(op, b, a): _swapped(rule) for (op, a, b), rule in rules.items() if op == "+"}
    return rules | turned


_RULES: dict[tuple[str, type, type], Callable] = {
    ("+", str, str): lambda a, b: a + b,
    **_numbers(),
    **_durations(),
    **_dates(),
}
