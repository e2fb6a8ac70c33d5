"""One process instance at work inside one transaction: takes what the token flow reports, does what the nodes ask, writes all.

The token flow knows who may go where; the execution knows what an activity is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from bpmn.diagram import Node
from engine import results
from engine.activities import Activities
from engine.awaiting import Awaiting, Delivery
from engine.db import messages, store
from engine.db.tables import WHOLE_INSTANCE
from engine.definition import Definition
from engine.duedates import DueDates
from engine.errors import ExpressionFailed, HandlerFailed, NotFound, RetryInVain
from engine.history import ErrorThrown, InstanceCancelled, SignalReceived
from engine.ledger import Ledger
from engine.model import InstanceState, MessageSubscription, ProcessInstance
from engine.passing import Passing
from engine.ports import Handler, Lookup, Projection, Transaction
from engine.queue import Queue
from engine.repetition import Repetition
from engine.spiff import TokenFlow
from engine.timekeeping import Timekeeping
from engine.vault import KeyRing
from engine.watching import Watching, flow_holds

MAX_FIRINGS = 100
"""Timers fired in one transaction; what is due beyond that, the worker fires in the next."""

MOST_TURNS = 100
"""How often one transaction follows what lookups answer: a projection could answer each move by another change."""

ERROR_CODE = "errorCode"
"""The name under which the result of an event that caught an error has its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every execution works with."""

    vault: KeyRing
    handlers: Mapping[str, Handler]
    projections: tuple[Projection, ...]
    calls: Calls
    queue: Queue
    lookups: tuple[Lookup, ...] = ()

    def ledger(
        self, tx: Transaction, definition: Definition, stored: store.StoredInstance, parts: store.OpenParts, now: datetime
    ) -> Ledger:
        """The ledger of one instance in one transaction."""
        told = {"projections": self.projections, "lookups": self.lookups}
        return Ledger(tx, self.vault, definition, stored, parts, now=now, **told)


class Calls(Protocol):
    """What an execution asks for its call activities; see engine.calls."""

    def start(self, parent: Execution, node: Node, token_id: str) -> None: ...
    def parent(self, child: Execution) -> Execution | None: ...
    def stop(self, parent: Execution, token_id: str) -> None: ...


class Execution:
    """An instance between two revisions. Make it by `begin` or `load`; it lives as long as its transaction.

    `caller` is the execution that is just starting this one, if one does.
    """

    def __init__(self, surroundings: Surroundings, ledger: Ledger, parts: store.OpenParts) -> None:
        self.surroundings = surroundings
        self.caller: Execution | None = None
        self.ledger = ledger
        self.activities = Activities(ledger, surroundings.handlers, parts.awaiting, surroundings.queue)
        self.awaiting = Awaiting(ledger, parts.awaiting)
        self.timekeeping = Timekeeping(ledger, parts.timers)
        self.due_dates = DueDates(ledger)
        self._turns = 0
        self._running_calls = False
        self.flow: TokenFlow
        self._passing: Passing
        self.watching: Watching

    def _take_up(self, flow: TokenFlow) -> None:
        self.flow = flow
        self.ledger.within = flow.within
        self.watching = Watching(self.ledger, flow)
        self._passing = Passing(
            self.ledger,
            activities=self.activities,
            awaiting=self.awaiting,
            timekeeping=self.timekeeping,
            watching=self.watching,
            repetition=Repetition(self.ledger, flow),
            stop_called=partial(self.surroundings.calls.stop, self),
        )

    @classmethod
    def begin(
        cls,
        tx: Transaction,
        surroundings: Surroundings,
        definition: Definition,
        instance: ProcessInstance,
        *,
        variables: Mapping[str, Any],
        by: str,
        now: datetime,
        at: str | None = None,
    ) -> Execution:
        """A fresh instance with its first variables; its token stands behind the start event, the one named by `at` if given."""
        stored = store.StoredInstance(instance=instance, snapshot=b"", history_length=0, history_hash=None)
        parts = store.OpenParts()
        execution = cls(surroundings, surroundings.ledger(tx, definition, stored, parts, now), parts)
        execution.ledger.set_variables(variables, by=by)
        execution._take_up(TokenFlow.start(definition.spec, conditions=partial(flow_holds, execution.ledger), at=at))
        return execution

    @classmethod
    def load(
        cls,
        tx: Transaction,
        surroundings: Surroundings,
        definition: Definition,
        stored: store.StoredInstance,
        *,
        now: datetime,
    ) -> Execution:
        """An instance exactly as it was saved. Before an order `fire_due`, so that no action outruns a promise (P13)."""
        parts = store.open_parts(tx, surroundings.vault, stored.instance.id, has_runs=definition.has_runs)
        execution = cls(surroundings, surroundings.ledger(tx, definition, stored, parts, now), parts)
        execution._take_up(TokenFlow.load(definition.spec, stored.snapshot, conditions=partial(flow_holds, execution.ledger)))
        return execution

    def finish_activity(self, node: Node, token_id: str, result: Any, *, by: str = "engine") -> None:
        """Take over an activity's result and let its token go on."""
        self._take_over(node, result, by, self.flow.within(token_id))
        self.flow.complete(token_id)

    def deliver(self, node: Node, token_id: str, message: Delivery) -> None:
        """Bring a message to the token that waits for it."""
        self.awaiting.note(node, token_id, message)
        self._take_over(node, dict(message.data), message.by, self.flow.within(token_id))
        self.flow.deliver(token_id)

    def broadcast(self, name: str, data: Mapping[str, Any], *, by: str) -> bool:
        """Bring a signal to all tokens here that wait for it. False when none can take it.

        One whose output mapping fails gets an incident and waits on; the others go on.
        """
        ledger = self.ledger
        listeners = messages.find_listeners(ledger.tx, name, ledger.instance.id)
        failed = {listener.token_id for listener in listeners if not self._receive(listener, name, data, by)}
        self.flow.signal(name, failed)
        return len(failed) < len(listeners)

    def _receive(self, listener: MessageSubscription, name: str, data: Mapping[str, Any], by: str) -> bool:
        ledger, node = self.ledger, self.ledger.definition.node(listener.activity_id)
        try:
            outputs = self._outputs(node, dict(data), self.flow.within(listener.token_id))
        except ExpressionFailed as error:
            ledger.raise_incident(node.id, listener.token_id, f"{error.message} Correct it, then send the signal again.")
            return False
        where = {"activity_id": node.id, "token_id": listener.token_id}
        ledger.record(SignalReceived(at=ledger.at, by=by, signal_name=name, data=dict(data), **where))
        ledger.set_result(outputs, within=self.flow.within(listener.token_id), by=by, activity_id=node.id)
        return True

    def throw_error(self, node: Node, token_id: str, error_code: str, variables: Mapping[str, Any]) -> bool:
        """End a token's work with an error. False when nothing in the diagram catches it; then nothing changes."""
        ledger = self.ledger
        caught = self.flow.catcher(token_id, error_code)
        if caught is None:
            return False
        catching = ledger.definition.node(caught.activity_id)
        self._take_over(catching, {**variables, ERROR_CODE: error_code}, "engine", caught.within)
        thrown = ErrorThrown(
            at=ledger.at, activity_id=node.id, token_id=token_id, error_code=error_code, caught_by=caught.activity_id
        )
        ledger.record(thrown)
        self.flow.throw_error(token_id, error_code)
        return True

    def _take_over(self, node: Node, result: Any, by: str, within: Sequence[str]) -> None:
        self.ledger.set_result(self._outputs(node, result, within), within=within, by=by, activity_id=node.id)

    def _outputs(self, node: Node, result: Any, within: Sequence[str]) -> Mapping[str, Any]:
        ledger = self.ledger
        return results.outputs_of(ledger.definition, node, ledger.seen_within(within), result, ledger.at)

    def waits_for_work(self, token_id: str) -> bool:
        """Whether the token still waits at its activity for an answer."""
        return any(entry.token_id == token_id and entry.kind == "work" for entry in self.flow.waiting())

    def retry(self, token_id: str, activity_id: str) -> None:
        """Try again what an incident stopped: a timer's instant, a gateway's condition, or the activity itself."""
        if self.timekeeping.retry(token_id):
            return
        kind = next((entry.kind for entry in self.flow.waiting() if entry.token_id == token_id), None)
        if kind == "join":
            raise RetryInVain(activity_id)
        self.ledger.resolve_incidents(token_id)
        if kind == "stuck":
            self.flow.retry(token_id)
        elif kind == "message":
            self.awaiting.retry(self.ledger.definition.node(activity_id), token_id)
        elif kind == "condition":
            self.watching.ask_again(token_id)
        elif kind == "runs":
            self._passing.repetition.retry(self.ledger.definition.node(activity_id), token_id)
        elif kind == "work":
            self._passing.begin_work(self.ledger.definition.node(activity_id), token_id)

    def settle(self) -> ProcessInstance:
        """Run until every token waits, fire what became due, and write the next revision."""
        self._run()
        self.fire_due()
        if self.ledger.instance.parent_id is not None and (self._passing.ended or self._passing.thrown):
            return self._report()
        return self.write(InstanceState.COMPLETED if self._passing.ended else self.ledger.instance.state)

    def settle_news(self) -> ProcessInstance:
        """Like `settle`, but an instance in which nothing happens isn't written."""
        self._run()
        return self.settle() if self.ledger.has_news else self.ledger.instance

    def _report(self) -> ProcessInstance:
        """Write a called instance that came to an end, or threw what it can't catch itself; then its caller goes on."""
        parent = self.caller or self.surroundings.calls.parent(self)
        token_id = self.ledger.instance.parent_token_id or ""
        code = None if self._passing.ended else self._uncaught()
        caught = parent is not None and code is not None and parent.flow.catcher(token_id, code) is not None
        if caught:
            self.ledger.record(InstanceCancelled(at=self.ledger.at, reason=f'ended with the error "{code}"'))
            self.flow.cancel()
            written = self.settle_as(InstanceState.CANCELLED)
        else:
            written = self.write(InstanceState.COMPLETED if self._passing.ended else self.ledger.instance.state)
        if parent is not None and (caught or self._passing.ended):
            parent.take_return(token_id, self.ledger.variables, code)
        return written

    def _uncaught(self) -> str | None:
        """The code of the error for which a token is stuck."""
        token_id, code = self._passing.thrown or ("", "")
        return code if any(entry.token_id == token_id and entry.kind == "stuck" for entry in self.flow.waiting()) else None

    def take_return(self, token_id: str, variables: Mapping[str, Any], error_code: str | None) -> None:
        """Go on after a called instance ended, or threw an error that is caught here. A timer that was due comes first."""
        running = self._running_calls
        if not running:
            self.fire_due()
        entry = next((entry for entry in self.flow.waiting() if entry.token_id == token_id and entry.kind == "work"), None)
        if entry is not None:
            node = self.ledger.definition.node(entry.activity_id)
            if error_code is not None:
                self.throw_error(node, token_id, error_code, {})
            else:
                self.finish_activity(node, token_id, dict(variables))
        if not running:
            self.settle()

    def settle_as(self, state: InstanceState) -> ProcessInstance:
        """Take in what the flow reports and write the next revision in the given state; no timer fires any more."""
        self._run()
        return self.write(state)

    def write(self, state: InstanceState) -> ProcessInstance:
        """Write the next revision in the given state with all that happened."""
        while self._follow_changes():
            pass
        self.timekeeping.write()
        return self.ledger.write(state, self.flow.snapshot())

    def fire_due(self) -> None:
        """Fire what is due, in the order of the due instants; each path has its due instant as time (E33).

        In a suspended instance nothing fires.
        """
        if self.ledger.instance.state is InstanceState.SUSPENDED:
            return
        for _ in range(MAX_FIRINGS):
            if not self.awaiting.go_on_before(self.timekeeping.next_due()):
                timer = self.timekeeping.take_due()
                if timer is None:
                    break
                self.flow.fire_timer(timer.token_id)
            self._run()
        self.ledger.at = self.ledger.now
        while self.awaiting.go_on_before(None):
            self._run()

    def _run(self) -> None:
        self._go_on()
        while self._follow_changes():
            self._go_on()

    def _go_on(self) -> None:
        while (
            self._take_happenings()
            or self._take_buffered()
            or self._answer_next()
            or self._call_next()
            or self.watching.let_next()
        ):
            pass

    def _follow_changes(self) -> bool:
        """Let timers and due dates follow what changed. True when a lookup may answer otherwise by what happened meanwhile."""
        self.timekeeping.follow_changes()
        self.due_dates.follow_changes()
        asking = self.timekeeping.ask_lookups() or self.due_dates.ask_lookups() or self.watching.ask_lookups()
        if not asking or self._turns > MOST_TURNS or not self.ledger.tell():
            return False
        self._turns += 1
        if self._turns > MOST_TURNS:
            fact = f"what its lookups answer changed {MOST_TURNS} times in one step and came to no rest"
            self.ledger.raise_incident(WHOLE_INSTANCE, None, f"The instance can't go on: {fact}. Repair the cause, then retry.")
        return True

    def _take_happenings(self) -> bool:
        """Do what the flow's reports ask for; False when there are none."""
        reported = self.flow.take_happenings()
        for happening in reported:
            self._passing.take(happening)
        return bool(reported)

    def _take_buffered(self) -> bool:
        """Bring the next message that was there before its token; False when there is none."""
        taken = self.awaiting.next_taken(self.flow)
        if taken is None:
            return False
        try:
            self.deliver(taken.node, taken.token_id, taken.delivery)
        except ExpressionFailed as error:
            self.ledger.raise_incident(taken.node.id, taken.token_id, error.message)
            self.awaiting.wait_on(taken)
        return True

    def _answer_next(self) -> bool:
        """Let the next token go on whose activity answers at once; False when there is none."""
        answer = self.activities.next_answer()
        if answer is None:
            return False
        try:
            if answer.has_result:
                self._take_over(answer.node, answer.result, "engine", self.flow.within(answer.token_id))
        except ExpressionFailed as error:
            self.ledger.raise_incident(answer.node.id, answer.token_id, error.message)
            return True
        self.flow.complete(answer.token_id)
        return True

    def _call_next(self) -> bool:
        """Start the next called process that is wanted; False when there is none."""
        wanted = self._passing.next_call()
        if wanted is None:
            return False
        node, token_id = wanted
        self._running_calls = True
        try:
            if self.waits_for_work(token_id):
                self.surroundings.calls.start(self, node, token_id)
        except (NotFound, HandlerFailed, ExpressionFailed) as error:
            self.ledger.raise_incident(node.id, token_id, error.message)
        finally:
            self._running_calls = False
        return True
