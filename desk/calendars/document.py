"""A calendar's document: what files and the database hold, its check, its canonical form, and the calendar that it means.

In a file weekdays and dates may stand as ranges (`Mon-Fri`, `2024-02-09/2024-02-12`) and a name as one text; the canonical
form has each day singly, in order, and names in Chinese and English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from bpmn.wording import Wording
from desk.calendars.calendar import FIRST_YEAR, LAST_YEAR, Calendar, DatedSpans, Layer
from desk.calendars.document_schema import LAYERS, MOST_DATES, ORGANISATION, SCHEMA
from desk.calendars.problems import MOST_PROBLEMS, CalendarInvalid, Problem, read_dates, read_toml
from desk.calendars.shapes import shape_problems
from desk.calendars.spans import WEEKDAYS, Span, SpanInvalid, read_spans
from desk.calendars.statutory import StatutoryDays, packaged_days

Document = Mapping[str, Any]

UNKNOWN_ZONE = Wording(
    "{zone} isn't a time zone. Use a name such as Asia/Shanghai or Europe/Berlin.",
    "{zone} 不是时区名称；请写如 Asia/Shanghai。",
)
UNKNOWN_WEEKDAY = Wording(
    "{text} isn't a weekday. Use {days}, or a range such as Mon-Fri.",
    "{text} 不是星期；请写 {days}，或如 Mon-Fri。",
)
DAY_TWICE = Wording("{day} is said twice.", "{day} 重复出现。")
NEVER_OPENS = Wording(
    "no weekday opens, so nothing would ever be due. Open at least one.",
    "每周没有任何开放时段，任何时限都无法到期；请至少开放一天。",
)
LAYER_ORDER = Wording("layers go from {order}, each at most once.", "层级顺序应为 {order}，且每层最多一个。")
ORGANISATION_OF_BASE = Wording(
    "the organisation's days are those of the base {base}; say them there, or name no base.",
    "公司层沿用 {base}；请在那里填写，或不指定 base。",
)
TOO_MANY_DATES = Wording("more than {most} dates; leave out those long past.", "日期超过 {most} 个；请删去早已过去的。")
DATE_OUT_OF_REACH = Wording(
    "{day} is out of reach; use dates from {first} to {last}.",
    "{day} 超出范围；请使用 {first} 年至 {last} 年的日期。",
)
_STAND_INS: Mapping[str, Any] = {"key": "x", "name": "x", "zone": "UTC", "weekly": {"Mon": ["09:00-10:00"]}}
"""For what is missing or of a wrong shape, so that the rest can be checked all the same."""
NOT_JSON = Wording("this isn't JSON ({fact}).", "这不是 JSON 格式（{fact}）。")


def read_document(text: str) -> dict[str, Any]:
    """A document from a file's text, JSON or TOML, in canonical form. Raises CalendarInvalid with all problems."""
    what = "The calendar's file"
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        if not text.lstrip().startswith("{"):
            return canonical(read_toml(text, what))
        raise CalendarInvalid(what, [Problem(place="", wording=NOT_JSON, params={"fact": error})]) from error
    return canonical(raw)


def canonical(raw: Any) -> dict[str, Any]:
    """The document with ranges as single days, all in order; raises CalendarInvalid with all problems."""
    problems = problems_of(raw)
    if problems:
        raise CalendarInvalid(f"Calendar {_key_of(raw)}", problems)
    return _canonical(raw, problems)


def problems_of(raw: Any) -> list[Problem]:
    """All that is wrong with a document, each with its place; nothing for one that can be used."""
    problems = shape_problems(SCHEMA, raw)
    if not isinstance(raw, dict):
        return problems
    wrong = {re.split(r"[.\[]", problem.place)[0] for problem in problems}
    sound = {name: value for name, value in raw.items() if name in SCHEMA["properties"] and name not in wrong}
    return [*problems, *_problems_of_sound({**_STAND_INS, **sound})][:MOST_PROBLEMS]


def _problems_of_sound(raw: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a document of the right shape."""
    problems: list[Problem] = []
    if raw["zone"] not in _zones():
        problems.append(Problem(place="zone", wording=UNKNOWN_ZONE, params={"zone": repr(raw["zone"])}))
    keys = [layer["key"] for layer in raw.get("layers", ())]
    if keys != [key for key in LAYERS if key in keys]:
        problems.append(Problem(place="layers", wording=LAYER_ORDER, params={"order": " → ".join(LAYERS)}))
    if raw.get("base") and ORGANISATION in keys:
        problems.append(Problem(place="layers", wording=ORGANISATION_OF_BASE, params={"base": raw["base"]}))
    found = _canonical(raw, problems)
    if not problems and not any(found["weekly"].values()):
        problems.append(Problem(place="weekly", wording=NEVER_OPENS))
    return problems


def calendar_of(document: Document, statutory: Mapping[str, StatutoryDays] | None = None) -> Calendar:
    """The calendar that a document means. Raises CalendarInvalid.

    `statutory` holds the published days by country; without it, those that ship with the product. One that names a base lacks
    the organisation's days until desk.calendars.based gives them.
    """
    found = canonical(document)
    weekly = tuple(read_spans(found["weekly"][weekday]) for weekday in WEEKDAYS)
    layers = [_layer(layer) for layer in found["layers"]]
    make_up = read_spans(found["make_up"])
    published = None
    if country := found["statutory"]:
        days = (statutory or {}).get(country) or packaged_days(country)
        layers.insert(0, days.layer(make_up or next(filter(None, weekly))))
        published = frozenset(days.years)
    return Calendar(
        key=found["key"],
        name=Wording(found["name"]["en"], found["name"]["zh"]),
        zone=ZoneInfo(found["zone"]),
        weekly=weekly,
        statutory=country,
        base=found.get("base"),
        make_up=make_up,
        layers=tuple(layers),
        published=published,
    )


def document_of(calendar: Calendar) -> dict[str, Any]:
    """The canonical document of a calendar. Its statutory layer is named by country, the organisation's by its base."""
    own = [key for key in LAYERS if key != ORGANISATION or calendar.base is None]
    return {
        "key": calendar.key,
        **({"base": calendar.base} if calendar.base else {}),
        "name": _said(calendar.name),
        "zone": calendar.zone.key,
        "weekly": {weekday: _texts(spans) for weekday, spans in zip(WEEKDAYS, calendar.weekly, strict=True)},
        "statutory": calendar.statutory,
        "make_up": _texts(calendar.make_up),
        "layers": [_layer_document(layer) for layer in calendar.layers if layer.key in own],
    }


def _layer_document(layer: Layer) -> dict[str, Any]:
    dates = {
        day.isoformat(): {"spans": _texts(dated.spans), "name": _said(dated.name), "source": dated.source}
        for day, dated in sorted(layer.dates.items())
    }
    return {"key": layer.key, "dates": dates}


def _layer(layer: Mapping[str, Any]) -> Layer:
    dates = {
        date.fromisoformat(day): DatedSpans(
            spans=read_spans(dated["spans"]), name=Wording(dated["name"]["en"], dated["name"]["zh"]), source=dated["source"]
        )
        for day, dated in layer["dates"].items()
    }
    return Layer(key=layer["key"], dates=dates)


def _canonical(raw: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The canonical form as far as the document can be read; what can't goes to `problems`."""
    return {
        "key": raw["key"],
        **({"base": raw["base"]} if raw.get("base") else {}),
        "name": _both(raw["name"]),
        "zone": raw["zone"],
        "weekly": _week(raw["weekly"], problems),
        "statutory": raw.get("statutory"),
        "make_up": _ordered(raw.get("make_up", ()), "make_up", problems),
        "layers": [
            {"key": layer["key"], "dates": _dated(layer["dates"], f"layers[{index}].dates", problems)}
            for index, layer in enumerate(raw.get("layers", ()))
        ],
    }


def _week(raw: Mapping[str, Any], problems: list[Problem]) -> dict[str, list[str]]:
    week: dict[str, list[str]] = {}
    for text, spans in raw.items():
        place = f"weekly.{text}"
        for weekday in _weekdays(text, place, problems):
            if weekday in week:
                problems.append(Problem(place=place, wording=DAY_TWICE, params={"day": weekday}))
            week[weekday] = _ordered(spans, place, problems)
    return {weekday: week.get(weekday, []) for weekday in WEEKDAYS}


def _weekdays(text: str, place: str, problems: list[Problem]) -> Iterator[str]:
    first, dash, last = text.partition("-")
    last = last if dash else first
    if first in WEEKDAYS and last in WEEKDAYS and WEEKDAYS.index(first) <= WEEKDAYS.index(last):
        yield from WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last) + 1]
        return
    problems.append(Problem(place=place, wording=UNKNOWN_WEEKDAY, params={"text": repr(text[:40]), "days": ", ".join(WEEKDAYS)}))


def _dated(raw: Mapping[str, Any], place: str, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    dates: dict[str, dict[str, Any]] = {}
    for text, dated in raw.items():
        here = f"{place}.{text}"
        spans = _ordered(dated["spans"], here, problems)
        for day in read_dates(text, here, problems):
            if day.isoformat() in dates:
                problems.append(Problem(place=here, wording=DAY_TWICE, params={"day": day}))
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                reach = {"day": day, "first": FIRST_YEAR, "last": LAST_YEAR}
                problems.append(Problem(place=here, wording=DATE_OUT_OF_REACH, params=reach))
            dates[day.isoformat()] = {"spans": spans, "name": _both(dated["name"]), "source": dated.get("source", "")}
        if len(dates) > MOST_DATES:
            problems.append(Problem(place=place, wording=TOO_MANY_DATES, params={"most": MOST_DATES}))
            break
    return dict(sorted(dates.items()))


def _ordered(texts: Any, place: str, problems: list[Problem]) -> list[str]:
    """Spans in order as the canonical form writes them; empty when they can't be used."""
    try:
        return _texts(read_spans(sorted(texts)))
    except SpanInvalid as error:
        problems.append(Problem(place=place, wording=error.wording, params=error.params))
        return []


def _texts(spans: tuple[Span, ...]) -> list[str]:
    return [str(span) for span in spans]


def _both(name: Any) -> dict[str, str]:
    return {"zh": name, "en": name} if isinstance(name, str) else {"zh": name["zh"], "en": name["en"]}


def _said(name: Wording) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _key_of(raw: Any) -> str:
    return repr(raw.get("key", "?") if isinstance(raw, dict) else "?")[:60]
