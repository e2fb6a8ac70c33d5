"""Form to JSON Schema (draft 2020-12), for whoever wants to check or document an answer without us."""

from __future__ import annotations

from typing import Any

from bpmn.forms.fields import Field
from bpmn.forms.form import Form
from bpmn.forms.rules import Rules
from bpmn.forms.values import holder_schema, value_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def to_json_schema(form: Form) -> dict[str, Any]:
    """Return a schema that every answer which `form.validate` takes fulfils.

    Rules that depend on data (FEEL) are left out: a field that can be hidden is never required, options that are
    worked out are not listed. Optional fields may also be null or "".
    """
    return {"$schema": DRAFT, "$id": form.id, **_object(form.fields)}


def _object(fields: tuple[Field, ...]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    _collect(fields, properties, required, conditional=False)
    return holder_schema(properties, required)


def _collect(fields: tuple[Field, ...], properties: dict, required: list[str], *, conditional: bool) -> None:
    rules = Rules()
    for field in fields:
        hidden = conditional or field.hide is not None
        if field.key:
            needed = rules.of(field, "required") is True and not hidden and field.key not in properties
            schema = _titled(value_schema(field, rules), field)
            schema = schema if needed else {"anyOf": [schema, {"enum": [None, ""]}]}
            known = properties.get(field.key)
            properties[field.key] = {"anyOf": [known, schema]} if known else schema
            required.extend([field.key] * (needed and field.type != "expression"))
        elif field.type == "dynamiclist":
            properties[field.path or ""] = {"type": "array", "items": _object(field.children)}
        elif field.path:
            properties[field.path] = _object(field.children)
        else:
            _collect(field.children, properties, required, conditional=hidden)


def _titled(schema: dict[str, Any], field: Field) -> dict[str, Any]:
    return {"title": field.label, **schema} if field.label else schema
