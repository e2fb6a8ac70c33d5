"""What comes from outside and finds, or begins, an instance: messages, signals, and instants at which a process starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from engine.commands import BroadcastSignal, CorrelateMessage, StartInstance
from engine.db import messages, queries, starts, store
from engine.db.database import Database
from engine.db.starts import StartSubscription
from engine.definition import Definition
from engine.execution import Execution
from engine.history import MessageCorrelated
from engine.model import InstanceState, ProcessInstance, SubscriptionKind
from engine.ports import Clock, Transaction


class Instances(Protocol):
    """What correlation asks of the engine."""

    clock: Clock

    def definition(self, deployment_id: int, tx: Transaction | None = None) -> Definition: ...
    def start(self, tx: Transaction, command: StartInstance) -> ProcessInstance: ...
    def lock(self, tx: Transaction, instance_id: int) -> store.StoredInstance: ...
    def resume(self, tx: Transaction, instance_id: int) -> Execution: ...


class Correlation:
    """Brings what comes from outside to whom it concerns, in the caller's transaction."""

    def __init__(self, engine: Instances) -> None:
        self._engine = engine

    def correlate(self, tx: Transaction, command: CorrelateMessage) -> bool:
        """Bring a message to the token that waits for it; when none does, start the process that it starts.

        False when nobody waits, or the correlation key is the business key of an instance of that process already. True
        also when it was taken before.
        """
        if command.message_id and messages.message_outcome(tx, command.message_id) is not None:
            return True
        brought = self._bring(tx, command)
        # an id is used up by being taken, not by being offered: the sender of one that nobody awaited may try again
        if brought and command.message_id:
            messages.take_message_once(tx, command.message_id, command.name, self._engine.clock.now())
        return brought

    def _bring(self, tx: Transaction, command: CorrelateMessage) -> bool:
        waiting = messages.find_subscription(tx, command.name, command.correlation_key)
        if waiting is None:
            return self._start_by_message(tx, command)
        execution = self._engine.resume(tx, waiting.instance_id)
        still = messages.find_subscription(tx, command.name, command.correlation_key)
        if still is None:
            # a timer that was due fired first and withdrew the wait; what it did stays
            execution.settle()
            return False
        ledger = execution.ledger
        ledger.record(
            MessageCorrelated(
                at=ledger.now,
                by=command.by,
                activity_id=still.activity_id,
                token_id=still.token_id,
                message_name=command.name,
                data=dict(command.data),
            )
        )
        messages.delete_subscription(tx, still.instance_id, still.token_id)
        execution.deliver(ledger.definition.node(still.activity_id), still.token_id, command.data, by=command.by)
        execution.settle()
        return True

    def _start_by_message(self, tx: Transaction, command: CorrelateMessage) -> bool:
        for start in starts.starts_by_name(tx, SubscriptionKind.MESSAGE, command.name):
            if not queries.has_instance(tx, start.process_key, command.correlation_key):
                self._start_by_event(tx, start, command.correlation_key or start.next_key, by=command.by, data=command.data)
                return True
        return False

    def _start_by_event(
        self, tx: Transaction, start: StartSubscription, business_key: str, *, by: str, data: Mapping[str, Any] | None = None
    ) -> ProcessInstance:
        """Start an instance at an event; what the event brings becomes its result variable."""
        definition = self._engine.definition(start.deployment_id, tx)
        node = definition.node(start.activity_id)
        starts.note_started(tx, start)
        return self._engine.start(
            tx,
            StartInstance(
                deployment_id=start.deployment_id,
                business_key=business_key,
                by=by,
                variables={} if data is None else {definition.result_variable(node): dict(data)},
                at=start.activity_id,
            ),
        )

    def broadcast(self, tx: Transaction, command: BroadcastSignal) -> int:
        """Bring a signal to every token of every instance that waits for it, and start the processes that it starts.

        Tells how many instances took it or were started by it.

        The instances are locked one after the other in the order of their ids, as by any other broadcast.
        """
        waiting = dict.fromkeys(listener.instance_id for listener in messages.find_listeners(tx, command.name))
        taken = 0
        for instance_id in waiting:
            if self._engine.lock(tx, instance_id).instance.state is not InstanceState.ACTIVE:
                continue
            execution = self._engine.resume(tx, instance_id)
            taken += execution.broadcast(command.name, command.data, by=command.by)
            execution.settle()
        for start in starts.starts_by_name(tx, SubscriptionKind.SIGNAL, command.name):
            self._start_by_event(tx, start, start.next_key, by=command.by, data=command.data)
            taken += 1
        return taken

    def start_what_is_due(self, db: Database, limit: int) -> int:
        for number in range(limit):
            with db.transaction() as tx:
                start = starts.due_start(tx, self._engine.clock.now())
                if start is None:
                    return number
                self._start_by_event(tx, start, start.next_key, by="engine")
        return limit
