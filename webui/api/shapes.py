"""JSON schemas of what goes in and out. A shape shows a record by the same fields that describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from desk.texts import LONGEST_REASON

Schema = Mapping[str, Any]

LARGEST_ID = 2**63 - 1
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
WHOLE: Schema = {"type": "integer"}
REVISION: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
BOOLEAN: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}
NO_NUL = "^[^\\u0000]*$"


def text(longest: int, *, shortest: int = 1, pattern: str = NO_NUL) -> Schema:
    """A text that goes in; it never holds NUL."""
    return {"type": "string", "minLength": shortest, "maxLength": longest, "pattern": pattern}


REASON = text(LONGEST_REASON, pattern="^[^\\u0000]*[^\\u0000\\s][^\\u0000]*$")
LOGIN = text(100)
PROCESS_KEY = text(60, pattern="^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
VERSION = text(27, pattern="^[0-9]{1,6}([.][0-9]{1,6}){0,3}$")
TOPIC = text(80, pattern="^[A-Za-z0-9][A-Za-z0-9._-]*$")
VARIABLES: Schema = {
    "type": "object",
    "description": 'Values by name. What JSON has no type for is tagged: {"$": "datetime", "v": "2026-01-05T01:30:00+00:00"}.',
    "propertyNames": text(100),
    "maxProperties": 500,
}
ANSWERS: Schema = {"type": "object", "description": "Answers of the form by field key.", "propertyNames": text(100)}


def one_of(kinds: type[Enum] | tuple[str, ...]) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": [str(kind.value) if isinstance(kind, Enum) else kind for kind in kinds]}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]} if "enum" not in schema else {"oneOf": [schema, {"type": "null"}]}


def items(schema: Schema, **limits: int) -> Schema:
    """A list of these."""
    return {"type": "array", "items": schema, **limits}


def takes(required: Mapping[str, Schema], **optional: Schema) -> Schema:
    """An object that goes in: what must stand in it and what may, and nothing else."""
    properties = {**required, **optional}
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a record goes out: its attributes by name, each with its schema."""

    name: str
    fields: Mapping[str, Schema]

    @property
    def schema(self) -> Schema:
        """The schema under the shape's name; every field is always there."""
        return {"title": self.name, **takes(self.fields)}

    def show(self, record: Any, **given: Any) -> dict[str, Any]:
        """The record as JSON; `given` are fields that it doesn't have."""
        return {name: plain(given[name] if name in given else getattr(record, name)) for name in self.fields}


def plain(value: Any) -> Any:
    """A record's value as JSON: instants in ISO 8601, enumerations by their word."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value


def page_of(shape: Shape) -> Schema:
    """A page of a list. `next` is the cursor of the page behind it; null on the last one."""
    fields = {"items": items(shape.schema), "next": {"type": ["string", "null"]}}
    return {"title": f"{shape.name}Page", **takes(fields)}
