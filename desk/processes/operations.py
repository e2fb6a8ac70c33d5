"""What supervisors do to a running instance: look at it, let it rest, move a token, mend a variable, stop it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.package import ProcessPackage
from desk.casetasks import CALLED
from desk.context import DeskContext
from desk.errors import AnswersInvalid, VariableWithheld
from desk.masking import mask_known, withheld
from desk.processes.diagrams import marks
from desk.rights import require_lead
from desk.store import cases, people
from desk.wordings import NO_VARIABLE
from engine import codec
from engine.commands import CancelInstance, MoveToken, ResolveIncident, ResumeInstance, SetVariables, SuspendInstance
from engine.db import queries
from engine.errors import StaleRevision
from engine.history import (
    HistoryEvent,
    IncidentResolved,
    InstanceCancelled,
    InstanceResumed,
    InstanceSuspended,
    TokenMoved,
    VariableSet,
)
from engine.inspection import Standing, standing
from engine.model import ProcessInstance
from engine.operations import given
from engine.ports import Transaction

_NAME = re.compile(r"[^\W\d]\w{0,99}")  # a name that FEEL can say


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a person or a program did to the instance, and why. `kind`: suspended, resumed, moved, changed, closed, cancelled."""

    at: datetime
    by: str
    kind: str
    reason: str
    activity_id: str | None = None
    to_activity_id: str | None = None
    variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableView:
    """A variable for reading. `masked`: it holds who the customer is, masked here; what is shown isn't to be written back."""

    name: str
    value: Any
    masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceView:
    """An instance with its diagram's marks and what was done to it, the newest first. `case_number`: of its case, if any."""

    standing: Standing
    package: ProcessPackage
    case_number: str | None
    variables: tuple[VariableView, ...]
    open: tuple[str, ...]
    passed: tuple[str, ...]
    flows: tuple[str, ...]
    done: tuple[Operation, ...]


class Operations:
    """Each method is one use case in one transaction, for supervisors and admins; each raises RightMissing and NotFound.

    Those that change something raise ReasonMissing, InstanceOver, and InstanceSuspended where the instance must not rest.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    def view(self, instance_id: int, *, viewer: str) -> InstanceView:
        """Where the instance stands."""
        with self._db.reading() as tx:
            require_lead(people.agent(tx, viewer), "operate on running processes")
            found = standing(tx, self._engine, instance_id)
            events = queries.history(tx, self._context.vault, instance_id)
            number = found.instance.business_key.partition(CALLED)[0]
            known = cases.known(tx, number)
            package = self._engine.definition(found.instance.deployment_id, tx).package
        is_open, passed, flows = marks(events)
        return InstanceView(
            standing=found,
            package=package,
            case_number=number if known else None,
            variables=tuple(_variable(name, value) for name, value in sorted(found.variables.items())),
            open=is_open if found.tokens else (),
            passed=passed,
            flows=flows,
            done=tuple(reversed(list(_operations(events)))),
        )

    def suspend(self, instance_id: int, *, by: str, reason: str) -> ProcessInstance:
        """Let the instance rest. See engine.operations."""
        command = SuspendInstance(instance_id=instance_id, by=by, reason=reason)
        return self._order(by, lambda tx: self._engine.operations.suspend(tx, command))

    def resume(self, instance_id: int, *, by: str, reason: str) -> ProcessInstance:
        """Let the instance go on. Raises InstanceNotSuspended, CallerSuspended."""
        command = ResumeInstance(instance_id=instance_id, by=by, reason=reason)
        return self._order(by, lambda tx: self._engine.operations.resume(tx, command))

    def cancel(self, instance_id: int, *, by: str, reason: str) -> ProcessInstance:
        """Stop the instance for good; its case is closed."""
        command = CancelInstance(instance_id=instance_id, by=by, reason=reason)
        return self._order(by, lambda tx: self._engine.cancel(tx, command))

    def move(self, instance_id: int, token_id: str, activity_id: str, *, by: str, reason: str, revision: int) -> ProcessInstance:
        """Move a token. `revision` is that of the instance as it was seen. Raises StaleRevision, MoveRefused, TokenNotWaiting."""
        command = MoveToken(instance_id=instance_id, token_id=token_id, activity_id=activity_id, by=by, reason=reason)

        def order(tx: Transaction) -> ProcessInstance:
            self._require_seen(tx, instance_id, revision)
            return self._engine.operations.move(tx, command)

        return self._order(by, order)

    def set_variable(self, instance_id: int, name: str, text: str, *, by: str, reason: str, revision: int) -> ProcessInstance:
        """Give a variable the value that `text` writes as JSON (see engine.codec.read); timers that read it move.

        Raises StaleRevision, Invalid for what is no value, AnswersInvalid for what is no name, VariableWithheld.
        """
        if not _NAME.fullmatch(name):
            raise AnswersInvalid({"name": NO_VARIABLE})
        values: dict[str, Any] = {name: codec.read(text)}
        command = SetVariables(instance_id=instance_id, values=values, by=by, reason=given(reason))

        def order(tx: Transaction) -> ProcessInstance:
            self._require_seen(tx, instance_id, revision)
            if withheld(queries.variables(tx, self._context.vault, instance_id).get(name), name):
                raise VariableWithheld(name)
            return self._engine.set_variables(tx, command)

        return self._order(by, order)

    def close_incident(self, incident_id: int, *, by: str, reason: str) -> ProcessInstance:
        """Close an incident for which no token waits. Raises IncidentOver, IncidentHoldsToken."""
        command = ResolveIncident(incident_id=incident_id, by=by, reason=reason)
        return self._order(by, lambda tx: self._engine.operations.resolve(tx, command))

    def _order(self, by: str, order: Callable[[Transaction], ProcessInstance]) -> ProcessInstance:
        def allowed(tx: Transaction) -> ProcessInstance:
            require_lead(people.agent(tx, by), "operate on running processes")
            return order(tx)

        return self._db.run(allowed)

    def _require_seen(self, tx: Transaction, instance_id: int, revision: int) -> None:
        instance = self._engine.lock(tx, instance_id).instance
        if instance.revision != revision:
            raise StaleRevision(instance.business_key, read=revision, current=instance.revision)


def _variable(name: str, value: Any) -> VariableView:
    return VariableView(name=name, value=mask_known(value, name), masked=withheld(value, name))


def _operations(events: Iterable[HistoryEvent]) -> Iterator[Operation]:
    for event in events:
        match event:
            case InstanceSuspended(reason=reason):
                kind = "suspended"
            case InstanceResumed(reason=reason):
                kind = "resumed"
            case TokenMoved(reason=reason):
                kind = "moved"
            case InstanceCancelled(reason=reason):
                kind = "cancelled"
            case IncidentResolved(reason=reason) if reason:
                kind = "closed"
            case VariableSet(reason=reason) if reason:
                kind = "changed"
            case _:
                continue
        yield Operation(
            at=event.at,
            by=event.by,
            kind=kind,
            reason=reason,
            activity_id=event.activity_id,
            to_activity_id=getattr(event, "to_activity_id", None),
            variable=getattr(event, "name", ""),
        )
