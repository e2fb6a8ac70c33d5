"""Questions that need no FEEL: `clock("solve").due_at`, `clock("solve").at(0.75)`, and either of them behind a condition.

So most timers are written. When a hundred thousand are worked out anew, converting what isn't asked is most of the time; a
question is answered from plain Python values, with the same result as the expression, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bpmn.feel.scanner import KEYWORDS

_NAME = r"[A-Za-z_]\w*"
_ASKS = re.compile(rf"({_NAME})\(\"([^\"\\]*)\"\)\.({_NAME})(?:\((\d{{1,9}}(?:\.\d{{1,9}})?)\))?", re.ASCII)
_UNLESS = re.compile(rf"if ({_NAME}(?:\.{_NAME})*) = true then null else (.*)", re.ASCII)


class Unplain(Exception):
    """A value has another type than questions are answered with: evaluate the expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asks `function` with a text for the entry `entry`, which is called with a number where there is one.

    Null instead, without asking, where the variable at the path `unless` is true.
    """

    function: str
    about: str
    entry: str
    number: int | Decimal | None
    unless: tuple[str, ...]

    def answer(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> datetime | None:
        """The instant in UTC, or None for null. Raises Unplain, and what the function raises."""
        if self.unless and _at(variables, self.unless) is True:
            return None
        told = functions[self.function](self.about)
        found = told.get(self.entry) if isinstance(told, Mapping) else _unplain()
        if self.number is not None:
            found = found(self.number) if callable(found) else _unplain()
        return found if found is None or (type(found) is datetime and found.tzinfo is UTC) else _unplain()


def question(text: str) -> Question | None:
    """The question that an expression is, or None when it takes FEEL."""
    condition = _UNLESS.fullmatch(text.strip())
    asks = _ASKS.fullmatch((condition[2] if condition else text).strip())
    path = tuple(condition[1].split(".")) if condition else ()
    if asks is None or KEYWORDS & {asks[1], asks[3], *path}:
        return None
    number = None if asks[4] is None else Decimal(asks[4])
    whole = int(number) if number is not None and number == number.to_integral_value() else number
    return Question(function=asks[1], about=asks[2], entry=asks[3], number=whole, unless=path)


def _at(variables: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = variables
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else _unplain() if isinstance(value, list) else None
    return _unplain() if isinstance(value, list) else value


def _unplain() -> Any:
    raise Unplain
