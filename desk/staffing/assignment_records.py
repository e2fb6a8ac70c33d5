"""Follows how a case is assigned: what was wanted, whether it waits in a line, when its assignment is looked at again.

Part of the projection.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from desk.model import Case
from desk.staffing.freeing import Freed
from desk.store import assignments, candidates, people
from desk.store.loads import WORKING
from engine.history import (
    HandlerDecided,
    HistoryEvent,
    TaskCancelled,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskReassigned,
    TaskReleased,
)
from engine.ports import Transaction

DECIDER = "assign"
TASK_EVENTS = (TaskCreated, TaskClaimed, TaskReleased, TaskReassigned, TaskCompleted, TaskCancelled)
SWEEP = timedelta(minutes=1)
"""How long after it was looked through a line in which a case waits is looked through again, whatever happens."""
UNTIL_TOLD = timedelta(minutes=1)
"""How long a case waits before who answers for it is told."""


class AssignmentRecords:
    """One transaction's events on one case."""

    def __init__(self, tx: Transaction, freed: Freed, *, untouched_after: timedelta | None) -> None:
        self._tx = tx
        self._freed = freed
        self._untouched_after = untouched_after
        self._chosen: str | None = None
        self._was_in_line: bool | None = None

    def take(self, event: HistoryEvent, before: Case, case: Case) -> None:
        """Follow an event; `before` and `case` are the case before and after it."""
        if isinstance(event, HandlerDecided):
            self._decided(event, case)
        elif isinstance(event, TASK_EVENTS) and event.task_id == case.owner_task_id:
            self._owners_task(event, before, case)
        if before.state in WORKING and case.state not in WORKING:
            in_line = self._is_in_line(case) if self._was_in_line is None else self._was_in_line
            assignments.change(self._tx, case.number, waiting_since=None, look_again_at=None)
            self._freed.note(None if in_line else before.owner, event.at)  # who only answered for it carried nothing

    def _decided(self, event: HandlerDecided, case: Case) -> None:
        wanted, team, login = (event.result.get(name) for name in ("wanted", "team", "assignee"))
        if event.handler != DECIDER or not isinstance(team, str):
            return
        if not isinstance(wanted, Mapping):
            if isinstance(login, str):  # a contribution: the case's own assignment is noted with its variable
                people.note_assigned(self._tx, login, event.at)
            return
        self._chosen = event.result.get("assignee")
        assignments.keep(self._tx, case.number, team=team, wanted=wanted)

    def _owners_task(self, event: HistoryEvent, before: Case, case: Case) -> None:
        match event:
            case TaskCreated(assignee=None, candidate_groups=groups):
                self._wait(case, event.task_id, event.at, team=groups[0] if groups else case.team)
                assignments.add_drain(self._tx, groups[0] if groups else case.team, event.at + SWEEP)
            case TaskCreated(assignee=str(login)):
                returned = login != self._chosen and candidates.is_gone(self._tx, login, event.at)
                self._given(case, event.task_id, event.at, at_once=returned)
            case TaskClaimed() | TaskCompleted() | TaskCancelled():
                self._was_in_line = isinstance(event, TaskCancelled) and self._is_in_line(case)
                settled = {"waiting_since": None, "look_again_at": None, "avoid": (), "requeued": 0}
                assignments.change(self._tx, case.number, **settled)
            case TaskReleased(by=login) | TaskReassigned(assignee=None, before=login):
                kept = assignments.kept(self._tx, case.number)
                avoid = (kept.avoid if kept else frozenset()) | ({login} if login else set())
                self._wait(case, event.task_id, event.at, team=case.team, avoid=avoid)
                assignments.add_drain(self._tx, case.team, event.at)
                self._freed.note(login, event.at)
            case TaskReassigned(assignee=str()):
                self._given(case, event.task_id, event.at)
                self._freed.note(event.before, event.at)

    def _is_in_line(self, case: Case) -> bool:
        return case.number in assignments.in_line(self._tx, (case.number,))

    def _wait(self, case: Case, task_id: int, at: datetime, *, team: str, avoid: frozenset[str] | None = None) -> None:
        waits = {"waiting_since": at, "look_again_at": at + UNTIL_TOLD, "told": ()} | ({} if avoid is None else {"avoid": avoid})
        assignments.keep(self._tx, case.number, team=team, task_id=task_id, **waits)

    def _given(self, case: Case, task_id: int, at: datetime, *, at_once: bool = False) -> None:
        look = at if at_once else at + self._untouched_after if self._untouched_after else None
        assignments.keep(self._tx, case.number, team=case.team, task_id=task_id, waiting_since=None, look_again_at=look)
