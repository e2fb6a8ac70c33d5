"""Boxed expressions, from XML to compiled nodes."""

from __future__ import annotations

from typing import ClassVar

from lxml import etree

from bpmn.dmn.reading import Place, Reading, child, children, content, expression_in, text_in, type_name
from bpmn.dmn.table_reader import read_table
from bpmn.dmn.tables import DecisionTable
from bpmn.feel import loops, nodes
from bpmn.feel.loops import Iteration
from bpmn.feel.runtime import Node, Scope
from bpmn.feel.types import FeelType, coerced
from bpmn.feel.values import Function
from bpmn.xml import local_name

MAX_BOXES = 40


class BoxReader:
    """Compiles the boxed expression of one element; `tables` are the decision tables met on the way."""

    def __init__(self, reading: Reading, owner_id: str, owner_name: str) -> None:
        self._reading = reading
        self._owner_id = owner_id
        self._place = Place(f"`{owner_name}`", f"“{owner_name}”")
        self._depth = 0
        self.tables: list[DecisionTable] = []

    def compiled(self, box: etree._Element | None) -> Node:
        """The node of a box, coerced to the type that it declares; null where there is none."""
        if box is None:
            return nodes.literal(None)
        self._depth += 1
        if self._depth > MAX_BOXES:
            self._reading.problem(
                box,
                self._place,
                f"boxed expressions are nested more than {MAX_BOXES} deep",
                f"嵌套表达式超过 {MAX_BOXES} 层",
            )
            return nodes.literal(None)
        node = self._BOXES[local_name(box)](self, box)
        self._depth -= 1
        return typed(node, self._reading.type_of(box)) if type_name(box) else node

    def function(self, box: etree._Element) -> tuple[tuple[tuple[str, FeelType], ...], Node] | None:
        """Parameters and body of a function definition; null for one that isn't FEEL."""
        if (box.get("kind") or "FEEL") != "FEEL":
            return None
        parameters = tuple(
            (parameter.get("name") or "", self._reading.type_of(parameter)) for parameter in children(box, "formalParameter")
        )
        with self._reading.local_names(name for name, _ in parameters):
            return parameters, self.compiled(expression_in(box))

    def _literal(self, box: etree._Element) -> Node:
        return self._reading.expression(box, text_in(box), self._place)

    def _table(self, box: etree._Element) -> Node:
        table = read_table(box, self._reading, self._owner_id, self._place)
        if table is None:
            return nodes.literal(None)
        self.tables.append(table)
        return table.evaluate

    def _context(self, box: etree._Element) -> Node:
        entries: list[tuple[str, Node]] = []
        result: Node | None = None
        for entry in children(box, "contextEntry"):
            variable = child(entry, "variable")
            node = self.compiled(expression_in(entry))
            if variable is None:
                result = node
            else:
                entries.append((variable.get("name") or "", typed(node, self._reading.type_of(variable))))
        return _context_with_result(entries, result) if result else nodes.context_of(entries)

    def _invocation(self, box: etree._Element) -> Node:
        bindings = []
        for binding in children(box, "binding"):
            parameter = child(binding, "parameter")
            name = parameter.get("name") if parameter is not None else ""
            bindings.append((name or "", self.compiled(expression_in(binding))))
        return _invocation(self.compiled(expression_in(box)), bindings)

    def _function_definition(self, box: etree._Element) -> Node:
        function = self.function(box)
        return nodes.function_definition(*function) if function else nodes.literal(None)

    def _relation(self, box: etree._Element) -> Node:
        columns = [column.get("name") or "" for column in children(box, "column")]
        rows = []
        for row in children(box, "row"):
            cells = [self.compiled(cell) for cell in _boxes(row)]
            rows.append(nodes.context_of(list(zip(columns, cells, strict=False))))
        return nodes.list_of(rows)

    def _list(self, box: etree._Element) -> Node:
        return nodes.list_of([self.compiled(item) for item in _boxes(box)])

    def _conditional(self, box: etree._Element) -> Node:
        condition, then, otherwise = (self.compiled(expression_in(child(box, part))) for part in ("if", "then", "else"))
        return nodes.choice([(condition, then)], otherwise)

    def _for(self, box: etree._Element) -> Node:
        result = child(box, "return")
        return loops.loop(
            [self._iteration(box)],
            self.compiled(expression_in(result)),
            uses_partial="partial" in content(result),
        )

    def _quantified(self, box: etree._Element) -> Node:
        condition = self.compiled(expression_in(child(box, "satisfies")))
        return loops.quantified([self._iteration(box)], condition, decisive=local_name(box) == "some")

    def _iteration(self, box: etree._Element) -> Iteration:
        domain = self.compiled(expression_in(child(box, "in")))
        return Iteration(name=box.get("iteratorVariable") or "", domain=domain)

    def _filter(self, box: etree._Element) -> Node:
        value = self.compiled(expression_in(child(box, "in")))
        return loops.boxed_filter(value, self.compiled(expression_in(child(box, "match"))))

    _BOXES: ClassVar[dict] = {
        "literalExpression": _literal,
        "decisionTable": _table,
        "context": _context,
        "invocation": _invocation,
        "functionDefinition": _function_definition,
        "relation": _relation,
        "list": _list,
        "conditional": _conditional,
        "for": _for,
        "some": _quantified,
        "every": _quantified,
        "filter": _filter,
    }


def typed(node: Node, of: FeelType) -> Node:
    """The node, its value coerced to the type."""
    return lambda scope: coerced(node(scope), of, scope.run)


def _boxes(element: etree._Element) -> list[etree._Element]:
    return [item for item in element if local_name(item) in BoxReader._BOXES]


def _context_with_result(entries: list[tuple[str, Node]], result: Node) -> Node:
    def evaluate(scope: Scope) -> object:
        names: dict[str, object] = {}
        inner = scope.inner(names)
        for name, node in entries:
            names[name] = node(inner)
        return result(inner)

    return evaluate


def _invocation(function: Node, bindings: list[tuple[str, Node]]) -> Node:
    """A call with arguments by name; parameters without a binding are null."""

    def evaluate(scope: Scope) -> object:
        scope.run.spend(2)
        called = function(scope)
        if not isinstance(called, Function):
            return None
        arguments = {name: node(scope) for name, node in bindings}
        missing = {name: None for name in called.parameters if name not in arguments}
        return called.invoke_named(scope.run, arguments | missing)

    return evaluate
