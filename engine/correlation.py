"""What comes from outside and finds, or begins, an instance: messages, signals, and instants at which a process starts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import structlog

from engine.awaiting import Delivery
from engine.commands import BroadcastSignal, CorrelateMessage, StartInstance
from engine.db import messages, queries, starts, store
from engine.db.database import Database, is_database_error
from engine.db.starts import StartSubscription
from engine.definition import Definition
from engine.errors import Conflict, InstanceSuspended, Invalid
from engine.execution import Execution
from engine.model import InstanceState, ProcessInstance, SubscriptionKind
from engine.ports import Clock, Transaction
from engine.starting import next_start
from engine.vault import KeyRing

LONGEST_TTL_SECONDS = 366 * 24 * 3600
START_AGAIN = timedelta(minutes=10)
log = structlog.get_logger()


class Instances(Protocol):
    """What correlation asks of the engine."""

    clock: Clock
    vault: KeyRing

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

        True also when it was taken or buffered before, or is buffered now. False when nobody waits and it has no time to live,
        or the correlation key is the business key of an instance of that process already. Raises Invalid for a time to live
        that isn't between 0 and LONGEST_TTL_SECONDS; InstanceSuspended when the one who waits is suspended and the message has
        no time to live, else it is buffered until the instance is resumed.
        """
        ttl, now = command.ttl_seconds, self._engine.clock.now()
        if ttl is not None and not 0 < ttl <= LONGEST_TTL_SECONDS:
            raise Invalid(f"ttl_seconds is {ttl}; expected more than 0 and at most {LONGEST_TTL_SECONDS}. Correct it.")
        if command.message_id and not messages.claim_id(tx, command.message_id, command.name, now):
            return True
        accepted = self._bring(tx, command)
        # an id is used up by being taken, not by being offered: the sender of one that nobody awaited may try again
        if not accepted and command.message_id:
            messages.free_id(tx, command.message_id)
        return accepted

    def _bring(self, tx: Transaction, command: CorrelateMessage) -> bool:
        while True:
            waiting = messages.find_subscription(tx, command.name, command.correlation_key)
            if waiting is not None:
                if self._deliver(tx, command, waiting.instance_id):
                    return True
            elif self._start_by_message(tx, command):
                return True
            elif self._nobody_begins_to_wait(tx, command):
                return command.ttl_seconds is not None

    def _deliver(self, tx: Transaction, command: CorrelateMessage, instance_id: int) -> bool:
        """Bring a message to an instance in which a token seemed to wait. False when that is over."""
        wanted = (command.name, command.correlation_key, instance_id)
        try:
            execution = self._engine.resume(tx, instance_id)
        except InstanceSuspended:
            if command.ttl_seconds is None:
                raise
            # its lock is ours, so nobody resumes it before the message is there
            self._buffer(tx, command, timedelta(seconds=command.ttl_seconds))
            return True
        except Conflict:
            if messages.find_subscription(tx, *wanted) is None:
                return False
            raise
        still = messages.find_subscription(tx, *wanted)
        if still is None:
            # a timer that was due fired first and withdrew the wait; what it did stays
            execution.settle()
            return False
        node = execution.ledger.definition.node(still.activity_id)
        execution.deliver(node, still.token_id, Delivery(name=command.name, data=command.data, by=command.by))
        execution.settle()
        return True

    def _nobody_begins_to_wait(self, tx: Transaction, command: CorrelateMessage) -> bool:
        """Whether nobody waits, nor is about to in another transaction. Then a message with a time to live is buffered."""
        with tx.begin_nested() as savepoint:
            messages.keep_waiters_out(tx, command.name, command.correlation_key)
            if messages.find_subscription(tx, command.name, command.correlation_key) is not None:
                # the lock is given back with the savepoint: an instance is locked before a name and key, never after
                savepoint.rollback()
                return False
            if command.ttl_seconds is not None:
                self._buffer(tx, command, timedelta(seconds=command.ttl_seconds))
        return True

    def _buffer(self, tx: Transaction, command: CorrelateMessage, ttl: timedelta) -> None:
        now = self._engine.clock.now()
        messages.insert_buffered(
            tx,
            self._engine.vault,
            name=command.name,
            correlation_key=command.correlation_key,
            message_id=command.message_id,
            by=command.by,
            data=command.data,
            published_at=now,
            expires_at=now + ttl,
        )

    def drop_expired(self, db: Database, limit: int) -> int:
        """See Engine.drop_expired_messages."""
        with db.transaction() as tx:
            dropped = messages.drop_expired(tx, self._engine.clock.now(), limit)
        if dropped:
            log.info("messages_expired", count=dropped)
        return dropped

    def _start_by_message(self, tx: Transaction, command: CorrelateMessage) -> bool:
        for start in starts.starts_by_name(tx, SubscriptionKind.MESSAGE, command.name):
            if not queries.has_instance(tx, start.process_key, command.correlation_key):
                key = command.correlation_key or _fresh_key(tx, start)
                self._start_by_event(tx, start, key, by=command.by, data=command.data)
                return True
        return False

    def _start_by_event(
        self, tx: Transaction, start: StartSubscription, business_key: str, *, by: str, data: Mapping[str, Any] | None = None
    ) -> ProcessInstance:
        """Start an instance at an event; what the event brings becomes its result variable."""
        definition = self._engine.definition(start.deployment_id, tx)
        node = definition.node(start.activity_id)
        due_at = None if start.due_at is None else next_start(definition, start.activity_id, start.due_at)
        starts.note_started(tx, start, due_at=due_at)
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
            self._start_by_event(tx, start, _fresh_key(tx, start), by=command.by, data=command.data)
            taken += 1
        return taken

    def start_what_is_due(self, db: Database, limit: int) -> int:
        """Start at most `limit` processes whose instant has come, each in a transaction of its own; how many were due."""
        for number in range(limit):
            with db.transaction() as tx:
                start = starts.due_start(tx, self._engine.clock.now())
                if start is None:
                    return number
                self._start_by_timer(tx, start)
        return limit

    def _start_by_timer(self, tx: Transaction, start: StartSubscription) -> None:
        """Start a process at its instant. One that can't be started is tried again later, and stops nobody else's work."""
        try:
            with tx.begin_nested():
                self._start_by_event(tx, start, _fresh_key(tx, start), by="engine")
        except Exception as error:
            if is_database_error(error):
                raise
            log.exception("process_not_started", process_key=start.process_key, activity_id=start.activity_id)
            starts.put_off(tx, start, self._engine.clock.now() + START_AGAIN)


def _fresh_key(tx: Transaction, start: StartSubscription) -> str:
    """A business key that no instance of the process has."""
    number = start.started + 1
    while queries.has_instance(tx, start.process_key, start.key(number)):
        number += 1
    return start.key(number)
