"""Dates, times and durations from and to their ISO 8601 texts, with FEEL's `@Zone/Name`."""

import re

from bpmn.feel.temporal import (
    DAY_NANOS,
    NANOS,
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    OutOfRange,
    YearsMonths,
    Zone,
    zone_info,
)

_YEAR = r"-?(?:[1-9]\d{4,8}|\d{4})"
_DATE = re.compile(rf"({_YEAR})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,40}))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[\w/+-]{1,64})?", re.ASCII)
_DATE_TIME = re.compile(rf"({_YEAR}-\d\d-\d\d)T(.+)", re.ASCII)
_N = r"(\d{1,18})"
_DURATION = re.compile(rf"(-)?P(?:{_N}Y)?(?:{_N}M)?(?:{_N}D)?(T(?:{_N}H)?(?:{_N}M)?(?:{_N}(?:\.(\d{{1,40}}))?S)?)?", re.ASCII)
_MAX_OFFSET = 14 * 3600


def date_from_text(text: str) -> FeelDate | None:
    """`2026-11-21`, or null."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    return _or_null(lambda: FeelDate(int(match[1]), int(match[2]), int(match[3])))


def time_from_text(text: str) -> FeelTime | None:
    """`12:30:00`, `12:30:00.5Z`, `12:30:00+08:00`, `12:30:00@Asia/Shanghai`, or null."""
    parsed = _time_and_days(text)
    return parsed[0] if parsed else None


def date_time_from_text(text: str) -> FeelDateTime | None:
    """A date, `T` and a time; a date alone means its midnight without a zone. 24:00:00 is the next midnight."""
    match = _DATE_TIME.fullmatch(text)
    if not match:
        date = date_from_text(text)
        return FeelDateTime(date, FeelTime(0)) if date else None
    date, parsed = date_from_text(match[1]), _time_and_days(match[2])
    if date is None or parsed is None:
        return None
    time, days = parsed
    return _or_null(lambda: FeelDateTime(date, time).plus(days * DAY_NANOS))


def duration_from_text(text: str) -> DaysTime | YearsMonths | None:
    """`P1Y2M` or `P1DT2H3M4.5S`, either with a sign; null for a mixture."""
    match = _DURATION.fullmatch(text)
    if not match or text[-1] in "PT":
        return None
    sign = -1 if match[1] else 1
    years, months, days, time = match[2], match[3], match[4], match[5]
    if years is not None or months is not None:
        return None if days or time else YearsMonths(sign * (int(years or 0) * 12 + int(months or 0)))
    seconds = int(match[6] or 0) * 3600 + int(match[7] or 0) * 60 + int(match[8] or 0)
    return DaysTime(sign * (int(days or 0) * DAY_NANOS + seconds * NANOS + _nanos(match[9])))


def temporal_from_text(text: str) -> FeelDate | FeelTime | FeelDateTime | DaysTime | YearsMonths | None:
    """Whatever kind the text is, as in the literal `@"..."`; null if none."""
    for read in (date_from_text, time_from_text, date_time_from_text, duration_from_text):
        value = read(text)
        if value is not None:
            return value
    return None


def date_text(date: FeelDate) -> str:
    sign = "-" if date.year < 0 else ""
    return f"{sign}{abs(date.year):04}-{date.month:02}-{date.day:02}"


def time_text(time: FeelTime) -> str:
    seconds, nanos = divmod(time.nanos, NANOS)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return clock + _fraction(nanos) + _zone_text(time.zone)


def date_time_text(value: FeelDateTime) -> str:
    return f"{date_text(value.date)}T{time_text(value.time)}"


def years_months_text(value: YearsMonths) -> str:
    if value.months == 0:
        return "P0M"
    years, months = divmod(abs(value.months), 12)
    return ("-P" if value.months < 0 else "P") + (f"{years}Y" if years else "") + (f"{months}M" if months else "")


def days_time_text(value: DaysTime) -> str:
    if value.nanos == 0:
        return "PT0S"
    days, rest = divmod(abs(value.nanos), DAY_NANOS)
    seconds, nanos = divmod(rest, NANOS)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if seconds or nanos:
        time += f"{seconds}{_fraction(nanos)}S"
    return ("-P" if value.nanos < 0 else "P") + (f"{days}D" if days else "") + (f"T{time}" if time else "")


def _time_and_days(text: str) -> tuple[FeelTime, int] | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    nanos = (hours * 3600 + minutes * 60 + seconds) * NANOS + _nanos(match[4])
    if minutes > 59 or seconds > 59 or nanos > DAY_NANOS:
        return None
    days, nanos = divmod(nanos, DAY_NANOS)
    return _or_null(lambda: (FeelTime(nanos, _zone(match[5])), days))


def _zone(text: str | None) -> Zone:
    if not text:
        return None
    if text == "Z":
        return 0
    if text[0] == "@":
        zone_info(text[1:])
        return text[1:]
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if seconds > _MAX_OFFSET or max(parts[1:]) > 59:
        raise OutOfRange(f"no such offset: {text}")
    return -seconds if text[0] == "-" else seconds


def _zone_text(zone: Zone) -> str:
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    seconds = abs(zone)
    text = f"{'-' if zone < 0 else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text + (f":{seconds % 60:02}" if seconds % 60 else "")


def _nanos(fraction: str | None) -> int:
    return int(fraction[:9].ljust(9, "0")) if fraction else 0


def _fraction(nanos: int) -> str:
    return f".{nanos:09}".rstrip("0") if nanos else ""


def _or_null(make):
    try:
        return make()
    except OutOfRange:
        return None
