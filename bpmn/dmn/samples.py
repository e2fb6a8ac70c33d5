"""Values that stand for all others in a column of a decision table, so that its cells can be compared by trying them.

A cell made of literals, intervals, lists and `not(…)` treats all values between two neighbouring literals alike. So the
literals of the column, one value between each two, and one beyond either end say everything about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import pairwise

from bpmn.dmn.cells import literals_in
from bpmn.dmn.tables import InputColumn
from bpmn.feel import UnaryTests
from bpmn.feel.runtime import Run, Scope
from bpmn.feel.temporal import DaysTime, FeelDate, YearsMonths, date_from_ordinal


def samples_of(column: InputColumn, cells: Iterable[UnaryTests], run: Run) -> list | None:
    """The column's standing values that it allows; null when there are none or they are of more than one kind."""
    sources = [*cells, *([column.allowed] if column.allowed else [])]
    literals = [literal for cell in sources for literal in literals_in(cell.text)]
    kinds = {type(literal) for literal in literals}
    if len(kinds) != 1:
        return None
    around = _AROUND.get(kinds.pop())
    if around is None:
        return None
    allowed = (value for value in around(literals) if is_allowed(column, value, run))
    return list(allowed) or None


def is_allowed(column: InputColumn, value: object, run: Run) -> bool:
    """Whether the column's declared values, if any, and its type accept the value."""
    listed = column.allowed is None or column.allowed.test(value, Scope({}, run)) is True
    return listed and column.type.accepts(value, run)


def _booleans(literals: list) -> list:
    return [True, False]


def _texts(literals: list) -> list:
    return list(dict.fromkeys(literals))


def _scale(to_number: Callable[[object], int | Decimal], from_number: Callable, step: int | Decimal) -> Callable:
    """Samples on a scale of numbers on which neighbours are at least `step` apart; 0 when there is no such step."""

    def around(literals: list) -> list:
        points = sorted({to_number(literal) for literal in literals})
        between = [(low + high) / 2 if not step else (low + high) // 2 for low, high in pairwise(points)]
        beyond = [points[0] - (step or 1), points[-1] + (step or 1)]
        return [from_number(point) for point in sorted({*points, *between, *beyond})]

    return around


_AROUND: dict[type, Callable[[list], list]] = {
    bool: _booleans,
    str: _texts,
    Decimal: _scale(lambda value: value, lambda number: number, 0),
    FeelDate: _scale(lambda value: value.ordinal, date_from_ordinal, 1),
    DaysTime: _scale(lambda value: value.nanos, DaysTime, 1),
    YearsMonths: _scale(lambda value: value.months, YearsMonths, 1),
}
