"""Process instances for programs and for whoever looks after processes: start, look at, change, cancel.

A case is opened by the intake; its instance can be looked at here by whoever leads, with the customer's traits masked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from desk.casetasks import CALLED
from desk.casework.numbering import is_number
from desk.context import DeskContext
from desk.errors import (
    AnswersInvalid,
    BelongsToCase,
    InstanceExists,
    KeyUsedOtherwise,
    OpensByIntake,
    RightMissing,
    VariableWithheld,
)
from desk.instants import with_offset
from desk.masking import mask_known, withheld
from desk.model import Agent
from desk.processes.orders import content_of
from desk.rights import OPERATORS, readable, require_operator
from desk.store import cases, people
from desk.wordings import REQUIRED
from engine import codec
from engine.commands import CancelInstance, SetVariables, StartInstance
from engine.db import lists, messages, queries
from engine.db.database import tried_again
from engine.errors import NotFound
from engine.history import HistoryEvent
from engine.model import Deployment, Incident, IncidentState, Job, JobState, ProcessInstance
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StartOrder:
    """What to start: `version` default the newest; `form` answers the start form; the same `key` starts one instance only."""

    process_key: str
    business_key: str
    version: str | None = None
    form: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None

    def message_id(self, by: str) -> str:
        """The key among those of everybody."""
        return f"start:{by}:{self.key}"

    def content(self) -> str:
        """What was asked for, in short: a key that comes back with something else is a mistake."""
        form = None if self.form is None else dict(self.form)
        return content_of([self.process_key, self.business_key, self.version, form, dict(self.variables)])


class Instances:
    """Each method is one use case in one transaction. `by` and `viewer` are logins.

    Supervisors, analysts and administrators may; where a case is concerned, the first and the last. All raise RightMissing.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    # -- looking

    def page(self, *, viewer: str, after: int, limit: int, **filters: Any) -> list[ProcessInstance]:
        """Instances by id, those behind `after`. `filters` are those of `engine.db.lists.instances`."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at process instances")
            return lists.instances(tx, after=after, limit=limit, **filters)

    def instance(self, instance_id: int, *, viewer: str) -> ProcessInstance:
        """One instance. Raises NotFound."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at process instances")
            return queries.instance(tx, instance_id)

    def variables(self, instance_id: int, *, viewer: str) -> dict[str, Any]:
        """The variables by name; those of a case with the customer's traits masked. Raises NotFound, CaseNotFound."""
        with self._db.reading() as tx:
            is_case = self._require(tx, people.agent(tx, viewer), queries.instance(tx, instance_id), "look at its data")
            found = queries.variables(tx, self._context.vault, instance_id)
            return mask_known(found) if is_case else found

    def history(self, instance_id: int, *, viewer: str, after: int, limit: int) -> list[tuple[int, HistoryEvent, dict[str, Any]]]:
        """What happened, each with its number and its own data as JSON; masked for a case. Raises NotFound, CaseNotFound."""
        with self._db.reading() as tx:
            is_case = self._require(tx, people.agent(tx, viewer), queries.instance(tx, instance_id), "look at its history")
            found = lists.history(tx, self._context.vault, instance_id, after=after, limit=limit)
        told = [(seq, event, json.loads(codec.encode_event(event))) for seq, event in found]
        return [(seq, event, mask_known(data) if is_case else data) for seq, event, data in told]

    def jobs(
        self, *, viewer: str, state: JobState | None, topic: str | None, instance_id: int | None, after: int, limit: int
    ) -> list[Job]:
        """Jobs by id, those behind `after`."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at jobs")
            return lists.jobs(tx, state=state, topic=topic, instance_id=instance_id, after=after, limit=limit)

    def incidents(self, *, viewer: str, state: IncidentState | None, after: int, limit: int) -> list[Incident]:
        """Incidents by id, those behind `after`."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at incidents")
            return lists.incidents(tx, self._context.vault, state=state, after=after, limit=limit)

    # -- changing

    @tried_again
    def start(self, order: StartOrder, *, by: str) -> tuple[ProcessInstance, bool]:
        """Start an instance; it, and whether the same order had started it before.

        Raises OpensByIntake, BelongsToCase, NotFound, InstanceExists, KeyUsedOtherwise, FormInvalid.
        """
        if order.process_key == self._context.settings.process_key:
            raise OpensByIntake(order.process_key)
        if is_number(order.business_key.partition(CALLED)[0]):
            raise BelongsToCase(order.business_key)
        with self._db.transaction() as tx:
            require_operator(people.agent(tx, by), "start process instances")
            if (before := self._started_before(tx, order, by)) is not None:
                return before, True
            deployment = _deployment(tx, order)
            if not self._is_free(tx, deployment.key, order.business_key):
                # who sent the same order at the same time has just started it
                if (before := self._started_before(tx, order, by)) is not None:
                    return before, True
                raise InstanceExists(deployment.key, order.business_key)
            instance = self._engine.start(tx, self._command(tx, order, deployment, by))
            self._remember(tx, order, by, instance)
            return instance, False

    def _is_free(self, tx: Transaction, process_key: str, business_key: str) -> bool:
        """Whether nobody has started the same, also at the same time: the claim waits for the other transaction."""
        claimed = messages.take_message_once(tx, f"instance:{process_key}:{business_key}", "started", self._context.now())
        return claimed and not queries.has_instance(tx, process_key, business_key)

    def _command(self, tx: Transaction, order: StartOrder, deployment: Deployment, by: str) -> StartInstance:
        definition = self._engine.definition(deployment.id, tx)
        form = order.form
        if form is not None:
            form = with_offset(definition.package.forms.get(definition.start_node().work.form_id or ""), form, self._context.zone)
        return StartInstance(
            deployment_id=deployment.id, business_key=order.business_key, by=by, form=form, variables=order.variables
        )

    def _started_before(self, tx: Transaction, order: StartOrder, by: str) -> ProcessInstance | None:
        outcome = messages.message_outcome(tx, order.message_id(by)) if order.key else None
        if outcome is None:
            return None
        instance_id, _, content = outcome.partition(":")
        if content != order.content():
            raise KeyUsedOtherwise(order.key or "")
        return queries.instance(tx, int(instance_id))

    def _remember(self, tx: Transaction, order: StartOrder, by: str, instance: ProcessInstance) -> None:
        outcome = f"{instance.id}:{order.content()}"
        if order.key and not messages.take_message_once(tx, order.message_id(by), outcome, self._context.now()):
            raise KeyUsedOtherwise(order.key)

    @tried_again
    def set_variables(self, instance_id: int, values: Mapping[str, Any], *, reason: str, by: str) -> ProcessInstance:
        """Change variables of a running instance; the reason stays in its history.

        Raises NotFound, Conflict, AnswersInvalid, and VariableWithheld for one that `variables` shows masked.
        """
        with self._db.transaction() as tx:
            if self._require_change(tx, instance_id, reason, by):
                self._require_shown(tx, instance_id, values)
            command = SetVariables(instance_id=instance_id, values=values, by=by, reason=reason.strip())
            return self._engine.set_variables(tx, command)

    def _require_shown(self, tx: Transaction, instance_id: int, names: Iterable[str]) -> None:
        found = queries.variables(tx, self._context.vault, instance_id)
        for name in names:
            if withheld(found.get(name), name):
                raise VariableWithheld(name)

    @tried_again
    def cancel(self, instance_id: int, *, reason: str, by: str) -> ProcessInstance:
        """Stop an instance for good; the reason stays in its history. Raises NotFound, Conflict, AnswersInvalid."""
        with self._db.transaction() as tx:
            self._require_change(tx, instance_id, reason, by)
            return self._engine.cancel(tx, CancelInstance(instance_id=instance_id, by=by, reason=reason.strip()))

    def _require_change(self, tx: Transaction, instance_id: int, reason: str, by: str) -> bool:
        if not reason.strip():
            raise AnswersInvalid({"reason": REQUIRED})
        return self._require(tx, people.agent(tx, by), queries.instance(tx, instance_id), "change it")

    def _require(self, tx: Transaction, agent: Agent, instance: ProcessInstance, what: str) -> bool:
        """Whether the instance is a case's. Raises RightMissing, and CaseNotFound for a case that isn't for the agent."""
        # what a case's process calls bears the case's number and a suffix
        number = instance.business_key.partition(CALLED)[0]
        is_case = cases.known(tx, number)
        if is_case:
            cases.case(tx, number, readable=readable(agent))
        if not (agent.leads if is_case else agent.role in OPERATORS):
            raise RightMissing(agent.login, f"{what} ({instance.business_key})", "a supervisor")
        return is_case


def _deployment(tx: Transaction, order: StartOrder) -> Deployment:
    if order.version is not None:
        return queries.deployment(tx, order.process_key, order.version)
    deployed = queries.deployments(tx, key=order.process_key)
    if not deployed:
        raise NotFound(f"{order.process_key} isn't deployed. Deploy it first.", key=order.process_key)
    return deployed[-1]
