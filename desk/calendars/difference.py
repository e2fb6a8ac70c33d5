"""What differs between two calendars: in their documents (who edited what), and in their days (what it does)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from desk.calendars.calendar import Calendar
from desk.calendars.document import Document, canonical
from desk.calendars.working_time import Day

_PLAIN = ("base", "name", "zone", "statutory", "make_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of a document that differs: `place` as in its problems; None where one side lacks it. `day` when it is dated."""

    place: str
    before: Any
    after: Any
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedDay:
    """A day whose spans differ."""

    before: Day
    after: Day


def diff(old: Document, new: Document) -> tuple[Change, ...]:
    """The entries that differ between two documents, dated ones last and in order. Raises CalendarInvalid."""
    one, other = canonical(old), canonical(new)
    plain = [Change(place=key, before=one.get(key), after=other.get(key)) for key in _PLAIN if one.get(key) != other.get(key)]
    weekly = _differing("weekly", one["weekly"], other["weekly"])
    return (*plain, *weekly, *_dated_changes(_layers(one), _layers(other)))


def changed_days(old: Calendar, new: Calendar, first: date, until: date) -> Iterator[ChangedDay]:
    """The days from `first` to before `until` whose spans differ, for whatever reason: an edit, a layer, a year's import."""
    for ordinal in range(first.toordinal(), until.toordinal()):
        before, after = (calendar.day(date.fromordinal(ordinal)) for calendar in (old, new))
        if before.spans != after.spans:
            yield ChangedDay(before=before, after=after)


def _layers(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {layer["key"]: layer["dates"] for layer in document["layers"]}


def _dated_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes = [
        replace(change, day=date.fromisoformat(change.place.rpartition(".")[2]))
        for key in sorted({*old, *new})
        for change in _differing(f"layers.{key}", old.get(key, {}), new.get(key, {}))
    ]
    return sorted(changes, key=lambda change: (change.day, change.place))


def _differing(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    return [
        Change(place=f"{place}.{key}", before=old.get(key), after=new.get(key))
        for key in {**old, **new}
        if old.get(key) != new.get(key)
    ]
