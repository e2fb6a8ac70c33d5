"""Decision tables and whole decision models (DMN 1.1 to 1.5), with FEEL as their language."""

from bpmn.dmn.check import TableFinding, check, check_table
from bpmn.dmn.elements import Decision
from bpmn.dmn.errors import DecisionFailed, DecisionsInCircle, HitPolicyViolated, MalformedDecisions, NoSuchDecision
from bpmn.dmn.hits import DecisionResult, RuleHit
from bpmn.dmn.model import DecisionModel
from bpmn.dmn.reader import imported_namespaces, read_decisions

__all__ = [
    "Decision",
    "DecisionFailed",
    "DecisionModel",
    "DecisionResult",
    "DecisionsInCircle",
    "HitPolicyViolated",
    "MalformedDecisions",
    "NoSuchDecision",
    "RuleHit",
    "TableFinding",
    "check",
    "check_table",
    "imported_namespaces",
    "read_decisions",
]
