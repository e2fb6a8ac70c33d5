"""The bare shape of what a browser may send, whatever the form: bounded, storable, and without poisonous keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from bpmn.forms.errors import FieldError
from bpmn.forms.fields import is_key
from bpmn.forms.values import LONGEST_ALLOWED

MOST_VALUES = 10_000
LONGEST_LIST = 500
DEEPEST = 20
_LARGEST_NUMBER = 10**15


def shape_errors(data: Any) -> Iterator[tuple[str, FieldError]]:
    """Yield (top-level key, error), at most one for each key; ("", error) where the whole is wrong."""
    if not isinstance(data, Mapping):
        yield "", FieldError(code="type", params={"expected": "object"})
        return
    allowance = MOST_VALUES
    for key, value in data.items():
        if not is_key(key):
            yield str(key)[:100], FieldError(code="key", params={"key": str(key)[:100]})
            continue
        used, error = _walk(value, allowance)
        allowance -= used
        if error:
            yield key, error
        if allowance <= 0:
            return


def _walk(value: Any, allowance: int) -> tuple[int, FieldError | None]:
    """Return (values seen, first error)."""
    waiting: list[tuple[int, Any]] = [(1, value)]
    seen = 0
    while waiting:
        depth, current = waiting.pop()
        seen += 1
        if seen > allowance or depth > DEEPEST:
            return seen, FieldError(code="too_big")
        error = _one(current)
        if error:
            return seen, error
        children = current.values() if isinstance(current, Mapping) else current if isinstance(current, list) else ()
        waiting.extend((depth + 1, child) for child in children)
    return seen, None


def _one(value: Any) -> FieldError | None:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        poison = next((key for key in value if not is_key(key)), None)
        return None if poison is None else FieldError(code="key", params={"key": str(poison)[:100]})
    if isinstance(value, list):
        return FieldError(code="too_many", params={"limit": LONGEST_LIST}) if len(value) > LONGEST_LIST else None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return None if abs(value) <= _LARGEST_NUMBER else _too_large()  # false for NaN, too
    return FieldError(code="type", params={"expected": "string"})


def _text(value: str) -> FieldError | None:
    if len(value) > LONGEST_ALLOWED:
        return FieldError(code="too_long", params={"limit": LONGEST_ALLOWED})
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        return FieldError(code="characters")
    return None


def _too_large() -> FieldError:
    return FieldError(code="too_large", params={"limit": _LARGEST_NUMBER})
