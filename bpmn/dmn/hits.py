"""What a person may ask after a decision: which rows matched, with what, and to what end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bpmn.feel.runtime import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """One row that matched. `index` counts from 1; inputs and outputs are plain Python by column label."""

    decision_id: str
    rule_id: str
    index: int
    annotations: tuple[str, ...]
    inputs: Mapping[str, object]
    outputs: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """The value of a decision as plain Python (see bpmn.feel.to_python), and every row that matched on the way."""

    value: object
    hits: tuple[RuleHit, ...] = ()


class DecisionRun(Run):
    """The budget of one decision with all that it requires; gathers the hits."""

    __slots__ = ("hits",)

    def __init__(self, budget: int, now: datetime | None) -> None:
        super().__init__(budget, now)
        self.hits: list[RuleHit] = []
