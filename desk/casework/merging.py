"""Making one case of two (E38), and two of one (E39): what that does to their clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.clocks.decisions import StartClock, StopClock, is_over, start, stop, void
from desk.clocks.events import Cause, ClockEvent, ServiceTarget, VoidReason
from desk.clocks.folding import fold
from desk.clocks.names import NEXT_RESPONSE, RESPOND, SOLVE
from desk.clocks.responding import Contact, first_response
from desk.clocks.retargeting import RetargetClock, retarget
from desk.clocks.targets import Calendars
from desk.errors import MergeRefused

MERGED, SPLIT = "merged", "split"
Clocks = Mapping[str, Sequence[ClockEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCase:
    """What a case brings into a merge. `contacts` are its messages and calls."""

    number: str
    received_at: datetime
    contacts: tuple[Contact, ...]
    clocks: Clocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What comes of it: new events by clock, for the case that stays and for the one that goes."""

    received_at: datetime
    contacts: tuple[Contact, ...]
    first_response_at: datetime | None
    staying: Mapping[str, list[ClockEvent]]
    going: Mapping[str, list[ClockEvent]]


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

    A clock of the one that stays then counts from the earlier receipt; a limit that would so be missed leaves the grace of E21.
    """
    received_at = min(staying.received_at, going.received_at)
    contacts = tuple(sorted({*staying.contacts, *going.contacts}, key=lambda contact: contact.at))
    responded_at = first_response(contacts)
    return Merge(
        received_at=received_at,
        contacts=contacts,
        first_response_at=responded_at,
        staying={
            name: events
            for name, before in staying.clocks.items()
            if (events := _kept(name, before, staying, received_at, responded_at, calendars, by, now))
        },
        going={
            name: void(name, events, VoidReason.MERGED, by=by, now=now)
            for name, events in going.clocks.items()
            if not fold(events).voided
        },
    )


def split(targets: Mapping[str, ServiceTarget], message_at: datetime, *, by: str, now: datetime) -> dict[str, list[ClockEvent]]:
    """The clocks of a case that was split off: all its own, from the message with which it begins, no answer given yet."""
    return {
        name: start(StartClock(by=by, anchor=SPLIT, anchored_at=message_at, target=target), now)
        for name, target in targets.items()
        if name != NEXT_RESPONSE
    }


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
    if name not in (RESPOND, SOLVE) or received_at == staying.received_at:
        return []
    order = RetargetClock(by=by, cause=Cause.MERGED, targets=[fold(events).target], anchored_at=received_at)
    return retarget(events, order, calendars, now)


def unmerged(numbers: Iterable[str], merged_into: Mapping[str, str]) -> tuple[str, ...]:
    """The cases that count in statistics: those that were merged into no other."""
    return tuple(number for number in numbers if number not in merged_into)
