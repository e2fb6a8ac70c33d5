"""What an analyst wrote into a node's headers, read with messages that name the node."""

from __future__ import annotations

from collections.abc import Collection

from engine.errors import Invalid
from engine.ports import HandlerCall


def choice(call: HandlerCall, name: str, allowed: Collection[str], default: str | None = None) -> str:
    """The header's value. Raises Invalid when it is none of `allowed`."""
    value = call.headers.get(name, default)
    if value not in allowed:
        expected = ", ".join(sorted(allowed))
        raise Invalid(f"{call.activity_name}: header {name!r} is {value!r}, not one of {expected}. Correct the diagram.")
    return value


def fraction(call: HandlerCall, name: str, default: float) -> float:
    """The header's value, above 0 and not over 1. Raises Invalid."""
    text = call.headers.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 1:
        raise Invalid(f"{call.activity_name}: header {name!r} is {text!r}, expected a number such as 0.75. Correct the diagram.")
    return value
