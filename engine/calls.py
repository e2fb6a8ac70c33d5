"""Call activities: an instance that another one starts, waits for and takes with it when it is stopped.

Child and parent are written in the same transaction, the child first. The parent's row is locked before the child's.
"""

from __future__ import annotations

from collections.abc import Callable

from bpmn.diagram import Node
from engine import results
from engine.db import queries, store
from engine.definition import Definition
from engine.errors import HandlerFailed, NotFound
from engine.execution import Execution
from engine.history import InstanceCancelled, InstanceStarted
from engine.model import Deployment, InstanceState, ProcessInstance
from engine.ports import Transaction

DEEPEST_CALL = 20
LATEST, DEPLOYMENT, VERSION_TAG = "latest", "deployment", "versionTag"


class Calls:
    """Starts, finds and stops called instances. `definition` gives a deployment made ready."""

    def __init__(self, definition: Callable[[int, Transaction], Definition]) -> None:
        self._definition = definition

    def start(self, parent: Execution, node: Node, token_id: str) -> None:
        """Start the called process and run it until every token waits; when it ends at once, the parent goes on at once.

        Raises NotFound when the process isn't deployed, HandlerFailed when calls are nested too deep, ExpressionFailed.
        """
        ledger = parent.ledger
        definition = self._definition(self._called(parent, node).id, ledger.tx)
        variables = results.inputs_of(ledger.definition, node, ledger.seen_by(token_id), ledger.at)
        instance = store.insert_instance(
            ledger.tx,
            deployment=definition.deployment,
            business_key=self._key(ledger.tx, ledger.instance, token_id),
            started_at=ledger.at,
            parent_id=ledger.instance.id,
            parent_token_id=token_id,
        )
        by = f"{ledger.instance.process_key}:{node.id}"
        child = Execution.begin(ledger.tx, parent.surroundings, definition, instance, variables=variables, by=by, now=ledger.now)
        child.caller = parent
        child.ledger.record_first(
            InstanceStarted(
                at=ledger.at,
                by=by,
                process_key=instance.process_key,
                version=instance.version,
                business_key=instance.business_key,
            )
        )
        child.settle()

    def parent(self, child: Execution) -> Execution | None:
        """The instance that waits for a called one, its due timers not fired yet; None when it is over."""
        stored = store.lock_instance(child.ledger.tx, child.ledger.instance.parent_id or 0)
        return self._load(child, stored) if stored.instance.state is InstanceState.ACTIVE else None

    def stop(self, parent: Execution, token_id: str) -> None:
        """Stop what a call activity that was withdrawn had started."""
        tx = parent.ledger.tx
        for child_id in queries.open_children(tx, parent.ledger.instance.id, token_id):
            child = self._load(parent, store.lock_instance(tx, child_id))
            stopped = InstanceCancelled(at=parent.ledger.at, reason=f"withdrawn by {parent.ledger.instance.business_key}")
            child.ledger.record(stopped)
            child.flow.cancel()
            child.settle_as(InstanceState.CANCELLED)

    def _load(self, near: Execution, stored: store.StoredInstance) -> Execution:
        tx = near.ledger.tx
        return Execution.load(
            tx,
            near.surroundings,
            self._definition(stored.instance.deployment_id, tx),
            stored,
            now=near.ledger.now,
        )

    def _called(self, parent: Execution, node: Node) -> Deployment:
        """The deployment that the binding chooses."""
        tx, work = parent.ledger.tx, node.work
        known = queries.deployments(tx, key=work.called_process or "")
        if work.called_binding == VERSION_TAG:
            known = [each for each in known if each.version == work.called_version]
        elif work.called_binding == DEPLOYMENT:
            known = [each for each in known if each.id <= parent.ledger.instance.deployment_id]
        if not known:
            wanted = f"{work.called_process} {work.called_version or ''}".strip()
            raise NotFound(f"{node.label} calls {wanted}, which isn't deployed. Deploy it, then retry.", key=work.called_process)
        return known[-1]

    def _key(self, tx: Transaction, parent: ProcessInstance, token_id: str) -> str:
        """A business key of its own, below the parent's."""
        depth = parent.business_key.count("/")
        if depth >= DEEPEST_CALL:
            fact = f"calls are nested more than {DEEPEST_CALL} deep; the processes call in a circle"
            raise HandlerFailed(f"{parent.business_key}: {fact}. Cancel the first of them.")
        again = queries.count_children(tx, parent.id, token_id)
        return f"{parent.business_key}/{token_id}" + (f".{again + 1}" if again else "")
