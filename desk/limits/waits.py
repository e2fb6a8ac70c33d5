"""Waits for the customer as a process makes them: each has a clock, until when the case goes on without them (E17).

A node says so by properties: `wait.days`, after so many working days the customer is reminded, or the wait is over;
`wait.reminders`, how often they are reminded before (none without it). Its clock is the newest `clock("waiting")`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

import structlog

from desk.calendars import Limit
from desk.calendars.pausing import WORKING_DAYS
from desk.calendarsource import CalendarSource
from desk.clocks import ClockStarted, ServiceTarget, VoidReason
from desk.clocks.names import WAITING, kind_of
from desk.clocks.targets import BUSINESS
from desk.clocks.waiting import WaitingPolicy, next_reminder, waiting_plan
from desk.limits.clockbook import ClockBook
from desk.model import Case
from desk.store import waits
from desk.store.waits import Wait
from engine.history import ActivityCancelled, ActivityEntered, ActivityLeft, HistoryEvent, InstanceCancelled, InstanceCompleted
from engine.ports import Transaction

log = structlog.get_logger(__name__)
DAYS, REMINDERS = "wait.days", "wait.reminders"
MOST_DAYS, MOST_REMINDERS = 250, 20


class WaitRecords:
    """One transaction's events on one case; part of the projection."""

    def __init__(self, tx: Transaction, book: ClockBook, calendars: CalendarSource) -> None:
        self._tx = tx
        self._book = book
        self._calendars = calendars

    def take(self, event: HistoryEvent, case: Case) -> None:
        """Follow an event."""
        match event:
            case ActivityEntered(properties=properties, token_id=str(token)) if DAYS in properties:
                policy = policy_of(properties)
                if policy is None:
                    log.warning("wait_unreadable", case=case.number, activity=event.activity_id, days=properties[DAYS])
                else:
                    self._begin(case, token, policy, event.at, event.by)
            case ActivityLeft(token_id=str(token)) | ActivityCancelled(token_id=str(token)):
                self._end(case, token, event.at, event.by)
            case InstanceCompleted() | InstanceCancelled():
                waits.end_all(self._tx, case.number)

    def _begin(self, case: Case, token: str, policy: WaitingPolicy, at: datetime, by: str) -> None:
        before = sum(kind_of(name) == WAITING for round, name in self._book.all_clocks() if round == case.round)
        clock = f"{WAITING}:{before + 1}" if before else WAITING
        self._book.start(case.round, clock, ClockStarted(at=at, by=by, anchor=WAITING, anchored_at=at, target=target_of(policy)))
        plan = waiting_plan(at, policy, self._calendars(self._tx).business)
        following = next_reminder(plan, 0)
        wait = Wait(
            case_number=case.number,
            token_id=token,
            round=case.round,
            clock=clock,
            since=at,
            days=policy.days,
            reminders=policy.reminders,
            next_at=following.at if following else None,
        )
        waits.begin(self._tx, wait)

    def _end(self, case: Case, token: str, at: datetime, by: str) -> None:
        if not any(kind_of(name) == WAITING for _, name in self._book.open_clocks()):
            return
        wait = waits.end(self._tx, case.number, token)
        if wait is not None:
            self._book.void({wait.clock}, VoidReason.NEVER_HAPPENED, at=at, by=by)


def target_of(policy: WaitingPolicy) -> ServiceTarget:
    """The limit of a whole wait."""
    days = policy.days * (policy.reminders + 1)
    source = f"{policy.reminders} × {policy.days}wd + {policy.days}wd" if policy.reminders else f"{policy.days}wd"
    return ServiceTarget(limit=Limit(amount=Fraction(days), unit=WORKING_DAYS), calendar=BUSINESS, source=source)


def policy_of(properties: Mapping[str, str]) -> WaitingPolicy | None:
    """What a node's properties say of the wait there; None for what can't be read."""
    days, reminders = (properties.get(name, "0").strip() for name in (DAYS, REMINDERS))
    if not (days.isdecimal() and reminders.isdecimal() and 1 <= int(days) <= MOST_DAYS and int(reminders) <= MOST_REMINDERS):
        return None
    return WaitingPolicy(days=int(days), reminders=int(reminders))
