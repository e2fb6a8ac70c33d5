"""Which working times the desk's targets can name."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from zoneinfo import ZoneInfo

from desk.calendars import AroundTheClock
from desk.calendars.shipped import CN_OFFICE, SHIPPED, shipped_calendar
from desk.clocks import Calendars
from engine.ports import Transaction

CalendarSource = Callable[[Transaction], Calendars]
"""The working times that targets can name, as they are in that transaction."""


@cache
def shipped_calendars(time_zone: str) -> Calendars:
    """Around the clock, the shipped office hours as the business calendar, and each shipped one by its key."""
    named = {key: shipped_calendar(key) for key in SHIPPED}
    return Calendars(around_the_clock=AroundTheClock(zone=ZoneInfo(time_zone)), business=named[CN_OFFICE], named=named)


def always_shipped(time_zone: str) -> CalendarSource:
    """The shipped calendars in every transaction."""
    return lambda _tx: shipped_calendars(time_zone)
