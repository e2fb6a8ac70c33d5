"""Calendars: when work counts. Pure: no table, no clock of the machine.

`WorkingTime` is the seam that clocks see; `Calendar` is layers of dates over weekly spans, `AroundTheClock` is always open.
"""

from desk.calendars.calendar import Calendar, DatedSpans, Layer, weekly_hours
from desk.calendars.limits import Limit, read_limit
from desk.calendars.pausing import Pause, due, due_with_pauses, elapsed_with_pauses, union
from desk.calendars.spans import Span
from desk.calendars.trace import DayTrace, trace
from desk.calendars.working_time import AroundTheClock, Day, WorkingTime

__all__ = [
    "AroundTheClock",
    "Calendar",
    "DatedSpans",
    "Day",
    "DayTrace",
    "Layer",
    "Limit",
    "Pause",
    "Span",
    "WorkingTime",
    "due",
    "due_with_pauses",
    "elapsed_with_pauses",
    "read_limit",
    "trace",
    "union",
    "weekly_hours",
]
