"""What happened to the clocks of a case after they began, for its story: waiting, going on, moving, with the due instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from desk.clocks import (
    Cause,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockVoided,
    evaluate,
)
from desk.context import DeskContext
from desk.limits.catching_up import with_edit_notes
from desk.store import clocks
from desk.store.clocks import KeptClock
from engine.ports import Transaction

Turning = ClockPaused | ClockResumed | ClockRetargeted | ClockVoided
_KINDS = {ClockPaused: "paused", ClockResumed: "resumed", ClockRetargeted: "moved", ClockVoided: "voided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockMove:
    """When a clock was due, and is from then on; None while it is paused, and after it was left out.

    `stays`: another limit leaves it due when it was, also if it is paused.
    """

    clock: str
    round: int
    before: datetime | None
    after: datetime | None
    stays: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTurn:
    """One thing that happened to several clocks at once: they were paused, resumed, moved, kept or voided, see `kind`. Kept are
    clocks that have other limits of which each is due as before.

    `why` is the code of a pause's reason, of a change's cause or of why they count no more; `note` is what a person said, for
    an edited calendar whoever published it. `until` is when a pause is to end.
    """

    at: datetime
    by: str
    kind: str
    why: str
    note: str
    until: datetime | None
    moves: tuple[ClockMove, ...]


def turns(tx: Transaction, context: DeskContext, number: str) -> list[ClockTurn]:
    """All turns of the clocks of a case, by time."""
    found: dict[tuple[str, datetime, str, str, str], ClockTurn] = {}
    for kept in clocks.kept(tx, [number], vault=context.vault):
        for event, move in _moves(tx, context, replace(kept, events=tuple(with_edit_notes(tx, kept.events)))):
            turn = _turn(event)
            same = (turn.kind, turn.at, turn.by, turn.why, turn.note)
            known = found.get(same, turn)
            found[same] = replace(known, moves=(*known.moves, move))
    return sorted(map(_kept_or_moved, found.values()), key=lambda turn: turn.at)


def _kept_or_moved(turn: ClockTurn) -> ClockTurn:
    return replace(turn, kind="kept") if all(move.stays for move in turn.moves) else turn


def _moves(tx: Transaction, context: DeskContext, kept: KeptClock) -> Iterator[tuple[Turning, ClockMove]]:
    stamp = ""
    for index, event in enumerate(kept.events):
        before_it, stays = kept.events[:index], False
        match event:
            case ClockStarted(target=target):
                stamp = target.calendar_version
                continue
            case ClockStopped():
                continue
            case ClockRetargeted(target=target):
                stamp, before, after = target.calendar_version, event.due_before, event.due_after
                stays = before == after and _stays(tx, context, before_it, event)
            case ClockVoided():
                before, after = _due(tx, context, before_it, stamp, event.at), None
            case _:
                before = _due(tx, context, before_it, stamp, event.at)
                after = _due(tx, context, (*before_it, event), stamp, event.at)
        yield event, ClockMove(clock=kept.row.name, round=kept.row.round, before=before, after=after, stays=stays)


def _stays(tx: Transaction, context: DeskContext, events: Sequence[ClockEvent], change: ClockRetargeted) -> bool:
    """Whether a clock would go on to the same instant, too; an edited calendar is told only where it wouldn't."""
    if change.cause is Cause.CALENDAR_EDITED:
        return False
    calendars = context.calendars.of_version(tx, change.target.calendar_version)
    before, after = (evaluate(known, calendars, change.at) for known in (events, (*events, change)))
    return before.due_if_resumed == after.due_if_resumed


def _due(tx: Transaction, context: DeskContext, events: Sequence[ClockEvent], stamp: str, at: datetime) -> datetime | None:
    """When a clock was due, by the calendars as they were when its limit was last worked out."""
    return evaluate(events, context.calendars.of_version(tx, stamp), at).due_at


def _turn(event: Turning) -> ClockTurn:
    why = event.cause if isinstance(event, ClockRetargeted) else event.reason
    note = event.note if isinstance(event, ClockPaused | ClockRetargeted) else ""
    until = event.until if isinstance(event, ClockPaused) else None
    return ClockTurn(at=event.at, by=event.by, kind=_KINDS[type(event)], why=str(why), note=note, until=until, moves=())
