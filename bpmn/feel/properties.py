"""What stands after a dot: entries of contexts, parts of dates, times, durations and ranges. Never a Python attribute."""

from __future__ import annotations

from decimal import Decimal

from bpmn.feel.runtime import Run
from bpmn.feel.temporal import NANOS, DaysTime, FeelDate, FeelDateTime, FeelTime, YearsMonths
from bpmn.feel.values import Range


def property_of(value: object, name: str, run: Run) -> object:
    """The named property; of a list, that of each item; null where there is none."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        run.spend(len(value) + 1)
        return [property_of(item, name, run) for item in value]
    read = _PROPERTIES.get((type(value), name))
    return read(value) if read else None


def _offset(value: FeelTime | FeelDateTime) -> DaysTime | None:
    return None if value.offset is None else DaysTime(value.offset * NANOS)


def _zone_name(value: FeelTime | FeelDateTime) -> str | None:
    return value.zone if isinstance(value.zone, str) else None


def _duration_part(size: int, wrap: int | None):
    def read(value: DaysTime) -> Decimal:
        amount = abs(value.nanos) // (size * NANOS)
        return _signed(amount % wrap if wrap else amount, value.nanos)

    return read


def _signed(amount: int, like: int) -> Decimal:
    return Decimal(-amount if like < 0 else amount)


_DATE_PARTS = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(date.weekday),
}
_TIME_PARTS = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": lambda time: Decimal(time.second),
}
_ZONE_PARTS = {"time offset": _offset, "timezone": _zone_name}


def _date_part(read):
    return lambda value: read(value.date)


def _time_part(read):
    return lambda value: read(value.time)


_PROPERTIES = {
    **{(FeelDate, name): read for name, read in _DATE_PARTS.items()},
    **{(FeelTime, name): read for name, read in (_TIME_PARTS | _ZONE_PARTS).items()},
    **{(FeelDateTime, name): _date_part(read) for name, read in _DATE_PARTS.items()},
    **{(FeelDateTime, name): _time_part(read) for name, read in _TIME_PARTS.items()},
    **{(FeelDateTime, name): read for name, read in _ZONE_PARTS.items()},
    (YearsMonths, "years"): lambda value: _signed(abs(value.months) // 12, value.months),
    (YearsMonths, "months"): lambda value: _signed(abs(value.months) % 12, value.months),
    (DaysTime, "days"): _duration_part(86_400, None),
    (DaysTime, "hours"): _duration_part(3_600, 24),
    (DaysTime, "minutes"): _duration_part(60, 60),
    (DaysTime, "seconds"): _duration_part(1, 60),
    (Range, "start"): lambda value: value.start,
    (Range, "end"): lambda value: value.end,
    (Range, "start included"): lambda value: value.start_included,
    (Range, "end included"): lambda value: value.end_included,
}
