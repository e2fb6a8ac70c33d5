"""Follows what departments contribute to a case: when their task is there, done or withdrawn. Part of the projection."""

from __future__ import annotations

from desk.clocks import VoidReason
from desk.limits.clockbook import ClockBook
from desk.model import Case
from desk.staffing.assignment_records import SWEEP
from desk.staffing.freeing import Freed
from desk.store import assignments, contributions
from desk.store.contributions import ContributionState
from engine.db import queries
from engine.history import HistoryEvent, TaskCancelled, TaskClaimed, TaskCompleted, TaskCreated, TaskReassigned, TaskReleased
from engine.ports import Transaction
from engine.vault import KeyRing

CONTRIBUTES = "case.contribution"
"""The property of the user task at which a department does its part."""
CONTRIBUTED = "contributed"


class ContributionRecords:
    """One transaction's events on one case."""

    def __init__(self, tx: Transaction, vault: KeyRing, book: ClockBook, freed: Freed) -> None:
        self._tx = tx
        self._vault = vault
        self._book = book
        self._freed = freed

    def take(self, event: HistoryEvent, case: Case) -> None:
        """Follow an event."""
        match event:
            case TaskCreated(properties=properties) if CONTRIBUTES in properties and event.candidate_groups:
                contributions.begun(self._tx, case.number, event.candidate_groups[0], event.task_id, event.at)
                if event.assignee is None:
                    contributions.wait(self._tx, event.task_id, event.at)
                    assignments.add_drain(self._tx, event.candidate_groups[0], event.at + SWEEP)
            case TaskCompleted(properties=properties) if CONTRIBUTES in properties:
                self._ended(event, event.task_id, ContributionState.DONE)
            case TaskCancelled():
                self._ended(event, event.task_id, ContributionState.WITHDRAWN)
            case TaskClaimed() | TaskReleased() | TaskReassigned() if event.task_id != case.owner_task_id:
                self._changed_hands(event)

    def _changed_hands(self, event: TaskClaimed | TaskReleased | TaskReassigned) -> None:
        team = contributions.team_at(self._tx, event.task_id)
        if team is None:
            return
        before = {TaskReleased: event.by, TaskReassigned: getattr(event, "before", None)}.get(type(event))
        if isinstance(event, TaskClaimed) or getattr(event, "assignee", None):
            contributions.taken(self._tx, event.task_id)
        else:
            contributions.wait(self._tx, event.task_id, event.at, given_back_by=before)
            assignments.add_drain(self._tx, team, event.at)
        self._freed.note(before, event.at)

    def _ended(self, event: HistoryEvent, task_id: int, state: ContributionState) -> None:
        """It is over, unless whoever withdrew it or passed it on has noted so already."""
        found = contributions.open_at(self._tx, task_id)
        if found is None:
            return
        contribution_id, _, clock = found
        contributions.end(self._tx, self._vault, contribution_id, state, by=event.by, at=event.at)
        contributions.taken(self._tx, task_id)
        self._freed.note(queries.task(self._tx, task_id).assignee, event.at)
        if state is ContributionState.DONE:
            self._book.stop({clock}, event.at, by=event.by, what=CONTRIBUTED)
        else:
            self._book.void({clock}, VoidReason.WITHDRAWN, at=event.at, by=event.by)
