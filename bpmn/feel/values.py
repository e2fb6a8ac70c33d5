"""FEEL values and how they meet Python's.

null is None, boolean bool, string str, number Decimal, list list, context dict. Dates, times and durations are
bpmn.feel.temporal's; ranges and functions are below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from bpmn.feel.errors import FeelError
from bpmn.feel.numbers import number_from
from bpmn.feel.runtime import Run
from bpmn.feel.temporal import (
    DAY_NANOS,
    NANOS,
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    YearsMonths,
    zone_info,
)

MAX_DATA_DEPTH = 100
MAX_DATA_SIZE = 1_000_000

_LARGEST_INT = Decimal(10) ** 34


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`; a null end is open, as in `(< 5)`."""

    start: object
    end: object
    start_included: bool
    end_included: bool


class Function:
    """Something that an expression can call: `call(run, arguments)` with one argument per parameter.

    `types` are those of the parameters (see bpmn.feel.types) where a model declares them.
    """

    __slots__ = ("call", "name", "parameters", "types")

    def __init__(
        self,
        name: str,
        parameters: tuple[str, ...],
        call: Callable[[Run, list], object],
        types: tuple[object, ...] | None = None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.call = call
        self.types = types

    def invoke(self, run: Run, arguments: list) -> object:
        """The result, or null when the number of arguments is wrong."""
        return self.call(run, arguments) if len(arguments) == len(self.parameters) else None

    def invoke_named(self, run: Run, arguments: dict[str, object]) -> object:
        """The same with arguments by name; null unless exactly the parameters are named."""
        if arguments.keys() != set(self.parameters):
            return None
        return self.invoke(run, [arguments[name] for name in self.parameters])


KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    list: "list",
    dict: "context",
    FeelDate: "date",
    FeelTime: "time",
    FeelDateTime: "date and time",
    DaysTime: "days and time duration",
    YearsMonths: "years and months duration",
    Range: "range",
    Function: "function",
}


def kind_of(value: object) -> str:
    """The name of the value's type, as the standard spells it."""
    return KINDS.get(type(value)) or ("function" if isinstance(value, Function) else "unknown")


def to_feel(value: object) -> object:
    """A Python value as a FEEL value.

    Takes None, bool, int, float, Decimal, str, date, datetime, time, timedelta, list, tuple, mappings with text keys
    and FEEL values themselves. Numbers that aren't finite become null. Raises FeelError for anything else, and for data
    nested more than 100 deep.
    """
    return _to_feel(value, 0)


def _to_feel(value: object, depth: int) -> object:
    convert = _PLAIN.get(type(value))
    if convert is not None:
        return convert(value)
    if depth > MAX_DATA_DEPTH:
        raise FeelError(f"data is nested more than {MAX_DATA_DEPTH} deep; pass a flatter variable")
    if isinstance(value, Mapping):
        return {_key(key): _to_feel(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_feel(item, depth + 1) for item in value]
    if isinstance(value, Function):
        return value
    for python_type, convert in _PLAIN.items():
        if isinstance(value, python_type):
            return convert(value)
    raise FeelError(f"a value of type {type(value).__name__} has no place in an expression; pass plain data")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise FeelError(f"the key {key!r} is no text; name every entry of a context by a text")
    return str(key)


def _same(value: object) -> object:
    return value


def _feel_date_time(value: datetime) -> FeelDateTime:
    return FeelDateTime(_known_date(value.year, value.month, value.day), _feel_time(value))


def _feel_date(value: date) -> FeelDate:
    return _known_date(value.year, value.month, value.day)


_known_date = lru_cache(maxsize=4096)(FeelDate)


def _feel_time(value: time | datetime) -> FeelTime:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return FeelTime(seconds * NANOS + value.microsecond * 1000, _feel_zone(value))


def _feel_zone(value: time | datetime) -> int | str | None:
    if value.tzinfo is UTC:
        return 0
    if isinstance(value.tzinfo, ZoneInfo):
        return value.tzinfo.key
    offset = value.utcoffset()
    return None if offset is None else int(offset.total_seconds())


def _days_time(value: timedelta) -> DaysTime:
    return DaysTime(value // timedelta(microseconds=1) * 1000)


_PLAIN: dict[type, Callable] = {
    **dict.fromkeys((type(None), bool, FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths, Range, Function), _same),
    int: number_from,
    float: number_from,
    Decimal: number_from,
    str: str,
    datetime: _feel_date_time,
    date: _feel_date,
    time: _feel_time,
    timedelta: _days_time,
}


_SAME_IN_PYTHON = frozenset((type(None), bool, str))


def to_python(value: object) -> object:
    """A FEEL value as plain Python.

    Whole numbers of up to 34 digits become int, others stay Decimal. Dates, dates with time, times and
    days-and-time durations become date, datetime, time and timedelta where Python can hold them (years 1 to 9999;
    digits past the microsecond are cut); beyond that, and for YearsMonths, Range and Function, the FEEL value itself
    is returned.
    Raises FeelBudgetExceeded for a value of more than a million parts.
    """
    if type(value) in _SAME_IN_PYTHON:
        return value
    return _to_python(value, Run(MAX_DATA_SIZE))


def _to_python(value: object, run: Run) -> object:
    run.spend()
    if isinstance(value, list):
        return [_to_python(item, run) for item in value]
    if isinstance(value, dict):
        return {key: _to_python(item, run) for key, item in value.items()}
    convert = _TO_PYTHON.get(type(value))
    try:
        return convert(value) if convert else value
    except (ValueError, OverflowError):
        return value


def without_functions(value: object) -> object:
    """A plain value without the functions in its lists and contexts, which nothing can keep; null for a function."""
    if isinstance(value, list):
        return [without_functions(item) for item in value if not isinstance(item, Function)]
    if isinstance(value, dict):
        return {name: without_functions(item) for name, item in value.items() if not isinstance(item, Function)}
    return None if isinstance(value, Function) else value


def _python_number(value: Decimal) -> int | Decimal:
    return int(value) if abs(value) < _LARGEST_INT and value == value.to_integral_value() else value


def _python_time(value: FeelTime) -> time:
    micros = value.nanos // 1000
    clock = (datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).time()
    return clock.replace(tzinfo=_python_zone(value.zone))


def _python_date_time(value: FeelDateTime) -> datetime:
    date, (seconds, nanos) = value.date, divmod(value.time.nanos, NANOS)
    zone = _python_zone(value.time.zone)
    return datetime(date.year, date.month, date.day, seconds // 3600, seconds // 60 % 60, seconds % 60, nanos // 1000, zone)


def _python_date(value: FeelDate) -> date:
    return date(value.year, value.month, value.day)


def _python_zone(zone: int | str | None):
    if zone is None:
        return None
    if isinstance(zone, str):
        return zone_info(zone)
    return timezone(timedelta(seconds=zone)) if zone else UTC


def _python_duration(value: DaysTime) -> timedelta:
    days, nanos = divmod(value.nanos, DAY_NANOS)
    return timedelta(days=days, microseconds=nanos // 1000)


_TO_PYTHON: dict[type, Callable] = {
    Decimal: _python_number,
    FeelDate: _python_date,
    FeelTime: _python_time,
    FeelDateTime: _python_date_time,
    DaysTime: _python_duration,
}
