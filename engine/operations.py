"""What a person does to a running instance: let it rest and go on, move a token, close an incident. Each with a reason.

A suspended instance takes what it called down with it, since what they come to would find nobody waiting; an instance that
was suspended on its own stays so when its caller goes on. Meanwhile a message for it is buffered as long as it may live, and
refused when it has no time to live; signals pass it by.
"""

from __future__ import annotations

from typing import Protocol

from engine import repairs
from engine.commands import MoveToken, ResolveIncident, ResumeInstance, SuspendInstance
from engine.db import queries, store, work
from engine.errors import (
    CallerSuspended,
    InstanceNotSuspended,
    InstanceOver,
    ReasonMissing,
)
from engine.execution import Execution
from engine.history import InstanceResumed, InstanceSuspended, TokenMoved
from engine.model import InstanceState, ProcessInstance, Suspension
from engine.ports import Clock, Transaction
from engine.vault import KeyRing


class Instances(Protocol):
    """What operations ask of the engine."""

    clock: Clock
    vault: KeyRing

    def lock(self, tx: Transaction, instance_id: int) -> store.StoredInstance: ...
    def load(self, tx: Transaction, instance_id: int) -> Execution: ...
    def resume(self, tx: Transaction, instance_id: int) -> Execution: ...
    def take_up(self, tx: Transaction, stored: store.StoredInstance) -> Execution: ...


class Operations:
    """Each method is one order, worked inside the caller's transaction. Each raises ReasonMissing and NotFound."""

    def __init__(self, engine: Instances) -> None:
        self._engine = engine

    def suspend(self, tx: Transaction, command: SuspendInstance) -> ProcessInstance:
        """Let an instance rest, and what it called: no timer fires, no job starts, no task is worked on.

        What is due now fires before. Raises InstanceSuspended, and InstanceOver also when what was due brought it to its end.
        """
        reason = given(command.reason)
        suspended = self._suspend(tx, command.instance_id, command.by, reason)
        if suspended.state is not InstanceState.SUSPENDED:
            raise InstanceOver(suspended.business_key, state=suspended.state)
        return suspended

    def _suspend(self, tx: Transaction, instance_id: int, by: str, reason: str, caller_id: int | None = None) -> ProcessInstance:
        """Those that it called come first: one that comes to its end just now lets it go on, and perhaps call others."""
        self._engine.resume(tx, instance_id).settle()
        while called := queries.children(tx, instance_id, InstanceState.ACTIVE):
            self._suspend(tx, called[0], by, reason, instance_id)
        instance = self._engine.lock(tx, instance_id).instance
        if instance.state is not InstanceState.ACTIVE:
            return instance
        execution = self._engine.load(tx, instance_id)
        execution.ledger.record(InstanceSuspended(at=execution.ledger.now, by=by, reason=reason, caller_id=caller_id))
        work.hold_jobs(tx, instance_id)
        return execution.write(InstanceState.SUSPENDED)

    def resume(self, tx: Transaction, command: ResumeInstance) -> ProcessInstance:
        """Let a suspended instance go on, and what it took down: what became due meanwhile fires, each at its due instant.

        Raises InstanceNotSuspended, InstanceOver, CallerSuspended.
        """
        reason = given(command.reason)
        instance = self._engine.lock(tx, command.instance_id).instance
        if instance.state is InstanceState.ACTIVE:
            raise InstanceNotSuspended(instance.business_key)
        self._require_caller(tx, instance)
        back = self._go_on(tx, instance.id, command.by, reason)
        for instance_id in queries.by_due_instant(tx, back):
            if queries.instance(tx, instance_id).state is InstanceState.ACTIVE:
                execution = self._engine.load(tx, instance_id)
                execution.awaiting.look_again()
                execution.settle()
        return queries.instance(tx, instance.id)

    def _require_caller(self, tx: Transaction, instance: ProcessInstance) -> None:
        if instance.parent_id is None:
            return
        caller = queries.instance(tx, instance.parent_id)
        if caller.state is InstanceState.SUSPENDED:
            raise CallerSuspended(instance.business_key, caller=caller.business_key)

    def _go_on(self, tx: Transaction, instance_id: int, by: str, reason: str) -> list[int]:
        """Make an instance active again, and what it took down; the ids of all of them."""
        execution = self._engine.load(tx, instance_id)
        execution.ledger.record(InstanceResumed(at=execution.ledger.now, by=by, reason=reason))
        execution.write(InstanceState.ACTIVE)
        work.give_back_jobs(tx, instance_id)
        back = [instance_id]
        for child_id in queries.children(tx, instance_id, InstanceState.SUSPENDED):
            if self.suspension(tx, child_id).caller_id == instance_id:
                back += self._go_on(tx, child_id, by, reason)
        return back

    def suspension(self, tx: Transaction, instance_id: int) -> Suspension:
        """Who suspended an instance last, since when and why. Raises NotFound when nobody ever did."""
        return queries.suspension(tx, self._engine.vault, instance_id)

    def move(self, tx: Transaction, command: MoveToken) -> ProcessInstance:
        """Withdraw what a token has open (task, job, timers, waits, incidents) and enter another activity of its scope.

        Raises TokenNotWaiting, MoveRefused, InstanceSuspended, InstanceOver.
        """
        reason = given(command.reason)
        execution = self._engine.resume(tx, command.instance_id)
        left = execution.flow.move(command.token_id, command.activity_id)
        execution.ledger.record(
            TokenMoved(
                at=execution.ledger.now,
                by=command.by,
                activity_id=left,
                token_id=command.token_id,
                to_activity_id=command.activity_id,
                reason=reason,
            )
        )
        return execution.settle()

    def resolve(self, tx: Transaction, command: ResolveIncident) -> ProcessInstance:
        """Close an incident without trying again: its job is given up.

        Legal while no token waits for the repair: after a job that nobody awaits (a mail, say), and for an instance as a
        whole, also one that is over. Raises IncidentOver, IncidentHoldsToken, InstanceSuspended.
        """
        return repairs.resolve(self._engine, tx, command, given(command.reason))


def given(reason: str) -> str:
    """The reason without the space around it. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    return reason.strip()
