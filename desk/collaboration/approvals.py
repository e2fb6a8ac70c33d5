"""Approvals: who has authority for what, who is asked, and that nobody approves beyond their authority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from desk import facts
from desk.collaboration.authority import Approver, Asked, Grant, first_approver, may_approve
from desk.context import DeskContext
from desk.errors import AnswersInvalid
from desk.model import DESK, Case
from desk.reasons import decision
from desk.rights import readable, require_admin
from desk.staffing.staffing_errors import AuthorityMissing
from desk.store import approvals as store
from desk.store import cases, people
from desk.store.approvals import Approval
from desk.wordings import NO_AMOUNT, REQUIRED
from engine.commands import ReassignTask
from engine.db.database import tried_again
from engine.model import UserTask
from engine.ports import Transaction
from engine.service import Engine

DECIDER = "approver"
APPROVED = "approved"
MOST = Decimal(10) ** 12


class Approvals:
    """The matrix of authority, and what was asked for."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def grants(self) -> list[Grant]:
        """The whole matrix."""
        with self._db.reading() as tx:
            return store.grants(tx)

    @tried_again
    def grant(self, kind: str, granted: Sequence[Grant], *, by: str) -> None:
        """Say anew who has authority for a kind; nobody named: those who lead. Raises RightMissing, AnswersInvalid,
        AgentNotFound.
        """
        if not kind.strip():
            raise AnswersInvalid({"kind": REQUIRED})
        if any(one.up_to is not None and not 0 <= one.up_to <= MOST for one in granted):
            raise AnswersInvalid({"up_to": NO_AMOUNT})
        with self._db.transaction() as tx:
            require_admin(people.agent(tx, by), "grant authority")
            for login in filter(None, (one.login for one in granted)):
                people.agent(tx, login)
            store.replace_grants(tx, kind.strip(), granted)

    def of_case(self, number: str, *, viewer: str) -> list[Approval]:
        """What was asked for in a case, and how long it waited, the oldest first. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return store.of_case(tx, number)


def asked_of(case: Case, kind: str, amount: Decimal | None, by: str) -> Asked:
    """What an agent asks for. Raises AnswersInvalid for an amount that can't be."""
    if amount is not None and not (amount.is_finite() and 0 <= amount <= MOST):
        raise AnswersInvalid({"amount": NO_AMOUNT})
    return Asked(kind=kind.strip()[:60], amount=amount, by=by, team=case.team)


def choose(tx: Transaction, asked: Asked, now: datetime) -> Approver:
    """Who is asked, from what is known."""
    known = facts.for_approval(tx, now)
    return first_approver(asked, known.teams.get(asked.team), known.people, known.grants, known.away)


def give_to_approver(tx: Transaction, engine: Engine, tasks: Sequence[UserTask], asked: Asked, now: datetime) -> None:
    """Give fresh approval tasks to the first person with enough authority; without one they stay offered."""
    answer = choose(tx, asked, now)
    result = {"assignee": answer.login, "kind": asked.kind, "amount": asked.amount}
    because = (DECIDER, decision(result, answer.reason, answer.considered))
    for task in tasks:
        if answer.login is not None and task.assignee is None:
            command = ReassignTask(task_id=task.id, assignee=answer.login, by=DESK, reason=str(answer.reason))
            engine.reassign(tx, command, because=because)


def check_and_note(tx: Transaction, number: str, answers: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Hold a decision of an approval task against the authority of who takes it. Raises AuthorityMissing.

    Rejecting needs none; neither does what was asked for without a kind.
    """
    decided = answers.get("decision")
    open_ones = [one for one in store.of_case(tx, number) if one.decided_at is None] if isinstance(decided, str) else []
    for one in open_ones[:1]:
        agent = people.agent(tx, by)
        may = by != one.asked_by and may_approve(agent, one.kind, one.amount, store.grants(tx))
        if decided == APPROVED and one.kind and not may:
            raise AuthorityMissing(by, one.kind, one.amount)
        store.decide(tx, one.id, decision=str(decided), by=by, at=now)
