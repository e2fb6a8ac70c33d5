"""What one transaction knows of an instance and what it will write: variables, history, incidents, the next revision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from engine import codec, faults
from engine.db import store, work
from engine.db.statements import pipelined
from engine.db.tables import VARIABLE_CONTEXT
from engine.definition import Definition
from engine.history import HistoryEvent, IncidentRaised, IncidentResolved, RunVariableSet, VariableSet
from engine.lookups import answers_of
from engine.model import OPEN_INSTANCES, InstanceState, ProcessInstance
from engine.ports import Answer, Lookup, Projection, Transaction
from engine.variables import Variables
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """By whom and why a lookup answers otherwise."""

    by: str
    reason: str


class Ledger:
    """Lives as long as its transaction. `at` is the instant that counts: a fired timer's due instant, else `now`."""

    def __init__(
        self,
        tx: Transaction,
        vault: KeyRing,
        definition: Definition,
        stored: store.StoredInstance,
        parts: store.OpenParts,
        *,
        now: datetime,
        projections: Sequence[Projection] = (),
        lookups: Sequence[Lookup] = (),
    ) -> None:
        self.tx = tx
        self.vault = vault
        self.definition = definition.asking({lookup.name: partial(self._ask, lookup) for lookup in lookups})
        self.instance = stored.instance
        self._known_variables = set(parts.variables)
        self.variables = Variables(parts.variables, self._open_variable)
        self.runs = parts.runs
        self.within: Callable[[str], tuple[str, ...]] = _in_no_run
        self.now = self.at = now
        self.change = 0
        self.changes: dict[str, int] = {}
        self.causes: dict[str, Cause] = {}
        self._projections = projections
        self._answers: dict[str, Answer] = {}
        self._answers_at = now
        self._untold: list[HistoryEvent] = []
        self._events: list[HistoryEvent] = []
        self._history_length = stored.history_length
        self._history_hash = stored.history_hash
        self._changed: dict[str, Any] = {}
        self._changed_runs: set[str] = set()
        self._broken = parts.broken

    def record(self, event: HistoryEvent) -> None:
        """Add to the history of this transaction."""
        self._events.append(event)
        self._untold.append(event)

    def record_first(self, event: HistoryEvent) -> None:
        """Put an event before all others of this transaction."""
        self._events.insert(0, event)
        self._untold.insert(0, event)

    @property
    def has_news(self) -> bool:
        """Whether anything happened in this transaction."""
        return bool(self._events)

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

    def change_lookups(self, names: Collection[str], cause: Cause) -> None:
        """Note that these lookups may answer otherwise; like a variable's change, for whoever asks them."""
        self._answers.clear()
        for name in sorted(names):
            self.changes[name] = self.change = self.change + 1
            self.causes[name] = cause

    def tell(self) -> bool:
        """Give the projections what happened since they were told last; whether a lookup may answer otherwise by it."""
        if not self._untold:
            return False
        fresh, self._untold = tuple(self._untold), []
        changed: set[str] = set()
        for projection in self._projections:
            ignored = getattr(projection, "ignores", ())
            if not all(isinstance(event, ignored) for event in fresh):
                # what it wrote may be what a lookup reads; what nobody took in changes no answer
                self._answers.clear()
                changed.update(projection.apply(self.tx, self.instance, fresh) or ())
        if changed:
            self.change_lookups(changed, Cause(by=fresh[-1].by, reason=""))
        return bool(changed)

    def _ask(self, lookup: Lookup, *arguments: Any, **named: Any) -> Any:
        """A lookup's answer, with all that happened in this transaction so far taken into account."""
        self.tell()
        if self._answers_at != self.at:
            self._answers.clear()
        answer = self._answers.get(lookup.name)
        if answer is None:
            answer = self._answers[lookup.name] = answers_of(lookup, self.tx, [self.instance], self.at)[self.instance.id]
            self._answers_at = self.at
        return answer(*arguments, **named)

    def seen_by(self, token_id: str) -> Mapping[str, Any]:
        """The variables as a token sees them: what its multi-instance runs keep for themselves hides what has the same name."""
        return self.seen_within(self.within(token_id))

    def seen_within(self, runs: Sequence[str]) -> Mapping[str, Any]:
        """The variables as they are seen within these runs, the innermost first."""
        if not runs:
            return self.variables
        seen = dict(self.variables)
        for run in reversed(runs):
            seen |= self.runs.get(run, {})
        return seen

    def set_result(
        self, values: Mapping[str, Any], *, within: Sequence[str], by: str = "engine", activity_id: str | None = None
    ) -> None:
        """Change what an activity's result sets: variables of the instance, or within a run only what that run sees."""
        if not within:
            self.set_variables(values, by=by, activity_id=activity_id)
            return
        self.keep_for_run(within[0], values)
        for name, value in values.items():
            self.changes[name] = self.change = self.change + 1
            self.record(RunVariableSet(at=self.at, by=by, name=name, value=value, activity_id=activity_id, token_id=within[0]))

    def keep_for_run(self, token_id: str, values: Mapping[str, Any]) -> None:
        """Keep values for one run, or for a whole, as long as it is open."""
        self.runs.setdefault(token_id, {}).update(codec.decode(codec.encode(dict(values))))
        self._changed_runs.add(token_id)

    def forget_run(self, token_id: str) -> None:
        """The run is over."""
        if self.runs.pop(token_id, None) is not None:
            self._changed_runs.add(token_id)

    def is_broken(self, token_id: str) -> bool:
        """Whether something is wrong with a token that nobody has repaired yet."""
        return token_id in self._broken

    def raise_incident(self, activity_id: str, token_id: str | None, message: str, *, job_id: int | None = None) -> None:
        """Something needs a person; the token waits where it is."""
        incident_id = work.insert_incident(
            self.tx,
            self.vault,
            instance_id=self.instance.id,
            business_key=self.instance.business_key,
            token_id=token_id,
            activity_id=activity_id,
            job_id=job_id,
            message=message,
            created_at=self.at,
        )
        self._broken.add(token_id)
        self.record(
            IncidentRaised(at=self.at, activity_id=activity_id, token_id=token_id, incident_id=incident_id, message=message)
        )

    def resolve_incidents(self, token_id: str) -> None:
        """Close what was wrong with a token that went on or is gone."""
        if token_id not in self._broken:
            return
        self._broken.discard(token_id)
        for incident_id in work.resolve_incidents(self.tx, self.instance.id, token_id, self.now):
            self.record(IncidentResolved(at=self.at, token_id=token_id, incident_id=incident_id))

    def _open_variable(self, sealed: bytes) -> Any:
        return codec.decode(self.vault.open(sealed, context=VARIABLE_CONTEXT))

    def write(self, state: InstanceState, snapshot: bytes) -> ProcessInstance:
        """Write the next revision in the given state with all that happened, and tell the projections."""
        with pipelined(self.tx):
            store.save_variables(self.tx, self.vault, self.instance.id, self._changed, self._known_variables)
            store.save_run_variables(self.tx, self.vault, self.instance.id, self.runs, self._changed_runs)
            head = store.append_history(
                self.tx,
                self.vault,
                self.instance,
                self._events,
                first_seq=self._history_length,
                head=self._history_hash,
                recorded_at=self.now,
            )
        faults.reached(faults.HISTORY_WRITTEN)
        self.instance = store.save_instance(
            self.tx,
            self.instance,
            state=state,
            ended_at=None if state in OPEN_INSTANCES else self.instance.ended_at or self.at,
            snapshot=snapshot,
            history_length=self._history_length + len(self._events),
            history_hash=head,
        )
        self.tell()
        return self.instance


def _in_no_run(token_id: str) -> tuple[str, ...]:
    return ()
