"""The timers of the instance at hand: started with their token, moved with their variables, fired when due."""

from __future__ import annotations

from datetime import datetime

from bpmn.diagram import EventDefinition, TimerKind
from engine.db import store
from engine.errors import ExpressionFailed
from engine.history import TimerArmed, TimerFired, TimerMoved
from engine.ledger import Cause, Ledger
from engine.timers import MOMENT, next_instant, still_to_come

MOST_MOVES = 100
"""So many timers are moved at once instead of being fired; the others wait for the next look."""

UNSAID = Cause(by="engine", reason="")


class Timekeeping:
    """Keeps the timers in step with the waiting tokens; `write` brings their rows up to date."""

    def __init__(self, ledger: Ledger, timers: dict[str, store.WaitingTimer]) -> None:
        self._ledger = ledger
        self._timers = timers
        self._fired: dict[str, store.WaitingTimer] = {}
        self._written = set(timers)
        self._moved: set[str] = set()
        self._gone: set[str] = set()

    def start(self, activity_id: str, token_id: str, *, follows: str | None = None) -> None:
        """A token waits for a timer from now on; null from its expression leaves the timer unarmed.

        `follows` is the token for which the same cycle fired last: its instants are counted from where it began.
        """
        ledger = self._ledger
        before = self._fired.get(follows or "")
        timer = store.WaitingTimer(
            token_id=token_id, activity_id=activity_id, entered_at=before.entered_at if before else ledger.at
        )
        self._timers[token_id] = timer
        timer.due_at = self._due(timer, after=(before and before.due_at) or ledger.at - MOMENT)
        ledger.record(TimerArmed(at=ledger.at, activity_id=activity_id, token_id=token_id, due_at=timer.due_at))

    def forget(self, token_id: str) -> None:
        """The token waits no more."""
        self._timers.pop(token_id, None)
        if token_id in self._written:
            self._written.discard(token_id)
            self._gone.add(token_id)

    def write(self) -> None:
        """Write what changed since the instance was loaded. A timer that came and went in one transaction leaves no row."""
        ledger, now = self._ledger, self._timers
        store.write_timers(
            ledger.tx,
            ledger.instance.id,
            started=[timer for token_id, timer in now.items() if token_id not in self._written],
            moved=[now[token_id] for token_id in sorted(self._moved & self._written)],
            gone=sorted(self._gone),
        )
        self._written, self._moved, self._gone = set(now), set(), set()

    def follow_changes(self) -> None:
        """Move the timers whose expression reads a variable that changed, or asks a lookup that may answer otherwise."""
        ledger = self._ledger
        for timer in list(self._timers.values()) if ledger.changes else []:
            names = [name for name in self._names(timer) if ledger.changes.get(name, 0) > timer.seen]
            if names:
                self._move(
                    timer, self._due_anew(timer), lookup=next((name for name in sorted(names) if name in ledger.causes), "")
                )

    def ask_lookups(self) -> bool:
        """Whether any timer's expression asks a lookup."""
        return any(self._lookups(timer) for timer in self._timers.values())

    def _move(self, timer: store.WaitingTimer, due_at: datetime | None, *, lookup: str = "") -> None:
        if due_at == timer.due_at:
            return
        ledger = self._ledger
        self._moved.add(timer.token_id)
        cause = ledger.causes.get(lookup, UNSAID)
        where = {"activity_id": timer.activity_id, "token_id": timer.token_id}
        moved = TimerMoved(
            at=ledger.at, by=cause.by, before=timer.due_at, due_at=due_at, lookup=lookup, reason=cause.reason, **where
        )
        ledger.record(moved)
        timer.due_at = due_at

    def next_due(self) -> datetime | None:
        """The instant of the timer that is due first, be it to come.

        One that is due and asks a lookup is worked out anew right now: what isn't due any more, or only later, is moved.
        """
        for _ in range(MOST_MOVES):
            timer = self._first()
            if timer is None or not self._outdated(timer):
                break
        timer = self._first()
        return timer.due_at if timer else None

    def _first(self) -> store.WaitingTimer | None:
        armed = [timer for timer in self._timers.values() if timer.due_at is not None]
        # of two with the same instant the older comes first, which is their order here
        return min(armed, key=lambda timer: timer.due_at or self._ledger.now, default=None)

    def _outdated(self, timer: store.WaitingTimer) -> bool:
        """Move a timer that is due later now, or never; False when it may fire."""
        ledger, due_at = self._ledger, timer.due_at
        if due_at is None or due_at > ledger.now or not (asked := self._lookups(timer)):
            return False
        ledger.at = ledger.now
        anew = self._due_anew(timer)
        if anew is not None and anew <= due_at:
            return False
        self._move(timer, anew, lookup=min(asked))
        return True

    def take_due(self) -> store.WaitingTimer | None:
        """Take the timer that has been due longest, set the ledger's time to its due instant, and record that it fired.

        Ask `next_due` right before, which moves what isn't due any more.
        """
        ledger = self._ledger
        timer = self._first()
        if timer is None or timer.due_at is None or timer.due_at > ledger.now:
            return None
        ledger.at = timer.due_at
        self.forget(timer.token_id)
        self._fired[timer.token_id] = timer
        ledger.record(TimerFired(at=ledger.at, noticed_at=ledger.now, activity_id=timer.activity_id, token_id=timer.token_id))
        return timer

    def _names(self, timer: store.WaitingTimer) -> frozenset[str]:
        event = self._event(timer.activity_id)
        return self._ledger.definition.names_read(event.expression if event else None)

    def _lookups(self, timer: store.WaitingTimer) -> frozenset[str]:
        event = self._event(timer.activity_id)
        return self._ledger.definition.lookups_asked(event.expression if event else None)

    def _event(self, activity_id: str) -> EventDefinition | None:
        return self._ledger.definition.node(activity_id).event

    def _due_anew(self, timer: store.WaitingTimer) -> datetime | None:
        """The due instant after a change. A cycle goes on with what is still to come; what is due already stays due."""
        return self._due(timer, after=still_to_come(timer.due_at, self._ledger.at))

    def _due(self, timer: store.WaitingTimer, *, after: datetime) -> datetime | None:
        """The due instant, of a cycle the first later than `after`; unusable ones make an incident and an unarmed timer."""
        ledger, event = self._ledger, self._event(timer.activity_id)
        text = event.expression if event else None
        try:
            value = ledger.definition.value(timer.activity_id, text, ledger.seen_by(timer.token_id), timer.entered_at)
            cycle = event is not None and event.timer_kind is TimerKind.CYCLE
            return next_instant(value, cycle=cycle, entered_at=timer.entered_at, after=after)
        except ExpressionFailed as error:
            ledger.raise_incident(timer.activity_id, timer.token_id, error.message)
        except ValueError as error:
            message = f"Timer {timer.activity_id}: {text!r} {error}. Correct the variable, then retry."
            ledger.raise_incident(timer.activity_id, timer.token_id, message)
        finally:
            # a lookup takes in what happened before it answers, so its change comes before its answer
            timer.seen = ledger.change
        return None

    def retry(self, token_id: str) -> bool:
        """Compute a timer's due instant anew after somebody repaired its variables. False when no timer has that token."""
        timer = self._timers.get(token_id)
        if timer is None:
            return False
        self._ledger.resolve_incidents(token_id)
        self._move(timer, self._due_anew(timer))
        return True
