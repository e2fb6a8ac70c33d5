"""What deciders may read, inside the engine's transaction. What the process itself decided a moment ago stands in its variables,
not yet here: the desk's records follow when the transaction's events are complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from desk.assignment import Candidate, Wanted
from desk.assignment.absences import stand_ins
from desk.collaboration.authority import Grant
from desk.escalating.choice import Escalated
from desk.model import Agent, Case, Team
from desk.staffing.reserving import reserved
from desk.store import approvals, assignments, cases, contributions, escalations, people, staffing
from engine.db import queries
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationFacts:
    """What `desk.escalating.choice.escalate` needs beside the clock. `in_line`: nobody has the case, its owner only answers
    for it.
    """

    case: Case
    before: tuple[Escalated, ...]
    teams: Mapping[str, Team]
    people: Mapping[str, Agent]
    absent: frozenset[str] = frozenset()
    in_line: bool = False

    def holder(self, assigned: str | None = None) -> str | None:
        """Whose work the case is: to them nothing is escalated, but to who answers for it by leading the team (R63).

        `assigned` is to whom the process gave it in this very transaction; the records follow.
        """
        return None if self.in_line else self.case.owner or assigned

    def without(self, absent: frozenset[str]) -> EscalationFacts:
        """The same when these people aren't there."""
        return replace(self, absent=absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalFacts:
    """What `desk.collaboration.authority.first_approver` needs; `away` are those on leave."""

    teams: Mapping[str, Team]
    people: Mapping[str, Agent]
    grants: tuple[Grant, ...]
    away: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a department was asked for; `assignee` None: the task is offered to all of it."""

    team: str
    wanted: str
    assignee: str | None


def for_approval(tx: Transaction, now: datetime) -> ApprovalFacts:
    """Teams, people, who is on leave, and the matrix of authority."""
    return ApprovalFacts(
        teams=people.teams(tx),
        people={agent.login: agent for agent in people.agents(tx)},
        grants=tuple(approvals.grants(tx)),
        away=frozenset(stand_ins(staffing.absences(tx, until_after=now), now)),
    )


def candidates(tx: Transaction, wanted: Wanted, now: datetime) -> list[Candidate]:
    """The members of the teams that are asked, and who stands in for absent ones, with their present load.

    Whom the rule of assignment chooses of them is kept for this transaction, so that nobody gets more than they can carry.
    """
    return reserved(tx, wanted, now)


def contribution(tx: Transaction, vault: KeyRing, said: Any) -> Part | None:
    """The part of a case of which a process's variable `contribution` {id} speaks; None when it speaks of none."""
    part_id = said.get("id") if isinstance(said, Mapping) else None
    if not isinstance(part_id, int | Decimal):
        return None
    found = contributions.one(tx, vault, int(part_id))
    task = queries.task(tx, found.task_id) if found.task_id is not None else None
    return Part(team=found.team, wanted=found.wanted, assignee=task.assignee if task else None)


def is_in_line(tx: Transaction, number: str) -> bool:
    """Whether a case waits in a line: nobody has it."""
    return number in assignments.in_line(tx, (number,))


def kept_from(tx: Transaction, number: str) -> frozenset[str]:
    """Who never gets the case, since they are complained about, say."""
    return assignments.kept_from(tx, number)


def owners_of_customer(tx: Transaction, case: Case) -> tuple[str, ...]:
    """Who owns other open cases of the case's customer, the newest first."""
    return cases.owners_of_customer(tx, case)


def case(tx: Transaction, number: str) -> Case:
    """The case: received_at, round, resolved_at for clocks. Raises CaseNotFound."""
    return cases.case(tx, number)


def for_escalation(tx: Transaction, number: str, now: datetime) -> EscalationFacts:
    """The case, what was escalated before, all teams and people, and who is on leave. Raises CaseNotFound."""
    return EscalationFacts(
        case=cases.case(tx, number),
        in_line=is_in_line(tx, number),
        before=escalations.levels(tx, number),
        teams=people.teams(tx),
        people={agent.login: agent for agent in people.agents(tx)},
        absent=frozenset(stand_ins(staffing.absences(tx, until_after=now), now)),
    )


def off_shift(tx: Transaction, now: datetime) -> frozenset[str]:
    """Who has working hours of their own, and isn't at work then."""
    return frozenset(
        holder for (kind, holder), shift in staffing.shifts(tx).items() if kind == staffing.AGENT and not shift.covers(now)
    )
