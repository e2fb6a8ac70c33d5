"""Clocks for tests: short ways to write events, and a slow independent evaluation that walks minute by minute."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from desk.calendars import AroundTheClock, Limit, weekly_hours
from desk.clocks import Calendars, ClockEvent, ClockPaused, ClockResumed, ClockStarted, ClockStopped, ServiceTarget

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


def is_open(minute: datetime, *, business: bool) -> bool:
    """Whether the minute from that instant on is working time, read off the wall clock."""
    if not business:
        return True
    wall = minute.astimezone(ZONE)
    clock = wall.hour * 60 + wall.minute
    return wall.weekday() < 5 and (540 <= clock < 720 or 810 <= clock < 1080)


def walked(
    start: datetime, until: datetime, pauses: Iterable[tuple[datetime, datetime]], limit: int, *, business: bool
) -> tuple[int, datetime | None]:
    """The minutes that count from start until then, and the first instant at which `limit` of them had counted, if it came."""
    spans = list(pauses)
    counted, minute, due_at = 0, start, None
    while minute < until:
        if is_open(minute, business=business) and not any(begin <= minute < end for begin, end in spans):
            counted += 1
            if counted == limit:
                due_at = minute + MINUTE
        minute += MINUTE
    return counted, due_at


def events_of(start: ClockStarted, pauses: Iterable[tuple[datetime, datetime, str]]) -> list[ClockEvent]:
    """A clock that was paused so, each span for its own reason; they may overlap."""
    happened: list[tuple[datetime, int, ClockEvent]] = []
    for begin, end, reason in pauses:
        happened.append((begin, 1, ClockPaused(at=begin, by="li", reason=reason)))
        happened.append((end, 0, ClockResumed(at=end, by="li", reason=reason, because="customer_message")))
    return [start, *(event for _, _, event in sorted(happened, key=lambda one: one[:2]))]
