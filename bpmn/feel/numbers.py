"""Numbers: decimals of 34 digits (IEEE 754 decimal128), as the standard asks."""

import decimal
from decimal import Decimal

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.Overflow, decimal.InvalidOperation, decimal.DivisionByZero],
)

_WIDE = decimal.Context(prec=6_300, Emin=-99_999, Emax=99_999)
_SCALES = range(-6111, 6177)


def number_from(value: int | float | Decimal) -> Decimal | None:
    """A Python number as a FEEL number; null for what isn't finite or doesn't fit into 34 digits and its exponents."""
    try:
        number = CONTEXT.create_decimal(repr(value) if isinstance(value, float) else value)
    except decimal.DecimalException:
        return None
    return number if number.is_finite() else None


def number_text(number: Decimal) -> str:
    """The shortest plain notation: no exponent, no trailing zeros."""
    if number == 0:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal | None:
    """`number` with `scale` digits after the point, rounded by one of decimal's ROUND_ modes; null out of scale."""
    digits = int(scale)
    if digits not in _SCALES:
        return None
    if number.as_tuple().exponent >= -digits:
        return number
    return CONTEXT.plus(number.quantize(Decimal(1).scaleb(-digits), rounding=rounding, context=_WIDE))


def whole(number: Decimal) -> int | None:
    """The number as an int when it has no fraction and a sensible size, else null."""
    if abs(number) > 10**15 or number != number.to_integral_value():
        return None
    return int(number)
