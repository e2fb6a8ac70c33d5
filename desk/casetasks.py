"""Which instance is a case's, and which case a task belongs to: also a task of a process that the case's process called."""

from __future__ import annotations

from collections.abc import Iterable

from desk.errors import CaseClosed
from desk.model import Agent, Case
from desk.rights import readable
from desk.store import cases
from engine.db import queries
from engine.errors import NotFound, StaleRevision
from engine.model import ProcessInstance, UserTask
from engine.ports import Transaction
from engine.service import Engine

CALLED = "/"
"""Stands in the business key of a called instance, between its caller's and its own part."""


def instance_of(tx: Transaction, number: str) -> ProcessInstance:
    """The process instance of a case; one of another process may bear the number too. Raises CaseNotFound."""
    return queries.instance_by_key(tx, number, process_key=cases.case(tx, number).process_key)


def open_case(tx: Transaction, engine: Engine, number: str, agent: Agent | None = None) -> Case:
    """A case that the agent may read, with its instance locked before anything is written about it.

    Raises CaseNotFound, CaseClosed.
    """
    cases.case(tx, number, readable=readable(agent) if agent else None)
    engine.lock(tx, instance_of(tx, number).id)
    case = cases.case(tx, number)
    if not case.open:
        raise CaseClosed(number)
    return case


def require_unchanged(case: Case, revision: int | None) -> None:
    """Raises StaleRevision when the case changed since it was read at that revision. None: whoever asks didn't look."""
    if revision is not None and case.revision != revision:
        raise StaleRevision(f"Case {case.number}", read=revision, current=case.revision)


def numbers_of(tx: Transaction, tasks: Iterable[UserTask]) -> dict[int, str]:
    """The case number (the business key of what isn't a case) of each task, by task id."""
    numbers = {task.id: task for task in tasks}
    called = {task.instance_id for task in numbers.values() if CALLED in task.business_key}
    callers = queries.caller_keys(tx, called)
    return {task.id: callers.get(task.instance_id, task.business_key) for task in numbers.values()}


def number_of(tx: Transaction, task: UserTask) -> str:
    """See numbers_of."""
    return numbers_of(tx, [task])[task.id]


def tasks_of(tx: Transaction, number: str) -> list[UserTask]:
    """The open tasks of a case, those of the processes that it called behind its own."""
    instances = queries.with_called(tx, instance_of(tx, number).id)
    return [task for instance_id in instances for task in queries.tasks(tx, instance_id=instance_id)]


def require_visible(tx: Transaction, agent: Agent, task: UserTask) -> str:
    """The task's case number. Raises CaseNotFound or NotFound for a task that doesn't exist for this agent."""
    number = number_of(tx, task)
    if cases.known(tx, number):
        cases.case(tx, number, readable=readable(agent))
    elif not (agent.leads or task.assignee == agent.login or is_offered(task, agent)):
        raise NotFound(f"There is no task {task.id}. Go back to the inbox.", task_id=task.id)
    return number


def is_offered(task: UserTask, agent: Agent) -> bool:
    """Whether a task is offered to the agent or to a team of theirs."""
    return agent.login in task.candidate_users or not set(agent.team_keys).isdisjoint(task.candidate_groups)
