"""Decider `assign`: who gets the case, by the routing row that the diagram's table gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk import assignment, facts
from desk.assignment import Candidate, Wanted
from desk.model import Priority
from engine.errors import Invalid
from engine.ports import Decision, HandlerCall, Transaction
from handlers.reasons import decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who could get it, and who had it in the round before (None in the first)."""

    candidates: Sequence[Candidate]
    previous_owner: str | None


class Assign:
    """Needs `route` {team, skill, fallback_team} and `classification.priority`; answers {assignee, team, reason}.

    A null assignee means that the whole team is offered the task.
    """

    name = "assign"

    def gather(self, call: HandlerCall, tx: Transaction) -> Known:
        """Read the members of both teams, and the owner of the round before."""
        wanted = _wanted(call, None)
        returned = _round(call) > 1
        return Known(
            candidates=facts.candidates(tx, filter(None, (wanted.team, wanted.fallback_team))),
            previous_owner=facts.case(tx, call.business_key).owner if returned else None,
        )

    def decide(self, call: HandlerCall, facts: Known) -> Decision:
        """Apply desk.assignment's rule."""
        answer = assignment.assign(_wanted(call, facts.previous_owner), facts.candidates, call.now)
        result = {"assignee": answer.assignee, "team": answer.team, "reason": str(answer.reason)}
        return decision(result, answer.reason, answer.considered)


def make(_services: Any) -> Assign:
    """The entry point's factory."""
    return Assign()


def _wanted(call: HandlerCall, previous_owner: str | None) -> Wanted:
    route = call.inputs.get("route") or {}
    team = route.get("team")
    if not team:
        raise Invalid(f"{call.activity_name}: the variable route names no team. Check the routing table's last row.")
    return Wanted(
        team=team,
        priority=(call.inputs.get("classification") or {}).get("priority") or Priority.NORMAL,
        skill=route.get("skill"),
        fallback_team=route.get("fallback_team"),
        previous_owner=previous_owner,
    )


def _round(call: HandlerCall) -> int:
    return int((call.inputs.get("clocks") or {}).get("round") or 1)
