"""Results that a table gives although their column doesn't list them among its values, where cells are plain enough to tell."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.dmn.cells import is_plain, literals_in
from bpmn.dmn.tables import DecisionTable, OutputColumn, Rule
from bpmn.feel.runtime import Run, Scope

Outsider = tuple[Rule, OutputColumn, str]


def outsiders(table: DecisionTable) -> Iterator[Outsider]:
    """Row, column and text of each result that is a literal outside of its column's values; an empty cell is none."""
    for rule in table.rules:
        for column, result, text in zip(table.outputs, rule.outputs, rule.output_texts, strict=True):
            if column.allowed is not None and is_plain(text) and len(literals_in(text)) == 1:
                scope = Scope({}, Run())
                if column.allowed.test(result(scope), scope) is not True:
                    yield rule, column, text
