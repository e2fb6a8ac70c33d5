"""A clock's events: append-only, in the past tense. What a clock says follows from them alone, see desk.clocks.evaluation.

`at` is when it became so, and never lies before the event in front of it; `by` is who or what did it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from desk.calendars import Limit

RAISE_GRACE = timedelta(minutes=30)
"""What remains when a limit becomes shorter while it runs, if so much was left before (E21)."""


class Cause(StrEnum):
    PRIORITY_RAISED = "priority_raised"  # 改级: somebody found it more urgent
    PRIORITY_LOWERED = "priority_lowered"  # somebody found it less urgent, with a reason
    TYPE_CHANGED = "type_changed"  # classified anew
    CUSTOMER_CHANGED = "customer_changed"  # it was another customer's
    TIER_CHANGED = "tier_changed"  # the customer has another contract
    TAGS_CHANGED = "tags_changed"  # the case or its customer was found to be of another kind
    POLICY_APPLIED = "policy_applied"  # new target rows were applied to open cases (E25)
    CALENDAR_EDITED = "calendar_edited"  # days were opened or closed (E26)
    MERGED = "merged"  # another case of the same matter, received earlier, was merged into it (E38)
    SOLVED_LATE = "solved_late"  # the follow-up waits until a day after the solution (C5)


class DueRule(StrEnum):
    GRACE = "grace"  # max(receipt + new limit, change + min(new limit, grace, what was left)): E21's default
    FROM_RECEIPT = "from_receipt"  # as if it had been so from the start
    FROM_CHANGE = "from_change"  # the whole new limit from now


class VoidReason(StrEnum):
    MERGED = "merged"  # goes on in another case
    SPAM = "spam"
    CANCELLED = "cancelled"  # the customer or a supervisor called it off
    DELETED = "deleted"
    ANONYMISED = "anonymised"
    NEVER_HAPPENED = "never_happened"  # a limit for what need not happen
    WITHDRAWN = "withdrawn"  # what a department was asked for is needed no more
    NO_TARGET = "no_target"  # changed to what has no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTarget:
    """A limit as it was promised, in the time of the calendar with that key, by which row.

    `considered` are all rows that were looked at, as plain data. With `not_before` it is never due earlier than
    that, whatever the limit says (C5).
    """

    limit: Limit
    calendar: str
    source: str
    policy_version: str = ""
    calendar_version: str = ""
    considered: tuple[Mapping[str, Any], ...] = ()
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted:
    """`anchored_at`, not later than `at`, is from when it counts: `anchor` says what that was (received, round …)."""

    at: datetime
    by: str
    anchor: str
    anchored_at: datetime
    target: ServiceTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused:
    """Waits for something; several reasons may hold at once. `until` is when it is to be looked at again: it ends no pause."""

    at: datetime
    by: str
    reason: str
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed:
    """The pause for `reason` is over; the clock runs when no other one is left. `because` is a code: customer_message …"""

    at: datetime
    by: str
    reason: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRetargeted:
    """The limit changed, or with `anchored_at` from when it counts. A rule that looks at the change counts from `since`, or `at`.

    What was so before stays as a fact: the due instant (None while paused), a breach that had happened. `due_after` is what came
    of it when it was written.
    """

    at: datetime
    by: str
    target: ServiceTarget
    cause: Cause
    rule: DueRule
    grace: timedelta = RAISE_GRACE
    note: str = ""
    anchored_at: datetime | None = None
    since: datetime | None = None
    due_before: datetime | None = None
    due_after: datetime | None = None
    breached_before: datetime | None = None
    breach_cause: Cause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped:
    """What it timed was done at `done_at`, which may lie before `at`: a call is often noted later. `what` did it."""

    at: datetime
    by: str
    done_at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockVoided:
    """It counts no more, in no statistics."""

    at: datetime
    by: str
    reason: VoidReason


ClockEvent = ClockStarted | ClockPaused | ClockResumed | ClockRetargeted | ClockStopped | ClockVoided
