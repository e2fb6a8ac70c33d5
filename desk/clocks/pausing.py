"""What pauses which clock (E13): waiting belongs to the solution, never to an answer that we owe. Part of the policy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from desk.clocks.errors import PausePolicyInvalid, PauseReasonUnknown
from desk.clocks.names import (
    FEEDBACK,
    FOLLOW_UP,
    KINDS,
    NEXT_RESPONSE,
    PICKUP,
    RESPOND,
    SOLVE,
    TEAM,
    TRANSFER,
    WAITING,
    kind_of,
)


class PauseReason(StrEnum):
    CUSTOMER = "customer"  # an answer or a document of the customer
    THIRD_PARTY = "third_party"  # somebody outside who isn't the customer
    APPOINTMENT = "appointment"  # a date agreed with the customer
    PARTS = "parts"  # a delivery
    INTERNAL = "internal"  # another team of ours: the customer's time goes on, the asking team's rests


NEVER_PAUSED = frozenset({PICKUP, RESPOND, NEXT_RESPONSE, FOLLOW_UP, FEEDBACK, WAITING})
"""Clocks of what we owe whatever we wait for, and of the wait itself."""

_WAITING = frozenset({SOLVE, TRANSFER, TEAM})
DEFAULT_ROWS: Mapping[str, frozenset[str]] = {
    PauseReason.CUSTOMER: _WAITING,
    PauseReason.THIRD_PARTY: _WAITING,
    PauseReason.APPOINTMENT: _WAITING,
    PauseReason.PARTS: _WAITING,
    PauseReason.INTERNAL: frozenset({TEAM}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePolicy:
    """For each reason the kinds of clocks that it pauses."""

    rows: Mapping[str, frozenset[str]]

    def require(self, reason: str) -> None:
        """Raises PauseReasonUnknown."""
        if reason not in self.rows:
            raise PauseReasonUnknown(reason, tuple(sorted(self.rows)))

    def pauses(self, reason: str, clock: str) -> bool:
        """Whether a reason pauses a clock. Raises PauseReasonUnknown."""
        self.require(reason)
        return kind_of(clock) in self.rows[reason]


DEFAULT_PAUSES = PausePolicy(rows=DEFAULT_ROWS)


def pause_policy(rows: Iterable[Mapping[str, Any]]) -> PausePolicy:
    """The defaults changed by rows {reason, clock, pauses}; a reason of one's own may be added.

    Raises PausePolicyInvalid, also for a clock that is never paused.
    """
    table = {reason: set(clocks) for reason, clocks in DEFAULT_ROWS.items()}
    for row in rows:
        reason, clock, pauses = row.get("reason"), row.get("clock"), row.get("pauses")
        if not isinstance(reason, str) or not reason:
            raise PausePolicyInvalid(dict(row), "names no reason")
        if clock not in KINDS:
            raise PausePolicyInvalid(dict(row), f"clock isn't one of {', '.join(KINDS)}")
        if not isinstance(pauses, bool):
            raise PausePolicyInvalid(dict(row), "pauses is neither true nor false")
        if pauses and clock in NEVER_PAUSED:
            raise PausePolicyInvalid(dict(row), f"{clock} times an answer that we owe; nothing pauses it")
        chosen = table.setdefault(reason, set())
        (chosen.add if pauses else chosen.discard)(clock)
    return PausePolicy(rows={reason: frozenset(clocks) for reason, clocks in table.items()})
