"""Functions over numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal

from bpmn.feel.arithmetic import POWER_COST
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.numbers import CONTEXT, rounded
from bpmn.feel.temporal import DaysTime, YearsMonths

_ZERO = Decimal(0)


@builtin("decimal(n: number, scale: number)")
def decimal_(n: Decimal, scale: Decimal) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: number)")
def floor(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: number)")
def ceiling(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale?: number)")
def round_up(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale?: number)")
def round_down(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale?: number)")
def round_half_up(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale?: number)")
def round_half_down(n: Decimal, scale: Decimal = _ZERO) -> Decimal | None:
    return rounded(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number)")
def absolute(n: Decimal) -> Decimal:
    return CONTEXT.abs(n)


@builtin("abs(n: days and time duration)")
def absolute_days(n: DaysTime) -> DaysTime:
    return DaysTime(abs(n.nanos))


@builtin("abs(n: years and months duration)")
def absolute_months(n: YearsMonths) -> YearsMonths:
    return YearsMonths(abs(n.months))


@builtin("modulo(dividend: number, divisor: number)")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The remainder with the divisor's sign."""
    if divisor == 0:
        return None
    quotient = CONTEXT.divide(dividend, divisor).to_integral_value(decimal.ROUND_FLOOR)
    return CONTEXT.subtract(dividend, CONTEXT.multiply(divisor, quotient))


@builtin("sqrt(number: number)", cost=POWER_COST)
def sqrt(number: Decimal) -> Decimal | None:
    return None if number < 0 else CONTEXT.sqrt(number)


@builtin("log(number: number)", cost=POWER_COST)
def log(number: Decimal) -> Decimal | None:
    return None if number <= 0 else CONTEXT.ln(number)


@builtin("exp(number: number)", cost=POWER_COST)
def exp(number: Decimal) -> Decimal:
    return CONTEXT.exp(number)


@builtin("odd(number: number)")
def odd(number: Decimal) -> bool:
    return abs(CONTEXT.remainder(number, Decimal(2))) == 1


@builtin("even(number: number)")
def even(number: Decimal) -> bool:
    return CONTEXT.remainder(number, Decimal(2)) == 0
