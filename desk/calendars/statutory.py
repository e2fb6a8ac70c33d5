"""Statutory days: what a state closes and opens each year by notice, with make-up days (调休).

The packaged years of `cn` are those of the yearly notices of the General Office of the State Council; each file names its
notices. A year's file is also what is uploaded when a new notice comes. The notice for a year may begin in December before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from bpmn.wording import Wording
from desk.calendars.calendar import FIRST_YEAR, LAST_YEAR, DatedSpans, Layer
from desk.calendars.problems import CalendarInvalid, Problem, read_dates, read_toml
from desk.calendars.shapes import shape_problems
from desk.calendars.spans import Span

STATUTORY = "statutory"
"""The key of the lowest layer."""

_SATURDAY = 5
_DATES = {"type": "array", "maxItems": 60, "items": {"type": "string", "maxLength": 40}}
_NAME = {"type": "string", "minLength": 1, "maxLength": 100}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["country", "year", "source", "holidays"],
    "additionalProperties": False,
    "properties": {
        "country": {"type": "string", "pattern": "^[a-z]{2}$"},
        "year": {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
        "source": {"type": "string", "minLength": 1, "maxLength": 500},
        "holidays": {
            "type": "array",
            "minItems": 1,
            "maxItems": 60,
            "items": {
                "type": "object",
                "required": ["name", "off"],
                "additionalProperties": False,
                "properties": {
                    "name": {
                        "type": "object",
                        "required": ["zh", "en"],
                        "additionalProperties": False,
                        "properties": {"zh": _NAME, "en": _NAME},
                    },
                    "off": {**_DATES, "minItems": 1},
                    "worked": _DATES,
                },
            },
        },
    },
}

OTHER_YEAR = Wording(
    "{day} isn't a day of {year}; only December of the year before may begin it.",
    "{day} 不属于 {year} 年；只允许上一年 12 月的日期。",
)
LISTED_TWICE = Wording("{day} is listed already.", "{day} 已经列出过。")
NOT_A_WEEKEND = Wording(
    "{day} is no Saturday or Sunday, so it can't be worked in exchange.",
    "{day} 不是周六或周日，不能作为调休上班日。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A holiday: its dates off, and those worked in exchange."""

    name: Wording
    off: tuple[date, ...]
    worked: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryYear:
    """What the notice of one year says. `source` cites it."""

    country: str
    year: int
    source: str
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatutoryDays:
    """The published years of one country, by year."""

    country: str
    years: Mapping[int, StatutoryYear]

    def with_years(self, years: Iterable[StatutoryYear]) -> StatutoryDays:
        """These and more; one for a year that is there already replaces it."""
        return StatutoryDays(country=self.country, years={**self.years, **{one.year: one for one in years}})

    def layer(self, make_up: tuple[Span, ...]) -> Layer:
        """The layer of all years; a day worked in exchange has the spans `make_up`. What a later notice says of a day counts."""
        dates: dict[date, DatedSpans] = {}
        for _, year in sorted(self.years.items()):
            for holiday in year.holidays:
                dates.update(dict.fromkeys(holiday.off, DatedSpans(spans=(), name=holiday.name, source=year.source)))
                worked = DatedSpans(spans=make_up, name=_exchanged(holiday.name), source=year.source)
                dates.update(dict.fromkeys(holiday.worked, worked))
        return Layer(key=STATUTORY, dates=dates)


def _exchanged(name: Wording) -> Wording:
    return Wording(f"Working day in exchange for {name.en}", f"{name.zh}调休上班")


def read_year(text: str) -> StatutoryYear:
    """Read a year's file (TOML). Raises CalendarInvalid with all that is wrong: shape, dates of other years, a date listed twice
    or both off and worked, a make-up day on a weekday.
    """
    what = "The file of statutory days"
    raw = read_toml(text, what)
    if problems := shape_problems(_SCHEMA, raw):
        raise CalendarInvalid(what, problems)
    seen: dict[date, str] = {}
    holidays = tuple(_holiday(raw["year"], index, one, seen, problems) for index, one in enumerate(raw["holidays"]))
    if problems:
        raise CalendarInvalid(what, problems)
    return StatutoryYear(country=raw["country"], year=int(raw["year"]), source=raw["source"], holidays=holidays)


def _holiday(year: int, index: int, raw: Mapping[str, Any], seen: dict[date, str], problems: list[Problem]) -> Holiday:
    dates = {kind: tuple(_dates(year, f"holidays[{index}].{kind}", raw.get(kind, ()), problems)) for kind in ("off", "worked")}
    for kind, listed in dates.items():
        for day in listed:
            if day in seen:
                problems.append(Problem(place=f"holidays[{index}].{kind}", wording=LISTED_TWICE, params={"day": day}))
            seen[day] = kind
    for day in dates["worked"]:
        if day.weekday() < _SATURDAY:
            problems.append(Problem(place=f"holidays[{index}].worked", wording=NOT_A_WEEKEND, params={"day": day}))
    return Holiday(name=Wording(raw["name"]["en"], raw["name"]["zh"]), off=dates["off"], worked=dates["worked"])


def _dates(year: int, place: str, texts: Iterable[str], problems: list[Problem]) -> Iterator[date]:
    for text in texts:
        for day in read_dates(text, place, problems):
            if day.year != year and (day.year, day.month) != (year - 1, 12):
                problems.append(Problem(place=place, wording=OTHER_YEAR, params={"day": day, "year": year}))
            yield day


@cache
def packaged_days(country: str) -> StatutoryDays:
    """The years that ship with the product; none for a country that isn't known."""
    folder = files("desk.calendars").joinpath("data", country)
    found = [read_year(file.read_text("utf-8")) for file in folder.iterdir()] if folder.is_dir() else []
    return StatutoryDays(country=country, years={one.year: one for one in found})


def newest_packaged_file(country: str) -> str:
    """The text of the newest packaged year of a country: what a file for the next one can be written after."""
    folder = files("desk.calendars").joinpath("data", country)
    return max(folder.iterdir(), key=lambda file: file.name).read_text("utf-8")


PACKAGED_COUNTRIES = ("cn",)
