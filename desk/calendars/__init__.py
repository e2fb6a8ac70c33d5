"""Calendars: when work counts. Pure: no table, no clock of the machine.

`WorkingTime` is the seam that clocks see; `Calendar` is layers of dates over weekly spans, `AroundTheClock` is always open.
"""

from desk.calendars.calendar import Calendar, DatedSpans, Layer, weekly_hours
from desk.calendars.pausing import Limit, Pause, due, due_with_pauses, elapsed_with_pauses, union
from desk.calendars.spans import Span
from desk.calendars.working_time import AroundTheClock, Day, WorkingTime

__all__ = [
    "AroundTheClock",
    "Calendar",
    "DatedSpans",
    "Day",
    "Layer",
    "Limit",
    "Pause",
    "Span",
    "WorkingTime",
    "due",
    "due_with_pauses",
    "elapsed_with_pauses",
    "union",
    "weekly_hours",
]
