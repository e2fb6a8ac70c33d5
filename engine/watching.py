"""Conditions of the instance at hand: of flows, and of events.

A conditional event is asked when its token comes and whenever a variable that it reads changes. It occurs
when its condition comes to hold. One that may occur again must have ceased to hold in between: what it gave at the end of the
last transaction is worked out anew from the variables as they were stored, so nothing of it is kept.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from engine.errors import ExpressionFailed
from engine.history import ConditionMet
from engine.ledger import Ledger
from engine.spiff import ConditionFailed, TokenFlow

MOST_TIMES = 100
"""How often one event may occur in one transaction before we call it a circle."""


def flow_holds(ledger: Ledger, flow_id: str, expression: str, token_id: str) -> bool:
    """The value of a flow's condition. Anything but true or false stops the token, and never counts as false."""
    source = ledger.definition.process.flows[flow_id].source
    try:
        value = ledger.definition.value(source, expression, ledger.seen_by(token_id), ledger.at)
    except ExpressionFailed as error:
        raise ConditionFailed(error.message) from error
    if not isinstance(value, bool):
        raise ConditionFailed(
            f"Flow {flow_id}: {expression!r} gives {value!r}, neither true nor false. Correct the variable, then retry."
        )
    return value


@dataclass(slots=True, kw_only=True)
class Watched:
    """A token that waits for a condition: whether it held when it was asked last, and the last change that it knows.

    Only for one that may occur again it matters that it held before.
    """

    token_id: str
    activity_id: str
    held: bool = False
    seen: int = -1


class Watching:
    """Asks the conditions of the waiting tokens."""

    def __init__(self, ledger: Ledger, flow: TokenFlow) -> None:
        self._ledger = ledger
        self._flow = flow
        self._times: Counter[str] = Counter()
        self._watched: dict[str, Watched] = {}
        for entry in flow.waiting() if ledger.definition.has_conditions else ():
            if entry.kind == "condition":
                self._watched[entry.token_id] = self._as_stored(entry.token_id, entry.activity_id)

    def start(self, activity_id: str, token_id: str, *, again: bool) -> None:
        """A token waits for a condition from now on; `again` after it has just come to hold."""
        seen = self._ledger.change if again else -1
        self._watched[token_id] = Watched(token_id=token_id, activity_id=activity_id, held=again, seen=seen)

    def forget(self, token_id: str) -> None:
        """The token waits no more."""
        self._watched.pop(token_id, None)

    def ask_again(self, token_id: str) -> None:
        """Ask a token's condition afresh after somebody repaired its variables."""
        watched = self._watched.get(token_id)
        if watched is not None:
            watched.seen, watched.held = -1, False

    def let_next(self) -> bool:
        """Let the next event occur whose condition has come to hold; False when there is none."""
        for watched in list(self._watched.values()):
            if self._must_ask(watched):
                held, watched.held = watched.held, self._ask(watched)
                if watched.held and not held and self._may_occur(watched):
                    self.forget(watched.token_id)
                    where = {"activity_id": watched.activity_id, "token_id": watched.token_id}
                    self._ledger.record(ConditionMet(at=self._ledger.at, **where))
                    self._flow.deliver(watched.token_id)
                    return True
        return False

    def ask_lookups(self) -> bool:
        """Whether any condition asks a lookup."""
        asked = self._ledger.definition.lookups_asked
        return any(asked(self._text(watched)) for watched in self._watched.values())

    def _as_stored(self, token_id: str, activity_id: str) -> Watched:
        watched = Watched(token_id=token_id, activity_id=activity_id, seen=0)
        if not self._ledger.definition.node(activity_id).interrupting:
            with suppress(ExpressionFailed):
                watched.held = self._value(watched)
        return watched

    def _must_ask(self, watched: Watched) -> bool:
        changes = self._ledger.changes
        return watched.seen < 0 or any(changes.get(name, 0) > watched.seen for name in self._names(watched))

    def _ask(self, watched: Watched) -> bool:
        self._ledger.resolve_incidents(watched.token_id)
        try:
            return self._value(watched)
        except ExpressionFailed as error:
            self._ledger.raise_incident(watched.activity_id, watched.token_id, error.message)
            return False
        finally:
            # as with timers: what a lookup heard before it answered is in its answer
            watched.seen = self._ledger.change

    def _may_occur(self, watched: Watched) -> bool:
        self._times[watched.activity_id] += 1
        if self._times[watched.activity_id] <= MOST_TIMES:
            return True
        fact = f"{watched.activity_id} came to hold {MOST_TIMES} times without anybody waiting"
        self._ledger.raise_incident(watched.activity_id, watched.token_id, f"{fact}. Give the circle a way out, then retry.")
        watched.held = False
        return False

    def _value(self, watched: Watched) -> bool:
        """Whether a condition holds; null, as of a variable that isn't there yet, means not yet. Raises ExpressionFailed."""
        ledger, text = self._ledger, self._text(watched)
        value = ledger.definition.value(watched.activity_id, text, ledger.seen_by(watched.token_id), ledger.at)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise ExpressionFailed(watched.activity_id, text, f"gives {value!r}, neither true nor false")
        return value

    def _names(self, watched: Watched) -> frozenset[str]:
        return self._ledger.definition.names_read(self._text(watched))

    def _text(self, watched: Watched) -> str:
        event = self._ledger.definition.node(watched.activity_id).event
        return (event.expression if event else None) or ""
