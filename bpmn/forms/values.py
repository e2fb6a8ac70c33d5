"""The JSON Schema of one input's value, by its type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from types import MappingProxyType
from typing import Any

from bpmn.forms.fields import Field
from bpmn.forms.rules import Rules

LONGEST_TEXT = 20_000
LONGEST_ALLOWED = 200_000
MOST_ENTRIES = 200
_OPTION_LENGTH = 2_000


def value_schema(field: Field, rules: Rules) -> dict[str, Any]:
    """Return the schema of a value that is given (not null, not "")."""
    return _BY_TYPE[field.type](field, rules)


def holder_schema(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the schema of an object with exactly these properties."""
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**schema, "required": required} if required else schema


def _text(field: Field, rules: Rules) -> dict[str, Any]:
    longest = _whole(rules.of(field, "maxLength"))
    schema: dict[str, Any] = {
        "type": "string",
        "maxLength": LONGEST_TEXT if longest is None else min(longest, LONGEST_ALLOWED),
    }
    shortest = _whole(rules.of(field, "minLength"))
    if shortest:
        schema["minLength"] = shortest
    if field.rule("pattern"):
        schema["pattern"] = field.rule("pattern")
    if field.rule("patternErrorMessage"):
        schema["patternErrorMessage"] = str(field.rule("patternErrorMessage"))
    if field.rule("validationType") in ("email", "phone"):
        schema["format"] = field.rule("validationType")
    return schema


def _number(field: Field, rules: Rules) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "number"}
    for name, keyword in (("min", "minimum"), ("max", "maximum")):
        limit = rules.of(field, name)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            schema[keyword] = limit
    digits = field.component.get("decimalDigits")
    if isinstance(digits, int) and 0 <= digits <= 20:
        schema.update({"type": "integer"} if digits == 0 else {"decimalDigits": digits})
    step = field.component.get("increment")
    if isinstance(step, int | float) and not isinstance(step, bool) and step > 0:
        schema["multipleOf"] = step
    return schema


def _checkbox(field: Field, rules: Rules) -> dict[str, Any]:
    return {"type": "boolean", "const": True} if rules.of(field, "required") is True else {"type": "boolean"}


def _choice(field: Field, rules: Rules) -> dict[str, Any]:
    options = rules.options(field)
    if options is None:
        return {"type": ["string", "number", "boolean", "object"], "maxLength": _OPTION_LENGTH}
    return {"enum": options} if options else {"not": {}}


def _choices(field: Field, rules: Rules) -> dict[str, Any]:
    return {"type": "array", "items": _choice(field, rules), "uniqueItems": True, "maxItems": MOST_ENTRIES}


def _datetime(field: Field, rules: Rules) -> dict[str, Any]:
    subtype = field.component.get("subtype", "date")
    kind = {"datetime": "local-date-time", "time": "local-time"}.get(str(subtype), "date")
    schema = {"type": "string", "format": kind, "maxLength": 40}
    if rules.today and field.component.get("disallowPassedDates") is True and kind != "local-time":
        schema["formatMinimum"] = rules.today.isoformat()
    return schema


def _anything(_: Field, __: Rules) -> dict[str, Any]:
    return {}


def _whole(limit: object) -> int | None:
    return int(limit) if isinstance(limit, int | float) and not isinstance(limit, bool) and 0 <= limit < inf else None


_BY_TYPE: Mapping[str, Callable[[Field, Rules], dict[str, Any]]] = MappingProxyType(
    {
        "checkbox": _checkbox,
        "checklist": _choices,
        "datetime": _datetime,
        "expression": _anything,
        "number": _number,
        "radio": _choice,
        "select": _choice,
        "taglist": _choices,
        "textarea": _text,
        "textfield": _text,
    }
)
