"""One task to work on: its form, what the process gives it, and what its holder may ask for meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.forms import Form
from bpmn.package import ProcessPackage
from desk.casetasks import is_offered, require_visible
from desk.context import DeskContext
from desk.model import Agent
from desk.projection import WORK
from desk.store import cases, people
from engine.db import queries
from engine.model import TaskState, UserTask
from engine.ports import Transaction
from engine.results import inputs_of

HELP, APPROVAL = "technical-help", "approval-needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task for its page. `data` is what the form starts with; `awaits` are the messages that the process takes now.

    `number` is the case's, also for a task of a process that the case's process called. `works` tells whether work on it is
    noted in the progress table. `may_claim` holds for a task that the viewer may begin.
    """

    task: UserTask
    form: Form | None
    package: ProcessPackage
    data: Mapping[str, Any]
    awaits: frozenset[str]
    works: bool
    holder: Agent | None
    number: str
    is_case: bool
    mine: bool
    may_claim: bool
    may_reassign: bool


class TaskViews:
    """Read access to single tasks. What the viewer may not read doesn't exist for them."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db
        self._packages: dict[tuple[str, str], ProcessPackage] = {}

    def package(self, key: str, version: str) -> ProcessPackage:
        """The package of a deployed version; it never changes, so it is looked up once. Raises NotFound."""
        if (key, version) not in self._packages:
            with self._db.reading() as tx:
                deployment = queries.deployment(tx, key, version)
                self._packages[key, version] = self._context.engine.definition(deployment.id, tx).package
        return self._packages[key, version]

    def task(self, task_id: int, *, viewer: str) -> TaskView:
        """One task, open or not. Raises NotFound, CaseNotFound."""
        with self._db.reading() as tx:
            agent, task = people.agent(tx, viewer), queries.task(tx, task_id)
            return self._view(tx, agent, task, require_visible(tx, agent, task))

    def _view(self, tx: Transaction, agent: Agent, task: UserTask, number: str) -> TaskView:
        definition = self._context.engine.definition(queries.instance(tx, task.instance_id).deployment_id, tx)
        node = definition.node(task.activity_id)
        given: dict[str, Any] = {}
        if node.work.inputs:
            variables = queries.variables(tx, self._context.vault, task.instance_id)
            given = inputs_of(definition, node, variables, self._context.now())
        holder = people.account(tx, task.assignee) if task.assignee else None
        is_open = task.state in queries.OPEN_TASKS
        return TaskView(
            task=task,
            form=definition.package.forms.get(task.form_id or ""),
            package=definition.package,
            data=given,
            awaits=frozenset(one.message_name for one in queries.subscriptions(tx, instance_id=task.instance_id)),
            works=node.work.properties.get(WORK) == "true",
            holder=holder.agent if holder else None,
            number=number,
            is_case=cases.known(tx, number),
            mine=task.state is TaskState.CLAIMED and task.assignee == agent.login,
            may_claim=may_claim(task, agent),
            may_reassign=is_open and (agent.leads or task.assignee == agent.login),
        )


def may_claim(task: UserTask, agent: Agent) -> bool:
    """Whether to offer the task's claim: it was given to the agent, or to a team of theirs, and nobody has begun."""
    given = task.assignee == agent.login or (task.assignee is None and is_offered(task, agent))
    return task.state is TaskState.CREATED and given
