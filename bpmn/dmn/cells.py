"""The literals in a cell, as far as it is plain enough to tell without inputs."""

from __future__ import annotations

import re

from bpmn.feel import parse
from bpmn.feel.runtime import Run
from bpmn.feel.types import ANY, FeelType, SimpleType, coerced

_LITERAL = re.compile(
    r'@?"(?:[^"\\]|\\.)*"|(?:date|date and time|time|duration)\s*\(\s*"[^"]*"\s*\)'
    r"|(?:-\s*)?(?:\d+(?:\.\d+)?|\.\d+)|\b(?:true|false)\b"
)
_PUNCTUATION = re.compile(r"(?:not\s*\(|<=|>=|!=|<|>|=|\.\.|[\[\](),]|-|\s)*")


def is_plain(text: str) -> bool:
    """Whether a cell holds nothing but literals, intervals, lists and `not(…)`."""
    return _PUNCTUATION.fullmatch(_LITERAL.sub(" ", text)) is not None


def literals_in(text: str) -> list[object]:
    """The values of the literals in a plain cell."""
    return [parse(literal).evaluate({}) for literal in _LITERAL.findall(text)]


def misfit(text: str, of: FeelType) -> tuple[str, str] | None:
    """A literal of a plain cell that the type of its column excludes, in English and Chinese; null if all fit."""
    if of is ANY or not is_plain(text):
        return None
    for literal in _LITERAL.findall(text):
        value = parse(literal).evaluate({})
        if value is None:
            return f"{literal} doesn't exist", f"{literal} 不存在"
        if coerced(value, of, Run()) is None:
            wanted = of.name if isinstance(of, SimpleType) else "value of the column's type"
            return f"{literal} is no {wanted}", f"{literal} 不符合该列的类型"
    return None
