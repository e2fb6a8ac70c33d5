"""Making one case of two: what that does to their clocks, and which case then stands for which (E38). Pure rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clocks.decisions import StopClock, is_over, stop, void
from desk.clocks.events import Cause, ClockEvent, ServiceTarget, VoidReason
from desk.clocks.folding import fold
from desk.clocks.names import NEXT_RESPONSE, RESPOND, SOLVE, kind_of
from desk.clocks.responding import Contact, first_response, is_response
from desk.clocks.retargeting import RetargetClock, retarget
from desk.clocks.targets import RECEIVED, Calendars
from desk.errors import MergeRefused

MERGED = "merged"
Clocks = Mapping[tuple[int, str], Sequence[ClockEvent]]
"""The events of clocks by round and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCase:
    """What a case brings into a merge. `contacts` are its messages and calls."""

    number: str
    received_at: datetime
    contacts: tuple[Contact, ...]
    clocks: Clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A message of the customer that nobody answered yet, and the limit for the answer."""

    at: datetime
    target: ServiceTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What comes of it: new events by clock, for the case that stays and for the one that goes.

    `asked` is what is unanswered then, where the one that stays times no answer yet.
    """

    received_at: datetime
    contacts: tuple[Contact, ...]
    first_response_at: datetime | None
    staying: Mapping[tuple[int, str], list[ClockEvent]]
    going: Mapping[tuple[int, str], list[ClockEvent]]
    asked: Asked | None


def where_to(number: str, merged_into: Mapping[str, str]) -> str:
    """The case that now stands for `number`: later replies go there, however often it was merged on."""
    while number in merged_into:
        number = merged_into[number]
    return number


def check_merge(staying: str, going: str, merged_into: Mapping[str, str]) -> None:
    """Refuse a merge that would lead in a circle, or of what was merged already. Raises MergeRefused."""
    if going in merged_into:
        raise MergeRefused(going, f"was merged into {where_to(going, merged_into)} already")
    if where_to(staying, merged_into) == going:
        raise MergeRefused(going, f"can't be merged into {staying}, which would lead back to it")
    if staying in merged_into:
        raise MergeRefused(going, f"can't be merged into {staying}, which is now {where_to(staying, merged_into)}")


def merge(staying: MergedCase, going: MergedCase, calendars: Calendars, *, by: str, now: datetime) -> Merge:
    """Keep the earliest receipt, the earliest answer and all messages; the case that goes is out of all statistics.

    A clock of the one that stays that counts from its receipt then counts from the earlier one; a limit that would so be missed
    leaves the grace of E21.
    """
    received_at = min(staying.received_at, going.received_at)
    contacts = tuple(sorted({*staying.contacts, *going.contacts}, key=lambda contact: contact.at))
    responded_at = first_response(contacts)
    return Merge(
        received_at=received_at,
        contacts=contacts,
        first_response_at=responded_at,
        staying={
            where: events
            for where, before in staying.clocks.items()
            if (events := _kept(where[1], before, staying, received_at, responded_at, calendars, by, now))
        },
        going={
            where: void(where[1], events, VoidReason.MERGED, by=by, now=now)
            for where, events in going.clocks.items()
            if not fold(events).voided
        },
        asked=_unanswered(staying, going, contacts),
    )


def _unanswered(staying: MergedCase, going: MergedCase, contacts: Sequence[Contact]) -> Asked | None:
    """The earliest message that no answer followed in either case; where nobody answered at all, a first response is timed."""
    if first_response(contacts) is None or _awaiting(staying, NEXT_RESPONSE):
        return None
    answered_at = max(contact.at for contact in contacts if is_response(contact))
    asked = [*_awaiting(going, NEXT_RESPONSE), *_awaiting(going, RESPOND), *_awaiting(staying, RESPOND)]
    return min((one for one in asked if one.at > answered_at), key=lambda one: one.at, default=None)


def _awaiting(case: MergedCase, kind: str) -> list[Asked]:
    folded = [fold(events) for (_, name), events in case.clocks.items() if kind_of(name) == kind and not is_over(events)]
    return [Asked(at=one.started.anchored_at, target=one.target) for one in folded]


def _kept(
    name: str,
    events: Sequence[ClockEvent],
    staying: MergedCase,
    received_at: datetime,
    responded_at: datetime | None,
    calendars: Calendars,
    by: str,
    now: datetime,
) -> list[ClockEvent]:
    if is_over(events):
        return []
    if name == RESPOND and responded_at is not None:
        return stop(name, events, StopClock(by=by, what=MERGED, done_at=responded_at), now)
    folded = fold(events)
    if name not in (RESPOND, SOLVE) or received_at == staying.received_at or folded.started.anchor != RECEIVED:
        return []
    order = RetargetClock(by=by, cause=Cause.MERGED, targets=[folded.target], anchored_at=received_at)
    return retarget(events, order, calendars, now)
