"""What happened in a case, read from its history and its conversation: no clock, no due instant, no verdict of the product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.day.noted import Noted
from desk.model import EntryKind
from desk.store.conversation import Entry
from engine import history
from engine.history import HistoryEvent

HANDLING, WAITING, TELLING, NEW_ROUND = "handle", "await_customer", "tell_customer", "new_round"
RESPONSES = (EntryKind.REPLY, EntryKind.CALL)


@dataclass(slots=True)
class Span:
    """From, and until; None while it lasts."""

    begin: datetime
    end: datetime | None = None


@dataclass(slots=True)
class Round:
    """A turn of handling: when it began, when the customer was told the solution, how they rated it.

    `work` is from taking a task of handling until finishing it.
    """

    began_at: datetime
    resolved_at: datetime | None = None
    answered_at: datetime | None = None
    rating: str = ""
    work: list[Span] = field(default_factory=list)
    claims: list[datetime] = field(default_factory=list)
    helps: list[datetime] = field(default_factory=list)
    handling: list[Span] = field(default_factory=list)
    waits: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A case's course. `intake` are the answers at its entry; `responses` is when a person spoke to the customer."""

    number: str
    received_at: datetime
    intake: Mapping[str, Any]
    responses: tuple[datetime, ...]
    customer_messages: tuple[datetime, ...]
    rounds: tuple[Round, ...]
    closed_at: datetime | None
    noted: Noted


def read(number: str, events: Sequence[HistoryEvent], said: Sequence[Entry], noted: Noted) -> Happened:
    """Sort a case's events into its course."""
    reading = _Reading()
    for event in events:
        reading.take(event)
    return Happened(
        number=number,
        received_at=datetime.fromisoformat(reading.intake["received_at"]),
        intake=reading.intake,
        responses=tuple(entry.at for entry in said if entry.kind in RESPONSES),
        customer_messages=tuple(entry.at for entry in said if entry.kind is EntryKind.CUSTOMER),
        rounds=tuple(reading.rounds),
        closed_at=reading.closed_at,
        noted=noted,
    )


class _Reading:
    def __init__(self) -> None:
        self.rounds: list[Round] = []
        self.intake: Mapping[str, Any] = {}
        self.closed_at: datetime | None = None
        self._open: dict[tuple[str, str], Span] = {}

    def take(self, event: HistoryEvent) -> None:
        match event:
            case history.InstanceStarted():
                self.rounds.append(Round(event.at))
            case history.VariableSet(name="intake", value=value):
                self.intake = value
            case history.ActivityEntered():
                self._entered(event)
            case history.ActivityLeft() | history.ActivityCancelled():
                if span := self._open.pop((str(event.activity_id), str(event.token_id)), None):
                    span.end = event.at
            case history.TaskClaimed(activity_id="handle"):
                self._round.claims.append(event.at)
            case history.MessageCorrelated(message_name="departments-asked"):
                self._round.helps.append(event.at)
            case history.TaskCompleted(activity_id="handle"):
                self._round.work.append(Span(event.claimed_at or event.at, event.at))
            case history.MessageCorrelated(message_name="survey-answered"):
                self._round.answered_at, self._round.rating = event.at, str(event.data["rating"])
            case history.InstanceCompleted() | history.InstanceCancelled():
                self.closed_at = event.at

    def _entered(self, event: history.ActivityEntered) -> None:
        if event.activity_id in (HANDLING, WAITING):
            span = Span(event.at)
            (self._round.handling if event.activity_id == HANDLING else self._round.waits).append(span)
            self._open[event.activity_id, str(event.token_id)] = span
        elif event.activity_id == TELLING:
            self._round.resolved_at = event.at
        elif event.activity_id == NEW_ROUND:
            self.rounds.append(Round(event.at))

    @property
    def _round(self) -> Round:
        return self.rounds[-1]
