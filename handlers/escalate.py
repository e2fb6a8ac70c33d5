"""Decider `escalate`: who follows up a missed limit. Header `clock` names the clock that the diagram's timer watched."""

from __future__ import annotations

from typing import Any

from desk import escalation, facts
from desk.escalation import Missed
from desk.facts import EscalationFacts
from engine.errors import Invalid
from engine.ports import Decision, HandlerCall, Transaction
from handlers.reasons import decision


class Escalate:
    """Answers {supervisor, level, clock, round}; a null supervisor means an alarm to all supervisors."""

    name = "escalate"

    def gather(self, call: HandlerCall, tx: Transaction) -> EscalationFacts:
        """Read the case, what was escalated before, teams and people."""
        return facts.for_escalation(tx, call.business_key)

    def decide(self, call: HandlerCall, facts: EscalationFacts) -> Decision:
        """Apply desk.escalation's rule. What the process decided in this very transaction wins over the records."""
        clock = call.headers.get("clock")
        if not clock:
            raise Invalid(f"{call.activity_name}: header 'clock' is missing. Name the clock in the diagram, such as solve.")
        round = int((call.inputs.get("clocks") or {}).get("round") or facts.case.round)
        assigned = call.inputs.get("assignment") or {}
        missed = Missed(
            clock=clock,
            round=round,
            owner=facts.case.owner or assigned.get("assignee"),
            team=assigned.get("team") or facts.case.team,
            before=facts.before,
        )
        answer = escalation.escalate(missed, facts.teams, facts.people)
        result = {"supervisor": answer.supervisor, "level": answer.level, "clock": clock, "round": round}
        return decision(result, answer.reason, answer.considered)


def make(_services: Any) -> Escalate:
    """The entry point's factory."""
    return Escalate()
