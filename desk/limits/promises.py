"""What we told the customer about when: kept apart from every target (E41). It moves escalation, never a verdict (C15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from desk.limits.limit_errors import PromiseOver, PromiseTooLate
from engine.errors import ReasonMissing


class PromiseState(StrEnum):
    OPEN = "open"  # given, and neither done nor taken back
    KEPT = "kept"  # done not later than promised
    BROKEN = "broken"  # done later, or not at all and the time is over
    WITHDRAWN = "withdrawn"  # taken back before it was due, with an apology


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Given at `promised_at`, for `due_at`. `reason` is what the customer was told. `approved_by` lets it move escalation."""

    promised_at: datetime
    due_at: datetime
    by: str
    reason: str
    approved_by: str | None = None
    fulfilled_at: datetime | None = None
    withdrawn_at: datetime | None = None
    apology: str = ""

    def state_at(self, now: datetime) -> PromiseState:
        """What became of it by `now`."""
        if self.withdrawn_at is not None:
            return PromiseState.WITHDRAWN
        if self.fulfilled_at is not None:
            return PromiseState.KEPT if self.fulfilled_at <= self.due_at else PromiseState.BROKEN
        return PromiseState.OPEN if now <= self.due_at else PromiseState.BROKEN


def promise(
    due_at: datetime, *, reason: str, by: str, target_due_at: datetime | None, now: datetime, approved_by: str | None = None
) -> Promise:
    """Tell the customer when it will be done: before the target is due (R46), with a reason, for a time to come.

    Without `target_due_at` (nothing is timed, or the clock is paused) only the time to come is asked. Raises ReasonMissing,
    PromiseTooLate.
    """
    if not reason.strip():
        raise ReasonMissing()
    if due_at <= now:
        raise PromiseTooLate("The promised time is over already", "Promise a time to come")
    if target_due_at is not None and now > target_due_at:
        raise PromiseTooLate("The limit was missed before anything was promised", "Ask a supervisor to tell the customer")
    return Promise(promised_at=now, due_at=due_at, by=by, reason=reason, approved_by=approved_by)


def withdraw(given: Promise, apology: str, now: datetime) -> Promise:
    """Take a promise back, with an apology (R51). Raises ReasonMissing, PromiseOver."""
    if not apology.strip():
        raise ReasonMissing()
    _check_open(given, now)
    return replace(given, withdrawn_at=now, apology=apology)


def fulfil(given: Promise, done_at: datetime, now: datetime) -> Promise:
    """Note that it was done, also when that was too late. Raises PromiseOver when it was done or taken back before."""
    if given.withdrawn_at is not None or given.fulfilled_at is not None:
        raise PromiseOver(given.state_at(now))
    return replace(given, fulfilled_at=done_at)


def escalates_at(at: datetime, given: Promise | None) -> datetime:
    """When escalation comes that was due at `at`: an approved promise that stands puts it off to its own time."""
    if given is None or given.approved_by is None or given.withdrawn_at is not None or given.promised_at > at:
        return at
    return max(at, given.due_at)


def _check_open(given: Promise, now: datetime) -> None:
    if (state := given.state_at(now)) is not PromiseState.OPEN:
        raise PromiseOver(state)
