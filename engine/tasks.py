"""Who may do what with a user task: pure decisions from the task, the command and the time to history events."""

from __future__ import annotations

from datetime import datetime

from engine.commands import ClaimTask, CompleteTask, ReassignTask, ReleaseTask
from engine.errors import Forbidden, StaleRevision, TaskAlreadyClaimed, TaskNotOpen, TaskNotYours
from engine.history import TaskClaimed, TaskReassigned, TaskReleased
from engine.model import TASK_MOVES, TaskState, UserTask


def _may_move(task: UserTask, to: TaskState, revision: int | None) -> None:
    if to not in TASK_MOVES[task.state]:
        raise TaskNotOpen(task.id, state=task.state)
    if revision is not None and revision != task.revision:
        raise StaleRevision(f"Task {task.id}", read=revision, current=task.revision)


def claim(task: UserTask, command: ClaimTask, now: datetime) -> list[TaskClaimed]:
    """Decide whether an agent may take a task. Claiming a task that you hold is a no-op.

    A task that was assigned to somebody is theirs to claim; a supervisor reassigns it first. Raises TaskNotOpen,
    TaskAlreadyClaimed, StaleRevision, and Forbidden for an agent who is no candidate.
    """
    if task.state is TaskState.CLAIMED and task.assignee == command.by:
        return []
    _may_move(task, TaskState.CLAIMED, None)
    if task.assignee not in (None, command.by):
        raise TaskAlreadyClaimed(task.id, holder=task.assignee or "")
    if task.assignee is None and not _is_candidate(task, command):
        raise Forbidden(f"Task {task.id} is offered to {_offered_to(task)}, not to {command.by}.", task_id=task.id)
    _may_move(task, TaskState.CLAIMED, command.revision)
    return [TaskClaimed(task_id=task.id, by=command.by, at=now, activity_id=task.activity_id, token_id=task.token_id)]


def _is_candidate(task: UserTask, command: ClaimTask) -> bool:
    if not task.candidate_users and not task.candidate_groups:
        return True
    return command.by in task.candidate_users or not command.groups.isdisjoint(task.candidate_groups)


def _offered_to(task: UserTask) -> str:
    return ", ".join((*task.candidate_groups, *task.candidate_users))


def release(task: UserTask, command: ReleaseTask, now: datetime) -> list[TaskReleased]:
    """Decide whether an agent may give a task back to its group. Raises TaskNotOpen, TaskNotYours, StaleRevision."""
    if task.assignee != command.by or task.state is TaskState.CREATED:
        _may_move(task, TaskState.CREATED if task.state is TaskState.CLAIMED else TaskState.CLAIMED, None)
        raise TaskNotYours(task.id, agent=command.by)
    _may_move(task, TaskState.CREATED, command.revision)
    return [TaskReleased(task_id=task.id, by=command.by, at=now, activity_id=task.activity_id, token_id=task.token_id)]


def reassign(task: UserTask, command: ReassignTask, now: datetime) -> list[TaskReassigned]:
    """Decide whether an open task may go to somebody else. Giving it to its assignee, with the same candidates, is a no-op."""
    _may_move(task, TaskState.CLAIMED, command.revision)
    groups = command.candidate_groups
    changed = groups is not None and groups != task.candidate_groups
    if task.assignee == command.assignee and not changed:
        return []
    event = TaskReassigned(
        task_id=task.id,
        assignee=command.assignee,
        before=task.assignee,
        reason=command.reason,
        candidate_groups=groups if groups is not None and changed else (),
        by=command.by,
        at=now,
        activity_id=task.activity_id,
        token_id=task.token_id,
    )
    return [event]


def complete(task: UserTask, command: CompleteTask) -> None:
    """Raises TaskNotOpen, TaskNotYours or StaleRevision unless this agent may complete the task as it stands."""
    _may_move(task, TaskState.COMPLETED, None)
    if task.state is not TaskState.CLAIMED or task.assignee != command.by:
        raise TaskNotYours(task.id, agent=command.by)
    _may_move(task, TaskState.COMPLETED, command.revision)
