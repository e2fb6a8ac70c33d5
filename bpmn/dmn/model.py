"""A decision model, read and ready to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType

from bpmn.dmn.elements import Decision, Element
from bpmn.dmn.errors import NoSuchDecision
from bpmn.dmn.evaluation import Evaluation
from bpmn.dmn.hits import DecisionResult, DecisionRun
from bpmn.feel import to_python
from bpmn.feel.expression import HostFunctions, guarded
from bpmn.feel.runtime import DEFAULT_BUDGET
from bpmn.feel.types import FeelType


@dataclass(frozen=True, kw_only=True)
class DecisionModel:
    """What one DMN file says. `imports` are other models by the name under which this one sees them.

    `problems` are parts that couldn't be read, if the reader was told to go on without them; they evaluate to null.
    """

    namespace: str
    name: str
    source: str = ""
    elements: Mapping[str, Element] = field(default_factory=dict)
    types: Mapping[str, FeelType] = field(default_factory=dict)
    imports: Mapping[str, DecisionModel] = field(default_factory=dict)
    phrases: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """The decisions by id."""
        found = {key: element for key, element in self.elements.items() if isinstance(element, Decision)}
        return MappingProxyType(found)

    def evaluate(
        self,
        decision_id: str,
        inputs: Mapping[str, object],
        *,
        now: datetime | None = None,
        functions: HostFunctions | None = None,
        budget: int = DEFAULT_BUDGET,
    ) -> DecisionResult:
        """Decide, with all required decisions. `inputs` are plain Python by name; values of a wrong type count as null.

        The id may also be that of a decision service or a knowledge model, whose parameters are then the inputs.
        Raises NoSuchDecision, HitPolicyViolated, DecisionsInCircle, FeelBudgetExceeded, and FeelError for data that
        isn't plain.
        """
        if decision_id not in self.elements:
            raise NoSuchDecision(decision_id, sorted(self.decisions))
        run = DecisionRun(budget, now)
        evaluation = Evaluation(self, inputs, run, functions or {})
        value = guarded(lambda: evaluation.outcome(self.elements[decision_id]))
        return DecisionResult(value=guarded(lambda: to_python(value)), hits=tuple(run.hits))
