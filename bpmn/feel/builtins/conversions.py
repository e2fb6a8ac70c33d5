"""Functions that turn one kind of value into another, or ask about values of any kind."""

from __future__ import annotations

import re
from decimal import Decimal

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.numbers import CONTEXT
from bpmn.feel.runtime import Run
from bpmn.feel.temporal import FeelDateTime, FeelTime
from bpmn.feel.text import text_of
from bpmn.feel.values import kind_of

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)


@builtin("string(from:)", wants_run=True)
def string(run: Run, value: object) -> str | None:
    return text_of(value, run)


@builtin("number(from: string, grouping separator?: string|null, decimal separator?: string|null)")
def number(text: str, grouping: str | None = None, point: str | None = None) -> Decimal | None:
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ",") or (point and point == grouping):
        return None
    text = text.replace(grouping, "") if grouping else text
    text = text.replace(",", ".") if point == "," else text
    return CONTEXT.create_decimal(text) if _NUMBER.fullmatch(text) else None


@builtin("not(negand: boolean)")
def negation(negand: bool) -> bool:
    return not negand


@builtin("is(value1:, value2:)", wants_run=True)
def same(run: Run, left: object, right: object) -> bool:
    """Equal in every part: two times in different zones are not the same, even at the same instant."""
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, FeelTime | FeelDateTime):
        return _zoned(left) == _zoned(right)
    run.spend(1)
    return text_of(left, run) == text_of(right, run) if isinstance(left, list | dict) else left == right


def _zoned(value: FeelTime | FeelDateTime) -> tuple:
    return getattr(value, "date", None), getattr(value, "time", value)
