"""A case is assigned again by the same rule as at first: inside the caller's transaction, with history and notice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from desk.assignment import Assignment, Wanted, assign, result_of
from desk.context import DeskContext
from desk.model import DESK
from desk.reasons import decision
from desk.staffing.assignment_records import DECIDER
from desk.staffing.reserving import reserved
from desk.store import cases
from desk.store.assignments import Kept
from desk.store.contributions import WaitingPart
from engine.commands import EnqueueJob, ReassignTask, SetVariables
from engine.db import queries
from engine.model import UserTask
from engine.ports import Transaction

FREE_NOW = "somebody is free now"
UNTOUCHED = "nobody worked on it in time"
GIVEN_BACK = "its owner gave it back"
OWNER_GONE = "its owner isn't there"
ON_LEAVE = "its owner is on leave"
KEPT_FROM = "a supervisor keeps it from its owner"
ASSIGNMENT = "assignment"
NOTIFY = "notify"


def owners_task(tx: Transaction, kept: Kept | None) -> UserTask | None:
    """The open task of a case's owner; None while nobody is to work on the case."""
    if kept is None or kept.task_id is None:
        return None
    task = queries.task(tx, kept.task_id)
    return task if task.state in queries.OPEN_TASKS else None


def assign_again(
    tx: Transaction, context: DeskContext, kept: Kept, task: UserTask, *, why: str, avoid: Iterable[str] = (), by: str = DESK
) -> Assignment:
    """Choose anew who gets the owner's task of a case, and give it to them; the answer.

    Nothing changes when the answer is nobody, or who has it already. `by` is who asked for it. The instance must be locked.
    Raises what engine orders raise, InstanceSuspended among them.
    """
    now = context.now()
    wanted = wanted_again(tx, kept, task.assignee, avoid)
    answer = assign(wanted, reserved(tx, wanted, now), now)
    if answer.assignee is None or answer.assignee == task.assignee:
        return answer
    _give(tx, context, task, kept.wanted, answer, why, by)
    return answer


def wanted_again(tx: Transaction, kept: Kept, holder: str | None, avoid: Iterable[str] = ()) -> Wanted:
    """What is asked for when a case that `holder` has is assigned anew, to none of `avoid`."""
    familiar = cases.owners_of_customer(tx, cases.case(tx, kept.number))
    return replace(kept.wanted, familiar=familiar, previous_owner=holder, avoid=kept.wanted_now.avoid | frozenset(avoid))


def give_part(tx: Transaction, context: DeskContext, part: WaitingPart, task: UserTask, *, why: str) -> Assignment:
    """Choose who of a department gets a contribution that waits, and give it to them; the answer. The instance must be locked."""
    now = context.now()
    answer = assign(part.wanted, reserved(tx, part.wanted, now), now)
    if answer.assignee is None:
        return answer
    result = result_of(answer, part.wanted)
    del result["wanted"]  # what is kept of an assignment is the case's
    _reassign(tx, context, task, answer, result, why, DESK)
    told = {"contribution": {"id": part.id, "team": part.wanted.team}, "until": task.due_at}
    key = f"contribution:{task.id}:{task.revision}:{answer.assignee}"
    _notify(tx, context, task, "contribution_asked", to="contributor", key=key, inputs=told)
    return answer


def _reassign(
    tx: Transaction, context: DeskContext, task: UserTask, answer: Assignment, result: dict[str, Any], why: str, by: str
) -> None:
    command = ReassignTask(task_id=task.id, assignee=answer.assignee, by=by, reason=why)
    context.engine.reassign(tx, command, because=(DECIDER, decision(result, answer.reason, answer.considered)))


def _give(tx: Transaction, context: DeskContext, task: UserTask, wanted: Wanted, answer: Assignment, why: str, by: str) -> None:
    result = result_of(answer, wanted)
    _reassign(tx, context, task, answer, result, why, by)
    known = queries.variables(tx, context.vault, task.instance_id)
    if ASSIGNMENT in known:
        changed = SetVariables(instance_id=task.instance_id, values={ASSIGNMENT: result}, by=by, reason=why)
        context.engine.set_variables(tx, changed)
    if by != DESK:
        return  # whoever asked tells who gets it
    key = f"assigned:{task.id}:{task.revision}:{answer.assignee}"
    _notify(tx, context, task, "assigned", to="owner", key=key, inputs={})


def _notify(
    tx: Transaction, context: DeskContext, task: UserTask, template: str, *, to: str, key: str, inputs: Mapping[str, Any]
) -> None:
    """Have a notice written by a job of the task's instance, as its diagram would."""
    order = EnqueueJob(
        instance_id=task.instance_id,
        handler=NOTIFY,
        label=template,
        by=DESK,
        idempotency_key=key,
        inputs=inputs,
        headers={"to": to, "template": template},
    )
    context.engine.enqueue(tx, order)
