"""Values in the test files of the DMN kit, as FEEL values, and how close a result must come."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bpmn.feel import parse, to_feel, to_python
from bpmn.xml import local_name

TOLERANCE = Decimal("1e-8")

_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NUMBERS = frozenset(("decimal", "double", "integer", "int", "float", "long"))
_TEMPORAL = {
    "date": parse("date(text)"),
    "time": parse("time(text)"),
    "dateTime": parse("date and time(text)"),
    "duration": parse("duration(text)"),
}
_EQUAL = parse("left = right")


def value_in(node) -> object:
    """The FEEL value of an input, expected result, list item or component."""
    found = next((child for child in node if local_name(child) in ("list", "value", "component")), None)
    if node.get(_NIL) == "true" or found is None or found.get(_NIL) == "true":
        return None
    if local_name(found) == "list":
        return [value_in(item) for item in found.iterchildren("{*}item")]
    if local_name(found) == "component":
        return {part.get("name"): value_in(part) for part in node.iterchildren("{*}component")}
    return _simple((found.get(_TYPE) or "string").rpartition(":")[2], found.text or "")


def matches_expected(actual: object, expected: object) -> bool:
    """Equal in FEEL's sense; numbers may differ by 1e-8 of their size."""
    if expected is None:
        return actual is None
    if isinstance(expected, list):
        same_length = isinstance(actual, list) and len(actual) == len(expected)
        return same_length and all(map(matches_expected, actual, expected))
    if isinstance(expected, dict):
        same_keys = isinstance(actual, dict) and actual.keys() == expected.keys()
        return same_keys and all(matches_expected(actual[key], expected[key]) for key in expected)
    if isinstance(expected, Decimal):
        close = isinstance(actual, Decimal) and abs(actual - expected) <= TOLERANCE * max(1, abs(expected))
        return bool(close)
    return _EQUAL.evaluate({"left": actual, "right": expected}) is True


def _simple(kind: str, text: str) -> object:
    if kind in _NUMBERS:
        try:
            return to_feel(Decimal(text.strip()))
        except InvalidOperation:
            return None
    if kind == "boolean":
        return text.strip() == "true"
    temporal = _TEMPORAL.get(kind)
    if temporal is None:
        return text
    return to_feel(to_python(temporal.evaluate({"text": text.strip()})))
