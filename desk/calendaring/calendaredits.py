"""Edits of a calendar's document, pure: each gives a canonical document, or raises CalendarInvalid with all problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bpmn.wording import Wording
from desk.calendars.document import Document, canonical
from desk.calendars.document_schema import LAYERS, ORGANISATION
from desk.calendars.problems import CalendarInvalid, Problem, read_dates

_BETWEEN_SPANS = re.compile(r"[,，、;；\s]+")
_DASHES = re.compile(r"\s*[-–—~～至到]\s*")
NAME_NEEDED = Wording("a day needs a name, such as the occasion.", "请填写当天的名称，例如事由。")
NO_LAYER = Wording("there is no such layer.", "没有这个层级。")


def spans_of(text: str) -> list[str]:
    """The spans in what a person typed, such as `09:00–12:00，13:30-18:00`; unread."""
    return [each for each in _BETWEEN_SPANS.split(_DASHES.sub("-", text.strip())) if each]


def with_days(
    document: Document, layer: str, first: str, last: str, *, spans: Sequence[str], name: Mapping[str, str]
) -> dict[str, Any]:
    """Say the spans (none: closed) of the days from `first` to `last`, as ISO dates, in a layer. `name` is by language."""
    days = _days(first, last)
    said = {language: text.strip() for language, text in name.items() if text.strip()}
    if not said:
        raise _refused(document, f"layers.{layer}.{first}", NAME_NEEDED)
    both = {language: said.get(language) or next(iter(said.values())) for language in ("zh", "en")}
    dates = {**_dates(document, layer), **{day: {"spans": list(spans), "name": both} for day in days}}
    return _with_dates(document, layer, dates)


def without_days(document: Document, layer: str, first: str, last: str) -> dict[str, Any]:
    """Let the layers below say what these days are."""
    days = set(_days(first, last))
    return _with_dates(document, layer, {day: dated for day, dated in _dates(document, layer).items() if day not in days})


def with_week(document: Document, weekly: Mapping[str, Sequence[str]], make_up: Sequence[str]) -> dict[str, Any]:
    """Replace the weekly spans, by weekday, and those of a day worked in exchange."""
    return canonical({**document, "weekly": {day: list(spans) for day, spans in weekly.items()}, "make_up": list(make_up)})


def with_about(
    document: Document, *, name: Mapping[str, str], zone: str, statutory: str | None, base: str | None = None
) -> dict[str, Any]:
    """Replace name, zone, and whose days count: a country's statutory ones, a base's organisation's ones instead of own."""
    about = {"name": dict(name), "zone": zone.strip(), "statutory": statutory or None, "base": base or None}
    layers = [one for one in document["layers"] if not base or one["key"] != ORGANISATION]
    return canonical({**document, **about, "layers": layers})


def _days(first: str, last: str) -> list[str]:
    problems: list[Problem] = []
    text = f"{first}/{last}" if last else first
    days = [day.isoformat() for day in read_dates(text, "", problems)]
    if problems:
        raise CalendarInvalid("The days", problems)
    return days


def _dates(document: Document, layer: str) -> Mapping[str, Any]:
    if layer not in LAYERS:
        raise _refused(document, f"layers.{layer[:40]}", NO_LAYER)
    return next((one["dates"] for one in document["layers"] if one["key"] == layer), {})


def _with_dates(document: Document, layer: str, dates: Mapping[str, Any]) -> dict[str, Any]:
    others = {one["key"]: one["dates"] for one in document["layers"]}
    layers = {**others, layer: dates}
    return canonical({**document, "layers": [{"key": key, "dates": layers[key]} for key in LAYERS if layers.get(key)]})


def _refused(document: Document, place: str, wording: Wording) -> CalendarInvalid:
    return CalendarInvalid(f"Calendar {document['key']!r}", [Problem(place=place, wording=wording)])
