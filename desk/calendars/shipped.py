"""The calendars that ship with the product: `24x7`, `cn-office` and `berlin-office`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from desk.calendars.calendar import Calendar
from desk.calendars.document import calendar_of, read_document

AROUND_THE_CLOCK, CN_OFFICE, BERLIN_OFFICE = "24x7", "cn-office", "berlin-office"
SHIPPED = (AROUND_THE_CLOCK, CN_OFFICE, BERLIN_OFFICE)


def shipped_document(key: str) -> dict[str, Any]:
    """The canonical document of a shipped calendar; `key` is one of SHIPPED."""
    return read_document(files("desk.calendars").joinpath("data", f"{key}.toml").read_text("utf-8"))


@cache
def shipped_calendar(key: str) -> Calendar:
    """A shipped calendar, with the statutory days that ship; `key` is one of SHIPPED."""
    return calendar_of(shipped_document(key))
