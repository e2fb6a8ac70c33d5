"""Decider `approver`: who is asked for an approval: the first person on the way up with enough authority (R42, R43)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from desk import facts
from desk.collaboration import authority
from desk.collaboration.authority import Asked
from desk.facts import ApprovalFacts
from desk.reasons import decision
from engine.errors import Invalid
from engine.ports import Decision, HandlerCall, Transaction


class Approve:
    """Needs `kind`, `amount` (a number, or null) and `asked_by`; answers {assignee, kind, amount}.

    A null assignee means that the approval is offered to its candidates. The team is `assignment.team`.
    """

    name = "approver"

    def gather(self, call: HandlerCall, tx: Transaction) -> ApprovalFacts:
        """Read teams, people, who is on leave, and the matrix of authority."""
        return facts.for_approval(tx, call.now)

    def decide(self, call: HandlerCall, facts: ApprovalFacts) -> Decision:
        """Apply desk.authority's rule."""
        asked = _asked(call)
        answer = authority.first_approver(asked, facts.teams.get(asked.team), facts.people, facts.grants, facts.away)
        result = {"assignee": answer.login, "kind": asked.kind, "amount": asked.amount}
        return decision(result, answer.reason, answer.considered)


def make(_services: Any) -> Approve:
    """The entry point's factory."""
    return Approve()


def _asked(call: HandlerCall) -> Asked:
    amount = call.inputs.get("amount")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int | Decimal)):
        raise Invalid(f"{call.activity_name}: amount is {amount!r}, not a number. Correct the input mapping of the node.")
    return Asked(
        kind=str(call.inputs.get("kind") or ""),
        amount=None if amount is None else Decimal(amount),
        by=str(call.inputs.get("asked_by") or ""),
        team=str((call.inputs.get("assignment") or {}).get("team") or ""),
    )
