"""Waiting for ever (E17): reminders after so many working days, then resolved by itself and told to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from desk.calendars import WorkingTime
from desk.clocks.pausing import PauseReason

RESUMED_BY_CUSTOMER = frozenset({PauseReason.CUSTOMER.value})
"""The pauses that a customer's message ends, on whatever channel it comes (E16)."""


class WaitingAction(StrEnum):
    REMIND = "remind"  # the customer is asked again
    RESOLVE = "resolve"  # the case is resolved, and the customer told that a reply opens it again


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPolicy:
    """A reminder each `days` working days, and after `reminders` of them as many days until it is resolved."""

    days: int = 2
    reminders: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStep:
    """`number` counts from 1; the last one is the resolution."""

    number: int
    action: WaitingAction
    at: datetime


def waiting_plan(since: datetime, policy: WaitingPolicy, calendar: WorkingTime) -> tuple[WaitingStep, ...]:
    """What happens when nobody answers: each step at the end of a working day, so that the customer had all of it."""
    steps: list[WaitingStep] = []
    for number in range(1, policy.reminders + 2):
        since = calendar.end_of_working_day(since, policy.days)
        action = WaitingAction.REMIND if number <= policy.reminders else WaitingAction.RESOLVE
        steps.append(WaitingStep(number=number, action=action, at=since))
    return tuple(steps)


def next_reminder(plan: tuple[WaitingStep, ...], told: int) -> WaitingStep | None:
    """The reminder after so many; None when only the resolution is left."""
    step = plan[min(told, len(plan) - 1)]
    return step if step.action is WaitingAction.REMIND else None
