"""How one clock follows the calendars that were published since its limit was worked out (E26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeGuard

from desk.calendarsource import StoredCalendars
from desk.clocks import Cause, ClockEvent, ClockRetargeted, ClockState
from desk.clocks.retargeting import recalculation
from desk.store.calendars import Edit, edit_notes
from desk.store.clocks import KeptClock
from engine.ports import Transaction


def followed(
    tx: Transaction, source: StoredCalendars, kept: KeptClock, edit: Edit, before_id: int
) -> tuple[list[ClockEvent], ClockState] | None:
    """What the edits behind the state `before_id` up to `edit` do to an open clock, and what it says then.

    It counts as of the edit: what was missed by then stays missed. None for a clock that follows the edit already.
    """
    stamp = _stamp(kept.row.calendar_version)
    if stamp >= edit.id:
        return None
    before, after = source.as_of(tx, max(stamp, before_id)), source.as_of(tx, edit.id)
    at = max(edit.at, kept.events[-1].at)
    return recalculation(kept.events, before, after, version=after.version, by=edit.by, now=at)


def caught_up(tx: Transaction, source: StoredCalendars, kept: KeptClock) -> list[ClockEvent]:
    """What an open clock lacks of the calendars in that transaction, as long as the chore that lets all follow isn't through."""
    undone = None if kept.row.stopped_at is not None else source.unfollowed(tx)
    found = undone and followed(tx, source, kept, undone.edit, undone.before_id)
    return found[0] if found else []


def with_edit_notes(tx: Transaction, events: Sequence[ClockEvent]) -> list[ClockEvent]:
    """The events of a clock, and with those by which it followed calendars the note of the latest edit that it followed then."""
    stamps = {_stamp(event.target.calendar_version) for event in events if _follows(event)}
    notes = edit_notes(tx, stamps) if stamps else {}
    return [_noted(event, notes) for event in events]


def _noted(event: ClockEvent, notes: Mapping[int, str]) -> ClockEvent:
    return replace(event, note=notes.get(_stamp(event.target.calendar_version), "")) if _follows(event) else event


def _follows(event: ClockEvent) -> TypeGuard[ClockRetargeted]:
    return isinstance(event, ClockRetargeted) and event.cause is Cause.CALENDAR_EDITED


def _stamp(version: str) -> int:
    return int(version) if version.isdigit() else 0
