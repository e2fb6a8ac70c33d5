"""`jsonschema` as our forms need it: RE2 instead of Python's expressions, exact decimals, our own formats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from bpmn.forms.patterns import EMAIL, PHONE, found

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?\Z", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
FORMATS = FormatChecker(formats=())


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not found(pattern, instance):
        yield ValidationError("pattern")


def _multiple_of(_: Any, step: float, instance: Any, __: Any) -> Iterator[ValidationError]:
    if _is_number(instance) and not _divides(Decimal(str(step)), Decimal(str(instance))):
        yield ValidationError("step")


def _decimal_digits(_: Any, digits: int, instance: Any, __: Any) -> Iterator[ValidationError]:
    if _is_number(instance) and -_exponent(Decimal(str(instance)).normalize()) > digits:
        yield ValidationError("decimals")


def _format_minimum(_: Any, earliest: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and _DATE.match(instance[:10]) and instance[:10] < earliest:
        yield ValidationError("past")


def _divides(step: Decimal, number: Decimal) -> bool:
    try:
        return number % step == 0
    except InvalidOperation:  # the quotient has more digits than decimals keep
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


@FORMATS.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or found(EMAIL, value)


@FORMATS.checks("phone")
def _phone(value: object) -> bool:
    return not isinstance(value, str) or found(PHONE, value)


@FORMATS.checks("date", raises=ValueError)
def _date(value: object) -> bool:
    return not isinstance(value, str) or bool(_DATE.match(value) and date.fromisoformat(value))


@FORMATS.checks("local-time", raises=ValueError)
def _time(value: object) -> bool:
    return not isinstance(value, str) or bool(_TIME.match(value) and time.fromisoformat(value) is not None)


@FORMATS.checks("local-date-time", raises=ValueError)
def _datetime(value: object) -> bool:
    if not isinstance(value, str):
        return True
    day, _, clock = value.partition("T")
    return bool(_DATE.match(day) and _TIME.match(clock) and datetime.fromisoformat(value))


AnswerValidator = extend(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "multipleOf": _multiple_of,
        "decimalDigits": _decimal_digits,
        "formatMinimum": _format_minimum,
    },
)
