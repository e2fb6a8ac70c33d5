"""Spans of local wall time within a day, their reading and writing, and the UTC instants that they mean in a zone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.limits.limit_errors import WorkingTimeInvalid

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTES_PER_DAY = 24 * 60
_DAY = timedelta(days=1)
_SPAN = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)", re.ASCII)
_RULE = re.compile(r"^\s*([A-Z][a-z]{2})(?:\s*[-–]\s*([A-Z][a-z]{2}))?\s+(.+)$")


class SpanInvalid(WorkingTimeInvalid):
    """A span that can't be meant. `wording` with `params` says it in two languages."""

    def __init__(self, fact: Wording, way_out: Wording, **params: str) -> None:
        self.wording = Wording(f"{fact.en}; {way_out.en}.", f"{fact.zh}；{way_out.zh}。")
        self.params = params
        super().__init__(fact.fill("en", params), way_out.en)


_NO_SPAN = Wording("{text} isn't a span", "{text} 不是时段")
_FOR_EXAMPLE = Wording("write for example 09:00-12:00", "请写如 09:00-12:00")
_WITHIN_A_DAY = Wording("hours go to 24:00, minutes to 59", "小时最多到 24:00，分钟最多到 59")
_ENDS_FIRST = Wording("{text} ends before it starts", "{text} 的结束早于开始")
_SPLIT = Wording("split a night shift at 24:00", "夜班请在 24:00 处分开")
_OVERLAP = Wording("{one} and {other} overlap", "{one} 与 {other} 重叠")
_IN_ORDER = Wording("put spans in order, each after the other", "请按先后顺序排列，互不重叠")


class Span(NamedTuple):
    """Open from `opens` until before `closes`, in minutes after local midnight; `closes` is at most 1440 (24:00)."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return f"{_wall(self.opens)}-{_wall(self.closes)}"


ALL_DAY = Span(0, MINUTES_PER_DAY)
Week = tuple[tuple[Span, ...], ...]
"""The spans of Monday to Sunday."""


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def read_span(text: str) -> Span:
    """Read a span such as `09:00-12:00`; it may end at 24:00. Raises SpanInvalid."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise SpanInvalid(_NO_SPAN, _FOR_EXAMPLE, text=repr(text.strip()))
    hour, minute, until_hour, until_minute = map(int, match.groups())
    opens, closes = hour * 60 + minute, until_hour * 60 + until_minute
    if minute > 59 or until_minute > 59 or opens >= MINUTES_PER_DAY or closes > MINUTES_PER_DAY:
        raise SpanInvalid(_NO_SPAN, _WITHIN_A_DAY, text=repr(text.strip()))
    if closes <= opens:
        raise SpanInvalid(_ENDS_FIRST, _SPLIT, text=repr(text.strip()))
    return Span(opens, closes)


def read_spans(texts: Iterable[str]) -> tuple[Span, ...]:
    """Read the spans of a day, in order. Raises SpanInvalid when one can't be read or two overlap."""
    spans = tuple(map(read_span, texts))
    for earlier, later in pairwise(spans):
        if later.opens < earlier.closes:
            raise SpanInvalid(_OVERLAP, _IN_ORDER, one=str(earlier), other=str(later))
    return spans


def read_week(text: str) -> Week:
    """Read weekly hours such as `Mon–Fri 09:00–12:00, 13:30–18:00; Sat 09:00-12:00`. Raises WorkingTimeInvalid."""
    week: list[tuple[Span, ...]] = [()] * 7
    for rule in text.split(";"):
        match = _RULE.match(rule)
        if match is None:
            raise WorkingTimeInvalid(f"{rule.strip()!r} isn't a rule", "write for example 'Mon–Fri 09:00–12:00, 13:30–18:00'")
        spans = read_spans(match[3].split(","))
        for weekday in _days(match[1], match[2] or match[1]):
            week[weekday] = spans
    return tuple(week)


def _days(first: str, last: str) -> range:
    if first not in WEEKDAYS or last not in WEEKDAYS or WEEKDAYS.index(first) > WEEKDAYS.index(last):
        raise WorkingTimeInvalid(f"{first}–{last} aren't weekdays in order", f"use {', '.join(WEEKDAYS)}")
    return range(WEEKDAYS.index(first), WEEKDAYS.index(last) + 1)


def wall_instant(day: date, minutes: int, zone: ZoneInfo, *, closing: bool) -> datetime:
    """The UTC instant of a wall time. Skipped by a clock change: the first valid one. Repeated: first to open, last to close.

    24:00 is where the next day begins, also when the clock comes back to it.
    """
    if minutes == MINUTES_PER_DAY:
        day, minutes, closing = day + _DAY, 0, False
    local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
    early, late = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if early > late:
        return _clock_change(late, early, zone)
    return late if closing else early


def _clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the zone's offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
