"""What we told the customer about when: kept apart from every target (E41). It moves escalation, never a verdict (C15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from desk.limits.limit_errors import PromiseOver, PromiseTooLate
from engine.errors import ReasonMissing


class PromiseState(StrEnum):
    OPEN = "open"  # given, and neither done nor taken back
    KEPT = "kept"  # done not later than promised
    BROKEN = "broken"  # done later, taken back later, or not at all and the time is over
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

    @property
    def stands(self) -> bool:
        """Whether it is still to be kept, be it late, or to be taken back."""
        return self.withdrawn_at is None and self.fulfilled_at is None

    def state_at(self, now: datetime) -> PromiseState:
        """What became of it by `now`."""
        if self.withdrawn_at is not None and self.withdrawn_at <= self.due_at:
            return PromiseState.WITHDRAWN
        if self.stands and now <= self.due_at:
            return PromiseState.OPEN
        is_kept = self.fulfilled_at is not None and self.fulfilled_at <= self.due_at
        return PromiseState.KEPT if is_kept else PromiseState.BROKEN


def promise(
    due_at: datetime, *, reason: str, by: str, target_due_at: datetime | None, now: datetime, approved_by: str | None = None
) -> Promise:
    """Tell the customer when it will be done: before the target is due (R46), with a reason, for a time to come.

    Without `target_due_at` (nothing is timed, the clock is paused, or the customer was promised something before) only the time
    to come is asked. Raises ReasonMissing, PromiseTooLate.
    """
    if not reason.strip():
        raise ReasonMissing()
    if due_at <= now:
        raise PromiseTooLate("The promised time is over already", "Promise a time to come")
    if target_due_at is not None and now > target_due_at:
        raise PromiseTooLate("The limit was missed before anything was promised", "Ask a supervisor to tell the customer")
    return Promise(promised_at=now, due_at=due_at, by=by, reason=reason, approved_by=approved_by)


def withdraw(given: Promise, apology: str, now: datetime) -> Promise:
    """Take a promise back, with an apology (R51): also one that was broken, which it stays. Raises ReasonMissing, PromiseOver."""
    if not apology.strip():
        raise ReasonMissing()
    if not given.stands:
        raise PromiseOver(given.state_at(now))
    return replace(given, withdrawn_at=now, apology=apology)


def fulfil(given: Promise, done_at: datetime, now: datetime) -> Promise:
    """Note that it was done, also when that was too late. Raises PromiseOver when it was done or taken back before."""
    if not given.stands:
        raise PromiseOver(given.state_at(now))
    return replace(given, fulfilled_at=done_at)


def escalates_at(at: datetime, given: Iterable[Promise]) -> datetime:
    """When escalation comes that was due at `at`: approved promises put it off to their own time, or until they ended.

    Each must have been given before escalation came, be it before the limit or while an earlier promise stood (C15).
    """
    for one in sorted(given, key=lambda one: one.promised_at):
        if one.approved_by is not None and one.promised_at <= at:
            ends = (one.due_at, one.withdrawn_at, one.fulfilled_at)
            at = max(at, min(end for end in ends if end is not None))
    return at
