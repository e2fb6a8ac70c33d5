"""The parts of a decision model that refer to each other, once read."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.dmn.tables import DecisionTable
from bpmn.feel.runtime import Node
from bpmn.feel.types import ANY, FeelType


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Another element by id; `model` is the namespace it lives in, or empty for the same model."""

    id: str
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData:
    id: str
    name: str
    type: FeelType = ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision. `expression` is None when the model leaves its logic open; `tables` are those inside it."""

    id: str
    name: str
    type: FeelType = ANY
    requires: tuple[Reference, ...] = ()
    expression: Node | None = None
    tables: tuple[DecisionTable, ...] = ()
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeModel:
    """A business knowledge model: a function that decisions may call."""

    id: str
    name: str
    type: FeelType = ANY
    requires: tuple[Reference, ...] = ()
    parameters: tuple[tuple[str, FeelType], ...] = ()
    body: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService:
    """Some decisions offered as one function: of its input data, then of its input decisions."""

    id: str
    name: str
    type: FeelType = ANY
    outputs: tuple[Reference, ...] = ()
    input_data: tuple[Reference, ...] = ()
    input_decisions: tuple[Reference, ...] = ()


Element = InputData | Decision | KnowledgeModel | DecisionService
