"""What an activity asks for when a token enters it: a person, a table, a decider, a job, a message.

Tables and deciders answer inside the transaction; a job leaves as a row in it. A service task's token waits for the
handler's answer. The job of a send task or of a throwing message event is written and the token goes on: sending is
promised, not awaited.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bpmn.diagram import Node, NodeKind
from engine import results
from engine.db import messages, user_tasks, work
from engine.db.database import is_database_error
from engine.errors import CaseloopError, HandlerFailed, explain
from engine.history import (
    DecisionMade,
    HandlerDecided,
    JobCreated,
    SignalAwaited,
    TaskCancelled,
    TaskCreated,
)
from engine.ledger import Ledger
from engine.model import SubscriptionKind
from engine.ports import Decider, Decision, Handler, HandlerCall
from engine.queue import Queue

RETRIES = 5
PRIORITY = 50
MOST_PASSES = 100
"""How often one transaction may pass an activity that answers at once."""

IMMEDIATE = frozenset({NodeKind.BUSINESS_RULE_TASK, NodeKind.SERVICE_TASK, NodeKind.SEND_TASK})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an activity gave at once; its token may go on. Without `has_result` no variable is set."""

    node: Node
    token_id: str
    result: Any = None
    has_result: bool = True


class Activities:
    """The open activities of the instance at hand."""

    def __init__(self, ledger: Ledger, handlers: Mapping[str, Handler], awaiting: set[str], queue: Queue) -> None:
        self._queue = queue
        self._ledger = ledger
        self._awaiting = awaiting
        self._handlers = handlers
        self._pending: deque[tuple[Node, str]] = deque()
        self._passes: Counter[str] = Counter()

    def enter(self, node: Node, token_id: str) -> None:
        """A token came in: open what a person does; note what we do ourselves for `next_answer`."""
        if node.kind is NodeKind.USER_TASK:
            try:
                self._open_task(node, token_id)
            except CaseloopError as error:
                self._ledger.raise_incident(node.id, token_id, error.message)
        elif node.kind in IMMEDIATE or _tells_a_message(node):
            self._pending.append((node, token_id))

    def next_answer(self) -> Answer | None:
        """Perform pending activities until one has an answer that lets its token go on; None when nothing is pending."""
        while self._pending:
            node, token_id = self._pending.popleft()
            try:
                self._count_pass(node)
                answer = self._perform(node, token_id)
            except CaseloopError as error:
                self._ledger.raise_incident(node.id, token_id, error.message)
                continue
            if answer is not None:
                return answer
        return None

    def _count_pass(self, node: Node) -> None:
        """A circle in which nobody waits would spin for ever."""
        self._passes[node.id] += 1
        if self._passes[node.id] > MOST_PASSES:
            raise HandlerFailed(
                f"{node.label} was passed {MOST_PASSES} times without anybody waiting. Give the circle a way out, then retry."
            )

    def leave(self, token_id: str) -> None:
        """The token is through; nobody waits for its message or signal any more."""
        self._pending = deque(entry for entry in self._pending if entry[1] != token_id)
        if token_id in self._awaiting:
            self._awaiting.discard(token_id)
            messages.delete_subscription(self._ledger.tx, self._ledger.instance.id, token_id)

    def cancel(self, token_id: str, activity_id: str) -> None:
        """The token is withdrawn: its tasks and jobs with it."""
        ledger, node = self._ledger, self._node(activity_id)
        self.leave(token_id)
        if node is None or node.kind is NodeKind.USER_TASK:
            for task_id in user_tasks.withdraw(ledger.tx, ledger.instance.id, token_id, ledger.at):
                ledger.record(TaskCancelled(at=ledger.at, task_id=task_id, activity_id=activity_id, token_id=token_id))
        if node is None or node.work.handler:
            work.cancel_jobs(ledger.tx, ledger.instance.id, token_id, ledger.now)

    def _node(self, activity_id: str) -> Node | None:
        """The node as drawn; None for one that the normaliser put in."""
        return self._ledger.definition.process.nodes.get(activity_id)

    def await_signal(self, node: Node, token_id: str) -> None:
        """A token waits for a signal."""
        ledger = self._ledger
        name = (node.event.name if node.event else None) or node.id
        self._awaiting.add(token_id)
        messages.insert_subscription(
            ledger.tx,
            instance_id=ledger.instance.id,
            token_id=token_id,
            activity_id=node.id,
            kind=SubscriptionKind.SIGNAL,
            message_name=name,
            correlation_key="",
        )
        ledger.record(SignalAwaited(at=ledger.at, activity_id=node.id, token_id=token_id, signal_name=name))

    def _open_task(self, node: Node, token_id: str) -> None:
        ledger, work_of = self._ledger, node.work
        given = (ledger.seen_by(token_id), ledger.at)
        assignee = results.name_of(ledger.definition, node, work_of.assignee, *given)
        groups = results.names_of(ledger.definition, node, work_of.candidate_groups, *given)
        task_id = user_tasks.insert(
            ledger.tx,
            instance_id=ledger.instance.id,
            business_key=ledger.instance.business_key,
            process_key=ledger.instance.process_key,
            version=ledger.instance.version,
            token_id=token_id,
            activity_id=node.id,
            name=node.label,
            assignee=assignee,
            candidate_groups=groups,
            candidate_users=results.names_of(ledger.definition, node, work_of.candidate_users, *given),
            form_id=work_of.form_id,
            priority=_whole(ledger.definition.value(node.id, work_of.priority, *given), PRIORITY),
            due_at=results.instant_of(ledger.definition, node, work_of.due_date, *given),
            follow_up_at=results.instant_of(ledger.definition, node, work_of.follow_up_date, *given),
            created_at=ledger.at,
        )
        ledger.record(
            TaskCreated(
                at=ledger.at,
                activity_id=node.id,
                token_id=token_id,
                task_id=task_id,
                name=node.label,
                assignee=assignee,
                candidate_groups=tuple(groups),
                properties=dict(work_of.properties),
            )
        )

    def _perform(self, node: Node, token_id: str) -> Answer | None:
        if node.kind is NodeKind.BUSINESS_RULE_TASK and node.work.decision_id:
            return Answer(node=node, token_id=token_id, result=self._evaluate(node, token_id))
        handler = self._handlers.get(node.work.handler or "")
        if handler is None and not node.work.topic:
            raise HandlerFailed(f"{node.label}: there is no handler {node.work.handler!r} here. Install it, then retry.")
        if isinstance(handler, Decider):
            return Answer(node=node, token_id=token_id, result=self._decide(node, token_id, handler))
        awaited = node.kind is not NodeKind.SEND_TASK and not _tells_a_message(node)
        self._write_job(node, token_id, awaited=awaited)
        return None if awaited else Answer(node=node, token_id=token_id, has_result=False)

    def _evaluate(self, node: Node, token_id: str) -> Any:
        """Answer a business rule task by its decision table."""
        ledger = self._ledger
        decision_id = node.work.decision_id or ""
        inputs = results.inputs_of(ledger.definition, node, ledger.seen_by(token_id), ledger.at)
        value, hits = ledger.definition.decide(node, decision_id, inputs, ledger.at)
        ledger.record(
            DecisionMade(at=ledger.at, activity_id=node.id, token_id=token_id, decision_id=decision_id, rows=hits, result=value)
        )
        return value

    def _decide(self, node: Node, token_id: str, handler: Decider) -> Mapping[str, Any]:
        """Answer by a decider."""
        call = self.call(node, token_id)
        call = replace(call, inputs=results.own(call.inputs))
        try:
            facts = handler.gather(call, self._ledger.tx)
            decision: Decision = handler.decide(call, facts)
        except Exception as error:
            if is_database_error(error):
                raise
            raise HandlerFailed(f"{node.label}: handler {handler.name} failed: {explain(error)}. Repair, then retry.") from error
        self._ledger.record(decided(handler.name, decision, at=self._ledger.at, activity_id=node.id, token_id=token_id))
        return dict(decision.result)

    def call(self, node: Node, token_id: str, *, idempotency_key: str = "") -> HandlerCall:
        """What the node's handler is told."""
        ledger = self._ledger
        return HandlerCall(
            handler=node.work.handler or "",
            instance_id=ledger.instance.id,
            business_key=ledger.instance.business_key,
            process_key=ledger.instance.process_key,
            version=ledger.instance.version,
            activity_id=node.id,
            activity_name=node.label,
            inputs=results.inputs_of(ledger.definition, node, ledger.seen_by(token_id), ledger.at),
            headers=dict(node.work.headers),
            now=ledger.at,
            idempotency_key=idempotency_key,
        )

    def _write_job(self, node: Node, token_id: str, *, awaited: bool) -> None:
        """The token's id is never used twice in an instance, so it makes the job's idempotency key."""
        ledger = self._ledger
        key = f"{ledger.instance.id}:{node.id}:{token_id}"
        call = self.call(node, token_id, idempotency_key=key)
        waiting = token_id if awaited else None
        self.enqueue(call, token_id=waiting, retries=node.work.retries or RETRIES, topic=node.work.topic)

    def enqueue(
        self,
        call: HandlerCall,
        *,
        token_id: str | None = None,
        retries: int = RETRIES,
        by: str = "engine",
        topic: str | None = None,
    ) -> None:
        """Write a job for this call; its token, if any, waits for the answer. With a topic it is left to other programs."""
        ledger = self._ledger
        job_id = work.insert_job(
            ledger.tx,
            ledger.vault,
            call={"inputs": dict(call.inputs), "headers": dict(call.headers), "at": call.now, "name": call.activity_name},
            instance_id=ledger.instance.id,
            business_key=ledger.instance.business_key,
            token_id=token_id,
            activity_id=call.activity_id,
            handler=call.handler,
            retries=retries,
            available_at=ledger.at,
            idempotency_key=call.idempotency_key,
            created_at=ledger.at,
            topic=topic,
            lease_owner=None if topic else self._queue.mark,
        )
        if topic is None:
            self._queue.put(ledger.tx, job_id=job_id, instance_id=ledger.instance.id)
        ledger.record(
            JobCreated(at=ledger.at, by=by, activity_id=call.activity_id, token_id=token_id, job_id=job_id, handler=call.handler)
        )


def _tells_a_message(node: Node) -> bool:
    return node.kind in (NodeKind.INTERMEDIATE_THROW_EVENT, NodeKind.END_EVENT) and node.work.handler is not None


def _whole(value: Any, default: int) -> int:
    """A priority as a whole number; `default` when there is none or it isn't a number."""
    try:
        return default if value is None else int(value)
    except (TypeError, ValueError):
        return default


def decided(handler: str, decision: Decision, *, at: datetime, activity_id: str, token_id: str) -> HandlerDecided:
    """A decider's answer as a history event."""
    return HandlerDecided(
        at=at,
        activity_id=activity_id,
        token_id=token_id,
        handler=handler,
        result=dict(decision.result),
        reason=decision.reason,
        reason_code=decision.reason_code,
        reason_arguments=dict(decision.reason_arguments),
        considered=decision.considered,
    )
