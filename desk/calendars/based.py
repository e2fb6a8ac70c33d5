"""Calendars that take the organisation's days from another one, so that what the organisation closes is said once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desk.calendars.calendar import Calendar
from desk.calendars.document_schema import ORGANISATION
from desk.calendars.statutory import STATUTORY
from desk.calendars.working_time import WorkingTime

BUSINESS_BASE = "business"
"""The base that is the desk's own calendar, whichever that is."""


def with_base(calendar: Calendar, base: WorkingTime) -> Calendar:
    """The calendar with the organisation's days of its base, above the statutory layer and below the team's."""
    days = [layer for layer in base.layers if layer.key == ORGANISATION] if isinstance(base, Calendar) else []
    statutory = [layer for layer in calendar.layers if layer.key == STATUTORY]
    above = [layer for layer in calendar.layers if layer.key not in (STATUTORY, ORGANISATION)]
    return replace(calendar, layers=(*statutory, *days, *above))


def base_of(calendar: WorkingTime, named: Mapping[str, WorkingTime], business: WorkingTime) -> WorkingTime | None:
    """The base that a calendar names; None for one that stands alone, or names none that there is."""
    key = calendar.base if isinstance(calendar, Calendar) else None
    return business if key == BUSINESS_BASE else named.get(key) if key else None


def all_based(named: Mapping[str, WorkingTime], business: WorkingTime) -> dict[str, WorkingTime]:
    """The calendars, each with what its base says now. A base stands alone: see CalendarStudio."""
    return {
        key: with_base(one, base) if isinstance(one, Calendar) and (base := base_of(one, named, business)) is not None else one
        for key, one in named.items()
    }
