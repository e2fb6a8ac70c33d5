"""Decider `escalate`: who follows up a missed limit. Header `clock` names the clock that the diagram's timer watched, header
`ladder` the decision table that says whom each level tells (docs/escalation.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desk import facts
from desk.escalating import choice
from desk.escalating.choice import Missed
from desk.escalating.ladder import Step, default_step
from desk.escalating.laddering import Ladders
from desk.facts import EscalationFacts
from desk.reasons import decision
from engine.errors import Invalid
from engine.ports import Decision, HandlerCall, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What `decide` works with."""

    facts: EscalationFacts
    step: Step | None = None


class Escalate:
    """Answers {supervisor, level, clock, round}; a null supervisor means an alarm to all supervisors.

    Whoever is told, and what follows when nobody acknowledges it, is the desk's to do: desk.climbing.
    """

    name = "escalate"

    def __init__(self, ladders: Ladders | None = None) -> None:
        self._ladders = ladders

    def gather(self, call: HandlerCall, tx: Transaction) -> Known:
        """Read the case, what was escalated before, teams and people, and the table's row for the level."""
        found = facts.for_escalation(tx, call.business_key, call.now)
        if self._ladders is None:
            return Known(facts=found)
        missed = _missed(call, found)
        level = choice.level_of(missed)
        step = self._ladders.step(tx, call.instance_id, missed.clock, level, call.now, call.inputs)
        absent = found.absent | facts.off_shift(tx, call.now) if step.urgent else found.absent
        return Known(facts=found.without(absent), step=step)

    def decide(self, call: HandlerCall, known: Known) -> Decision:
        """Apply the rule of desk.escalating.choice. What the process decided in this very transaction wins over the records."""
        missed, found = _missed(call, known.facts), known.facts
        step = known.step or default_step(choice.level_of(missed))
        answer = choice.escalate(missed, found.teams, found.people, whom=step.whom, absent=found.absent)
        result = {"supervisor": answer.supervisor, "level": answer.level, "clock": missed.clock, "round": missed.round}
        return decision(result, answer.reason, answer.considered)


def _missed(call: HandlerCall, facts: EscalationFacts) -> Missed:
    clock = call.headers.get("clock")
    if not clock:
        raise Invalid(f"{call.activity_name}: header 'clock' is missing. Name the clock in the diagram, such as solve.")
    assigned = call.inputs.get("assignment") or {}
    return Missed(
        clock=clock,
        round=int((call.inputs.get("clocks") or {}).get("round") or facts.case.round),
        owner=facts.holder(assigned.get("assignee")),
        team=assigned.get("team") or facts.case.team,
        before=facts.before,
    )


def make(services: Any) -> Escalate:
    """The entry point's factory."""
    return Escalate(Ladders(services.desk.context))
