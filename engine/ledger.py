"""What one transaction knows of an instance and what it will write: variables, history, incidents, the next revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine import codec
from engine.db import store, work
from engine.definition import Definition
from engine.errors import CaseloopError
from engine.history import HistoryEvent, IncidentRaised, IncidentResolved, VariableSet
from engine.model import InstanceState, ProcessInstance
from engine.ports import Projection, Transaction
from engine.vault import KeyRing


class Ledger:
    """Lives as long as its transaction. `at` is the instant that counts: a fired timer's due instant, else `now`."""

    def __init__(
        self,
        tx: Transaction,
        vault: KeyRing,
        definition: Definition,
        stored: store.StoredInstance,
        *,
        variables: dict[str, Any],
        now: datetime,
    ) -> None:
        self.tx = tx
        self.vault = vault
        self.definition = definition
        self.instance = stored.instance
        self.variables = variables
        self.now = self.at = now
        self.change = 0
        self.changes: dict[str, int] = {}
        self._events: list[HistoryEvent] = []
        self._history_length = stored.history_length
        self._known_variables = set(variables)
        self._changed: dict[str, Any] = {}
        self._broken: set[str | None] | None = None

    def record(self, event: HistoryEvent) -> None:
        """Add to the history of this transaction."""
        self._events.append(event)

    def record_first(self, event: HistoryEvent) -> None:
        """Put an event before all others of this transaction."""
        self._events.insert(0, event)

    def set_variables(
        self, values: Mapping[str, Any], *, by: str = "engine", reason: str = "", activity_id: str | None = None
    ) -> None:
        """Change variables; the same value again is no change. `changes` numbers them for the timers."""
        for name, value in values.items():
            encoded = codec.encode(value)
            if name in self.variables and codec.encode(self.variables[name]) == encoded:
                continue
            self.variables[name] = self._changed[name] = codec.decode(encoded)
            self.changes[name] = self.change = self.change + 1
            self.record(VariableSet(at=self.at, by=by, name=name, value=value, reason=reason, activity_id=activity_id))

    def raise_incident(self, activity_id: str, token_id: str | None, message: str, *, job_id: int | None = None) -> None:
        """Something needs a person; the token waits where it is."""
        incident_id = work.insert_incident(
            self.tx,
            instance_id=self.instance.id,
            business_key=self.instance.business_key,
            token_id=token_id,
            activity_id=activity_id,
            job_id=job_id,
            message=message,
            created_at=self.at,
        )
        self._broken_tokens().add(token_id)
        self.record(
            IncidentRaised(at=self.at, activity_id=activity_id, token_id=token_id, incident_id=incident_id, message=message)
        )

    def resolve_incidents(self, token_id: str) -> None:
        """Close what was wrong with a token that went on or is gone."""
        if token_id not in self._broken_tokens():
            return
        for incident_id in work.resolve_incidents(self.tx, self.instance.id, token_id, self.now):
            self.record(IncidentResolved(at=self.at, token_id=token_id, incident_id=incident_id))

    def _broken_tokens(self) -> set[str | None]:
        if self._broken is None:
            self._broken = work.broken_tokens(self.tx, self.instance.id)
        return self._broken

    def write(self, state: InstanceState, snapshot: bytes, projections: Sequence[Projection]) -> ProcessInstance:
        """Write the next revision in the given state with all that happened, and tell the projections."""
        store.save_variables(self.tx, self.vault, self.instance.id, self._changed, self._known_variables)
        store.append_history(
            self.tx, self.vault, self.instance.id, self._events, first_seq=self._history_length, recorded_at=self.now
        )
        self.instance = store.save_instance(
            self.tx,
            self.instance,
            state=state,
            ended_at=None if state is InstanceState.ACTIVE else self.at,
            snapshot=snapshot,
            history_length=self._history_length + len(self._events),
        )
        for projection in projections:
            projection.apply(self.tx, self.instance, tuple(self._events))
        return self.instance


def explain(error: Exception) -> str:
    """An exception's text for an incident; never raises, not even for one whose own text can't be made."""
    if isinstance(error, CaseloopError):
        return error.message
    return f"{type(error).__name__}: {', '.join(repr(argument) for argument in error.args)}"
