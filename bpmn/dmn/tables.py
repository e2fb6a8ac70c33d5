"""Decision tables: match the rows, then apply the hit policy."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bpmn.dmn.errors import HitPolicyViolated
from bpmn.dmn.hits import RuleHit
from bpmn.feel import UnaryTests, to_python
from bpmn.feel.compare import equal, less
from bpmn.feel.nodes import Test
from bpmn.feel.numbers import CONTEXT
from bpmn.feel.runtime import Node, Scope
from bpmn.feel.types import FeelType, coerced

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True, slots=True, kw_only=True)
class InputColumn:
    """`allowed` are the values that the column declares, for the check for gaps; they don't restrict a decision."""

    label: str
    text: str
    value: Node
    type: FeelType
    allowed: UnaryTests | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputColumn:
    """`priorities` lists the output values, the strongest first; `allowed` tests for them, for the check: it restricts no
    decision. `default` applies when no row matches. `label` is for readers, as the name where the author gave none.
    """

    name: str
    type: FeelType
    label: str = ""
    priorities: Node | None = None
    allowed: UnaryTests | None = None
    default: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row; `output_texts` are its results as written, `conditions` its tests by column without the open ones."""

    id: str
    index: int
    tests: tuple[UnaryTests, ...]
    outputs: tuple[Node, ...]
    output_texts: tuple[str, ...]
    conditions: tuple[tuple[int, Test], ...]
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    decision_id: str
    hit_policy: str
    aggregation: str | None
    inputs: tuple[InputColumn, ...]
    outputs: tuple[OutputColumn, ...]
    rules: tuple[Rule, ...]

    def evaluate(self, scope: Scope) -> object:
        """The result as the hit policy says; null when no row matches and no column has a default.

        COLLECT with COUNT gives 0 then. Raises HitPolicyViolated for UNIQUE and ANY.
        """
        inputs = [coerced(column.value(scope), column.type, scope.run) for column in self.inputs]
        rows = [(rule, self._outputs(rule, scope)) for rule in self._matching(inputs, scope)]
        if self.hit_policy == "FIRST":
            rows = rows[:1]
        for rule, values in rows:
            scope.run.hits.append(self._hit(rule, inputs, values))
        if not rows:
            return self._default(scope)
        return _POLICIES[self.hit_policy](self, rows, scope)

    def result(self, values: Sequence[object]) -> object:
        """What a row yields: the value of the only column, or a context by the columns' names."""
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _matching(self, inputs: list, scope: Scope):
        scope.run.spend(len(inputs) * len(self.rules))
        for rule in self.rules:
            for index, test in rule.conditions:
                if test(inputs[index], scope) is not True:
                    break
            else:
                yield rule
                if self.hit_policy == "FIRST":
                    return

    def _outputs(self, rule: Rule, scope: Scope) -> list:
        return [coerced(node(scope), column.type, scope.run) for node, column in zip(rule.outputs, self.outputs, strict=True)]

    def _hit(self, rule: Rule, inputs: list, values: list) -> RuleHit:
        return RuleHit(
            decision_id=self.decision_id,
            rule_id=rule.id,
            index=rule.index,
            annotations=rule.annotations,
            inputs={column.label: to_python(value) for column, value in zip(self.inputs, inputs, strict=True)},
            outputs={column.name: to_python(value) for column, value in zip(self.outputs, values, strict=True)},
        )

    def _default(self, scope: Scope) -> object:
        if any(column.default for column in self.outputs):
            return self.result([column.default(scope) if column.default else None for column in self.outputs])
        return Decimal(0) if self.hit_policy == "COLLECT" and self.aggregation == "COUNT" else None


Row = tuple[Rule, list]


def _unique(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    if len(rows) > 1:
        raise HitPolicyViolated(table.decision_id, "UNIQUE", _indices(rows))
    return table.result(rows[0][1])


def _first(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    return table.result(rows[0][1])


def _any(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    first = rows[0][1]
    if not all(equal(values, first, scope.run) is True for _, values in rows):
        raise HitPolicyViolated(table.decision_id, "ANY", _indices(rows))
    return table.result(first)


def _priority(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    return table.result(_by_priority(table, rows, scope)[0])


def _output_order(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    return [table.result(values) for values in _by_priority(table, rows, scope)]


def _rule_order(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    return [table.result(values) for _, values in rows]


def _collect(table: DecisionTable, rows: list[Row], scope: Scope) -> object:
    if table.aggregation is None:
        return _rule_order(table, rows, scope)
    if table.aggregation == "COUNT":
        return Decimal(len(rows))
    if len(table.outputs) > 1:
        columns = zip(*(values for _, values in rows), strict=True)
        return table.result([_aggregated(table.aggregation, list(column)) for column in columns])
    return _aggregated(table.aggregation, [values[0] for _, values in rows])


def _aggregated(aggregation: str, values: list) -> object:
    if aggregation == "SUM":
        numbers = all(isinstance(value, Decimal) for value in values)
        return functools.reduce(CONTEXT.add, values) if numbers else None
    best = values[0]
    for value in values[1:]:
        precedes = less(value, best) if aggregation == "MIN" else less(best, value)
        if precedes is None:
            return None
        best = value if precedes else best
    return best


def _by_priority(table: DecisionTable, rows: list[Row], scope: Scope) -> list[list]:
    orders = [column.priorities(scope) if column.priorities else [] for column in table.outputs]

    def rank(values: list) -> tuple[int, ...]:
        return tuple(_position(value, order, scope) for value, order in zip(values, orders, strict=True))

    return sorted((values for _, values in rows), key=rank)


def _position(value: object, order: list, scope: Scope) -> int:
    found = (index for index, other in enumerate(order) if equal(value, other, scope.run) is True)
    return next(found, len(order))


def _indices(rows: list[Row]) -> tuple[int, ...]:
    return tuple(rule.index for rule, _ in rows)


_POLICIES: dict[str, Callable[[DecisionTable, list[Row], Scope], object]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _rule_order,
    "COLLECT": _collect,
}
