"""Clocks for tests: short ways to write events, and a slow independent evaluation that walks minute by minute.

What `Walk` finds shares no code with desk.clocks or desk.calendars.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from desk.calendars import AroundTheClock, Limit, weekly_hours
from desk.clocks import Calendars, ClockEvent, ClockPaused, ClockResumed, ClockStarted, ClockStopped, ServiceTarget
from tests.support.slow_calendar import OFFICE, slow_week

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = "Mon–Fri 09:00–12:00, 13:30–18:00"
CALENDARS = Calendars(around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours(HOURS, "Asia/Shanghai"))
MINUTE = timedelta(minutes=1)


def local(text: str) -> datetime:
    """Wall time in Shanghai, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def target(amount: float, unit: str, calendar: str = "24x7", **more: object) -> ServiceTarget:
    return ServiceTarget(
        limit=Limit(amount=Fraction(str(amount)), unit=unit), calendar=calendar, source=f"{amount} {unit}", **more
    )


def started(at: str, amount: float, unit: str, calendar: str = "24x7", *, noted: str | None = None) -> ClockStarted:
    anchored_at = local(at)
    return ClockStarted(
        at=local(noted) if noted else anchored_at,
        by="desk",
        anchor="received",
        anchored_at=anchored_at,
        target=target(amount, unit, calendar),
    )


def pause(at: str, reason: str = "customer", until: str | None = None) -> ClockPaused:
    return ClockPaused(at=local(at), by="li", reason=reason, until=local(until) if until else None)


def resume(at: str, reason: str = "customer") -> ClockResumed:
    return ClockResumed(at=local(at), by="li", reason=reason, because="customer_message")


def stop(done_at: str, noted: str | None = None) -> ClockStopped:
    return ClockStopped(at=local(noted or done_at), by="li", done_at=local(done_at), what="resolved")


_OFFICE_WEEK = slow_week(ZONE, dict.fromkeys(range(5), OFFICE))


@cache
def _is_open(minute: datetime, business: bool) -> bool:
    return not business or _OFFICE_WEEK.is_open(minute)


@dataclass(frozen=True)
class Walk:
    """What a clock comes to when it is walked minute by minute; `raised` is when its limit became another, and to how many."""

    start: datetime
    limit: int
    pauses: tuple[tuple[datetime, datetime], ...]
    business: bool
    raised: tuple[datetime, int] | None = None

    def until(self, end: datetime) -> tuple[int, datetime | None, datetime | None]:
        """The minutes that count before `end`; when the limit was used up, if it was; and when the one before the raise was."""
        counted, limit, minute, due_at, missed_at = 0, self.limit, self.start, None, None
        while minute < end:
            if self.raised and minute == self.raised[0]:
                missed_at = due_at if due_at is not None and due_at < minute else None
                limit = min(self.limit, max(self.raised[1], counted + min(self.raised[1], 30)))
                due_at = None if counted < limit else due_at
            if _is_open(minute, self.business) and not any(begin <= minute < until for begin, until in self.pauses):
                counted += 1
                if counted == limit:
                    due_at = minute + MINUTE
            minute += MINUTE
        return counted, due_at, missed_at


def events_of(start: ClockStarted, pauses: Iterable[tuple[datetime, datetime, str]]) -> list[ClockEvent]:
    """A clock that was paused so, each span for its own reason; they may overlap."""
    happened: list[tuple[datetime, int, ClockEvent]] = []
    for begin, end, reason in pauses:
        happened.append((begin, 1, ClockPaused(at=begin, by="li", reason=reason)))
        happened.append((end, 0, ClockResumed(at=end, by="li", reason=reason, because="customer_message")))
    return [start, *(event for _, _, event in sorted(happened, key=lambda one: one[:2]))]
