"""Whether somebody is there at an instant, and if not, from when on: shift, the own switch and leave together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.assignment.absences import Absence
from desk.assignment.shifts import Shift
from desk.model import Agent, Availability

_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """A date of somebody's plan in their shift's zone. `always`: no shift says when, so they are always on.

    `own` says that the weekly hours don't hold that day; `leave` is leave that covers part of it or all, `leave_hours` which
    part, such as 00:00-09:00 ("" for the whole day), and `away` tells that it leaves no work of that day.
    """

    day: date
    spans: tuple[str, ...]
    always: bool
    own: bool
    leave: Absence | None
    leave_hours: str = ""
    away: bool = False

    @property
    def works(self) -> bool:
        """Whether any work is planned, leave aside."""
        return self.always or bool(self.spans)


def back_at(agent: Agent, shift: Shift | None, leave: Iterable[Absence], now: datetime) -> datetime | None:
    """When new cases reach them next: `now` when they do already; None when their switch is off for good.

    Being busy isn't being there: it keeps new cases away too.
    """
    at, known = now, sorted(leave, key=lambda one: one.from_at)
    for _ in range(_ROUNDS):
        later = at
        for one in known:
            later = one.until_at if one.covers(later) else later
        if agent.available_at(later) is not Availability.AVAILABLE:
            if agent.availability_until is None:
                return None
            later = agent.availability_until
        if shift is not None:
            later = shift.next_start(later)
        if later == at:
            return at
        at = later
    return at


def planned(shift: Shift | None, leave: Iterable[Absence], monday: date, zone: ZoneInfo, *, days: int = 7) -> list[PlannedDay]:
    """The days of a week; `zone` says when days begin for whoever has no shift."""
    place = ZoneInfo(shift.zone) if shift else zone
    known = list(leave)
    return [_day(shift, known, monday + timedelta(days=number), place) for number in range(days)]


def _day(shift: Shift | None, leave: list[Absence], day: date, zone: ZoneInfo) -> PlannedDay:
    begins, ends = (datetime.combine(day + timedelta(days=more), time(), tzinfo=zone) for more in (0, 1))
    absent = next((one for one in leave if one.overlaps(begins, ends)), None)
    start, end = (max(begins, absent.from_at), min(ends, absent.until_at)) if absent else (begins, begins)
    is_whole = (start, end) == (begins, ends)
    return PlannedDay(
        day=day,
        spans=shift.spans_on(day) if shift else (),
        always=shift is None,
        own=shift is not None and day in shift.days,
        leave=absent,
        leave_hours=_hours(start, end, zone) if absent and not is_whole else "",
        away=is_whole or (absent is not None and shift is not None and _is_idle(shift, (begins, start), (end, ends))),
    )


def _hours(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """From and until, at midnight of the next day 24:00."""
    until = end.astimezone(zone).time()
    return f"{start.astimezone(zone):%H:%M}-{until:%H:%M}" if until > time() else f"{start.astimezone(zone):%H:%M}-24:00"


def _is_idle(shift: Shift, *parts: tuple[datetime, datetime]) -> bool:
    return not any(shift.works_between(begins, ends) for begins, ends in parts)
