"""The engine's face: each method is one order, worked inside the caller's transaction.

The caller opens the transaction, so that its own records commit together with the engine's, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import Any

from bpmn.package import ProcessPackage
from engine import deploy, due, repairs, rescheduling, tasks
from engine.activities import decided
from engine.answers import checked
from engine.calls import Calls
from engine.commands import (
    BroadcastSignal,
    CancelInstance,
    ClaimTask,
    CompleteTask,
    CorrelateMessage,
    EnqueueJob,
    ReassignTask,
    RefreshLookups,
    ReleaseTask,
    RescheduleInstances,
    RetryIncident,
    RetryIncidents,
    SetVariables,
    StartInstance,
)
from engine.correlation import Correlation
from engine.db import queries, starts, store, user_tasks
from engine.db.database import Database
from engine.definition import Definition
from engine.errors import InstanceOver, InstanceSuspended, TaskNotOpen
from engine.execution import Execution, Surroundings
from engine.history import HistoryEvent, InstanceCancelled, InstanceStarted, TaskCompleted
from engine.ledger import Cause
from engine.lookups import checked_lookups
from engine.model import OPEN_INSTANCES, Deployment, InstanceState, ProcessInstance, TaskState, UserTask
from engine.operations import Operations, given
from engine.ports import (
    Chance,
    Chore,
    Clock,
    Decision,
    Handler,
    HandlerCall,
    Lookup,
    Projection,
    SystemChance,
    SystemClock,
    Transaction,
)
from engine.queue import Queue
from engine.queues.embedded import EmbeddedQueue
from engine.vault import KeyRing


class Engine:
    """Durable execution of deployed processes. Safe to share among threads."""

    def __init__(
        self,
        db: Database,
        *,
        vault: KeyRing,
        handlers: Mapping[str, Handler],
        projections: Sequence[Projection] = (),
        lookups: Sequence[Lookup] = (),
        clock: Clock | None = None,
        chance: Chance | None = None,
        queue: Queue | None = None,
    ) -> None:
        self.db = db
        self.vault = vault
        self.clock = clock or SystemClock()
        self.chance = chance or SystemChance()
        self.queue = queue or EmbeddedQueue(db, vault)
        self.handlers = handlers
        self.chores: list[Chore] = []
        calls = Calls(self.definition)
        self.surroundings = Surroundings(
            vault=vault,
            handlers=handlers,
            projections=tuple(projections),
            calls=calls,
            queue=self.queue,
            lookups=checked_lookups(lookups),
        )
        self._definitions: dict[int, Definition] = {}
        self._loading = Lock()
        self._correlation = Correlation(self)
        self.operations = Operations(self)

    @property
    def callable(self) -> Mapping[str, Collection[str]]:
        """What diagrams may call here, as lint takes it: the names of the handlers, and of the functions of expressions."""
        return {"handlers": self.handlers.keys(), "functions": [lookup.name for lookup in self.surroundings.lookups]}

    # -- definitions

    def deploy(self, package: ProcessPackage, *, by: str) -> Deployment:
        """Make a package runnable, in a transaction of its own. See engine.deploy.deploy."""
        return deploy.deploy(self.db, package, **self.callable, by=by, now=self.clock.now())

    def check(self, package: ProcessPackage) -> None:
        """Refuse a package that would not run; takes a second or more. See engine.deploy.check."""
        deploy.check(package, **self.callable)

    def keep(self, tx: Transaction, package: ProcessPackage, *, by: str) -> Deployment:
        """Make a package runnable that was checked before, in the caller's transaction. See engine.deploy.keep."""
        return deploy.keep(tx, package, by=by, now=self.clock.now())

    def definition(self, deployment_id: int, tx: Transaction | None = None) -> Definition:
        """A deployment made ready; compiled once in this process. Raises NotFound."""
        ready = self._definitions.get(deployment_id)
        if ready is not None:
            return ready
        if tx is None:
            with self.db.reading() as reading:
                return self.definition(deployment_id, reading)
        deployment, files = store.deployment_files(tx, deployment_id)
        with self._loading:
            return self._definitions.setdefault(deployment_id, Definition.ready(deployment, ProcessPackage.from_files(files)))

    # -- instances

    def start(self, tx: Transaction, command: StartInstance) -> ProcessInstance:
        """Start an instance and run it until every token waits. Raises FormInvalid for answers that don't fit the form."""
        now = self.clock.now()
        definition = self.definition(command.deployment_id, tx)
        variables = dict(command.variables)
        start = definition.start_node()
        if command.form is not None:
            variables[definition.result_variable(start)] = checked(definition, start.work.form_id, command.form)
        instance = store.insert_instance(
            tx,
            deployment=definition.deployment,
            business_key=command.business_key,
            started_at=command.started_at or now,
        )
        execution = Execution.begin(
            tx, self.surroundings, definition, instance, variables=variables, by=command.by, now=now, at=command.at
        )
        started = InstanceStarted(
            at=now,
            by=command.by,
            process_key=instance.process_key,
            version=instance.version,
            business_key=instance.business_key,
        )
        execution.ledger.record_first(started)
        return execution.settle()

    def set_variables(self, tx: Transaction, command: SetVariables) -> ProcessInstance:
        """Change variables of a running instance, also of a suspended one; its timers follow."""
        execution = self.touch(tx, command.instance_id)
        execution.ledger.set_variables(command.values, by=command.by, reason=command.reason)
        return execution.settle()

    def refresh(self, tx: Transaction, command: RefreshLookups, change: Callable[[], None] | None = None) -> ProcessInstance:
        """Work out anew what asks these lookups: timers, due dates, conditions. Nothing is written when none of it moves.

        `change` changes what the lookups answer from. It is called with the instance locked, once what was due before has
        fired; without it, that was changed already. Raises NotFound, InstanceOver.
        """
        execution = self.touch(tx, command.instance_id)
        if change is not None:
            change()
        execution.ledger.change_lookups(command.names, Cause(by=command.by, reason=command.reason))
        return execution.settle_news()

    def reschedule(
        self, tx: Transaction, command: RescheduleInstances, *, after_id: int = 0, limit: int = rescheduling.BATCH
    ) -> rescheduling.Batch:
        """One batch of what `reschedule_all` does, in the caller's transaction. See engine.rescheduling."""
        return rescheduling.reschedule(self, tx, command, after_id=after_id, limit=limit)

    def reschedule_all(
        self, command: RescheduleInstances, *, beside: rescheduling.Beside | None = None
    ) -> rescheduling.Rescheduled:
        """Let many instances follow lookups, in transactions of its own while others work. See engine.rescheduling.

        `beside` writes what else follows, in the same transactions: it is told which instances follow in each.
        """
        return rescheduling.reschedule_all(self, command, beside=beside)

    def cancel(self, tx: Transaction, command: CancelInstance) -> ProcessInstance:
        """Stop an instance, also a suspended one: everything open is withdrawn. The reason stays in its history."""
        reason = given(command.reason)
        execution = self.touch(tx, command.instance_id)
        execution.ledger.record(InstanceCancelled(at=execution.ledger.now, by=command.by, reason=reason))
        execution.flow.cancel()
        cancelled = execution.settle_as(InstanceState.CANCELLED)
        if cancelled.parent_id is not None and cancelled.parent_token_id is not None:
            self._tell_caller(tx, cancelled.parent_id, cancelled.parent_token_id, command.reason)
        return cancelled

    def _tell_caller(self, tx: Transaction, parent_id: int, token_id: str, reason: str) -> None:
        """Raise an incident where a call activity waits for an instance that a person stopped."""
        parent = self.touch(tx, parent_id)
        activity_id = next((entry.activity_id for entry in parent.flow.waiting() if entry.token_id == token_id), None)
        if activity_id is not None:
            message = f"{activity_id}: the called process was cancelled ({reason}). Retry to call it again."
            parent.ledger.raise_incident(activity_id, token_id, message)
        parent.settle()

    def lock(self, tx: Transaction, instance_id: int) -> store.StoredInstance:
        """Read an instance, keeping other writers away until this transaction ends. Raises NotFound."""
        return store.lock_instance(tx, instance_id)

    def resume(self, tx: Transaction, instance_id: int) -> Execution:
        """Lock an active instance and bring it up to now. Raises NotFound, InstanceOver, InstanceSuspended."""
        execution = self.load(tx, instance_id)
        instance = execution.ledger.instance
        if instance.state is InstanceState.SUSPENDED:
            held = self.operations.suspension(tx, instance_id)
            raise InstanceSuspended(instance.business_key, by=held.by, since=held.since, reason=held.reason)
        execution.fire_due()
        return execution

    def touch(self, tx: Transaction, instance_id: int) -> Execution:
        """Lock an instance: an active one is brought up to now, a suspended one stays as it was saved.

        Raises NotFound, InstanceOver.
        """
        execution = self.load(tx, instance_id)
        execution.fire_due()
        return execution

    def load(self, tx: Transaction, instance_id: int) -> Execution:
        """Lock an open instance, exactly as it was saved. Raises NotFound, InstanceOver."""
        stored = self.lock(tx, instance_id)
        if stored.instance.state not in OPEN_INSTANCES:
            raise InstanceOver(stored.instance.business_key, state=stored.instance.state)
        return self._loaded(tx, stored)

    def take_up(self, tx: Transaction, stored: store.StoredInstance) -> Execution:
        """Bring an instance that is locked already up to now. One that is over stays as it is; only its history can grow."""
        execution = self._loaded(tx, stored)
        execution.fire_due()
        return execution

    def _loaded(self, tx: Transaction, stored: store.StoredInstance) -> Execution:
        definition = self.definition(stored.instance.deployment_id, tx)
        return Execution.load(tx, self.surroundings, definition, stored, now=self.clock.now())

    # -- user tasks

    def claim(self, tx: Transaction, command: ClaimTask) -> UserTask:
        """Take an open task. Raises TaskAlreadyClaimed, TaskNotOpen, StaleRevision, Forbidden."""
        execution, task = self._open_task(tx, command.task_id)
        events = tasks.claim(task, command, execution.ledger.now)
        changes = {"state": TaskState.CLAIMED, "assignee": command.by, "claimed_at": execution.ledger.now}
        return self._change_task(execution, task, events, changes)

    def release(self, tx: Transaction, command: ReleaseTask) -> UserTask:
        """Give a task back to its group. Raises TaskNotYours, TaskNotOpen, StaleRevision."""
        execution, task = self._open_task(tx, command.task_id)
        events = tasks.release(task, command, execution.ledger.now)
        return self._change_task(execution, task, events, {"state": TaskState.CREATED, "assignee": None, "claimed_at": None})

    def reassign(self, tx: Transaction, command: ReassignTask, *, because: tuple[str, Decision] | None = None) -> UserTask:
        """Give an open task to somebody else, who claims it then. Raises TaskNotOpen, StaleRevision.

        `because` is the decider's name and decision that led to it, taken outside of the diagram: it goes into the history.
        """
        execution, task = self._open_task(tx, command.task_id)
        events: list[HistoryEvent] = [*tasks.reassign(task, command, execution.ledger.now)]
        if because and events:
            execution.ledger.record(
                decided(*because, at=execution.ledger.now, activity_id=task.activity_id, token_id=task.token_id)
            )
        if command.candidate_groups is not None and events:
            task = user_tasks.offer_to(tx, task, command.candidate_groups)
        return self._change_task(
            execution, task, events, {"state": TaskState.CREATED, "assignee": command.assignee, "claimed_at": None}
        )

    def complete(self, tx: Transaction, command: CompleteTask) -> ProcessInstance:
        """Answer a task's form; the instance runs on. Raises FormInvalid, TaskNotYours, TaskNotOpen, StaleRevision."""
        execution, task = self._open_task(tx, command.task_id)
        ledger = execution.ledger
        tasks.complete(task, command)
        node = ledger.definition.node(task.activity_id)
        data = checked(ledger.definition, task.form_id, command.data)
        user_tasks.change(tx, task, state=TaskState.COMPLETED, ended_at=ledger.now)
        ledger.record(
            TaskCompleted(
                at=ledger.now,
                by=command.by,
                activity_id=task.activity_id,
                token_id=task.token_id,
                task_id=task.id,
                name=task.name,
                claimed_at=task.claimed_at,
                data=data,
                properties=dict(node.work.properties),
            )
        )
        execution.finish_activity(node, task.token_id, data, by=command.by)
        return execution.settle()

    def _open_task(self, tx: Transaction, task_id: int) -> tuple[Execution, UserTask]:
        """The task as it stands after due timers fired, with its instance locked."""
        task = queries.task(tx, task_id)
        if task.state not in queries.OPEN_TASKS:
            raise TaskNotOpen(task.id, state=task.state)
        execution = self.resume(tx, task.instance_id)
        return execution, queries.task(tx, task_id)

    def _change_task(
        self, execution: Execution, task: UserTask, events: Sequence[HistoryEvent], changes: Mapping[str, Any]
    ) -> UserTask:
        changed = user_tasks.change(execution.ledger.tx, task, **changes) if events else task
        for event in events:
            execution.ledger.record(event)
        execution.settle()
        return changed

    # -- messages, incidents, timers

    def correlate(self, tx: Transaction, command: CorrelateMessage) -> bool:
        """Bring a message to the token that waits for it; when none does, start the process that it starts.

        True also when it was taken or buffered before, or is buffered now. False when nobody waits and it has no time to live,
        or the correlation key is the business key of an instance of that process already. Raises Invalid for a time to live
        that can't be; Conflict when the one who waits is suspended.
        """
        return self._correlation.correlate(tx, command)

    def drop_expired_messages(self, limit: int = 500) -> int:
        """Drop at most `limit` buffered messages that nobody took in time, in a transaction of its own; how many."""
        return self._correlation.drop_expired(self.db, limit)

    def broadcast(self, tx: Transaction, command: BroadcastSignal) -> int:
        """Bring a signal to every token of every instance that waits for it, and start the processes that it starts.

        Tells how many instances took it or were started by it.
        """
        return self._correlation.broadcast(tx, command)

    def enqueue(self, tx: Transaction, command: EnqueueJob) -> None:
        """Have a doer act after the commit. Raises InstanceOver, InstanceSuspended."""
        execution = self.resume(tx, command.instance_id)
        instance = execution.ledger.instance
        call = HandlerCall(
            handler=command.handler,
            instance_id=instance.id,
            business_key=instance.business_key,
            process_key=instance.process_key,
            version=instance.version,
            activity_id=command.label,
            activity_name=command.label,
            inputs=command.inputs,
            headers=command.headers,
            now=execution.ledger.now,
            idempotency_key=command.idempotency_key,
        )
        execution.activities.enqueue(call, by=command.by)
        execution.settle()

    def retry(self, tx: Transaction, command: RetryIncident) -> ProcessInstance:
        """Try again what an incident stopped.

        Raises IncidentOver when it was resolved meanwhile, RetryInVain, InstanceSuspended, InstanceOver.
        """
        return repairs.retry(self, tx, command)

    def retry_many(self, command: RetryIncidents) -> list[repairs.Retried]:
        """Try again what many incidents stopped, each in a transaction of its own; what came of each, in order."""
        return repairs.retry_many(self, command)

    def fire_due_timers(self, limit: int = 100) -> int:
        """Fire what is due in at most `limit` instances, and start what is due, each in a transaction of its own; how many."""
        with self.db.reading() as tx:
            starting = starts.is_due(tx, self.clock.now())
        fired = due.fire_timers(self, limit)
        return fired + (self._correlation.start_what_is_due(self.db, limit) if starting else 0)
