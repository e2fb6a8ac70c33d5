"""Which ladder holds for a case: a table of its own process version, asked anew for each level with what the process knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bpmn.diagram import Node
from desk.context import DeskContext
from desk.escalating.ladder import Step, default_step, read_step
from engine.db import queries
from engine.definition import Definition
from engine.model import Deployment
from engine.ports import Transaction

ESCALATE = "escalate"
CLOCK_HEADER, LADDER_HEADER = "clock", "ladder"
ASKED = "escalation"


class Ladders:
    """The diagram's nodes that escalate name the clock and, by their header `ladder`, the table."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine

    def clocks(self, tx: Transaction, deployments: Iterable[Deployment]) -> set[str]:
        """The clocks that any of these diagrams escalates."""
        ready = (self._engine.definition(one.id, tx) for one in deployments)
        headers = (node.work.headers for each in ready for node in _escalators(each))
        return {found[CLOCK_HEADER] for found in headers if CLOCK_HEADER in found}

    def step(
        self,
        tx: Transaction,
        instance_id: int,
        clock: str,
        level: int,
        at: datetime,
        variables: Mapping[str, Any] | None = None,
    ) -> Step:
        """The step of a level: the table is asked with {escalation: {clock, level}} beside the process's variables.

        Raises LadderInvalid, ExpressionFailed.
        """
        instance = queries.instance(tx, instance_id)
        definition = self._engine.definition(instance.deployment_id, tx)
        node = _escalating(definition, clock)
        table = node.work.headers.get(LADDER_HEADER) if node else None
        if node is None or table is None or table not in definition.package.decisions:
            return default_step(level)
        known = queries.variables(tx, self._context.vault, instance_id) if variables is None else variables
        answer, _ = definition.decide(node, table, {**known, ASKED: {"clock": clock, "level": level}}, at)
        return read_step(answer, level)


def _escalators(definition: Definition) -> Iterator[Node]:
    return (node for node in definition.process.nodes.values() if node.work.handler == ESCALATE)


def _escalating(definition: Definition, clock: str) -> Node | None:
    return next((node for node in _escalators(definition) if node.work.headers.get(CLOCK_HEADER) == clock), None)
