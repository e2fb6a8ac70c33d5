"""Lay an answer beside its form: what must be checked against which schema, and what is kept.

Hidden and read-only fields fall out here, expressions are worked out, empty values are set apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from bpmn.forms.fields import Field
from bpmn.forms.rules import Rules
from bpmn.forms.values import MOST_ENTRIES, holder_schema, value_schema


@dataclass(slots=True, kw_only=True)
class Answer:
    """One object of the answer: `schema` is what `to_check` must fulfil, `kept` what the caller gets.

    Keys that no field names stay in `to_check`, so that the schema refuses them.
    """

    to_check: dict[str, Any]
    kept: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    by_key: dict[str, Field] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    @property
    def schema(self) -> dict[str, Any]:
        return holder_schema(self.properties, self.required)


def lay_out(fields: tuple[Field, ...], data: Mapping[str, Any], rules: Rules) -> Answer:
    """Return the answer laid beside the fields. Raises bpmn.forms.rules.RuleFailed."""
    answer = Answer(to_check=dict(data))
    _fields(fields, data, rules, answer, hidden=False)
    for key in answer.dropped - answer.properties.keys():
        answer.to_check.pop(key, None)
    return answer


def _fields(fields: tuple[Field, ...], data: Mapping[str, Any], rules: Rules, answer: Answer, *, hidden: bool) -> None:
    for each in fields:
        away = hidden or rules.hides(each)
        name = each.key or each.path
        if name is None:
            _fields(each.children, data, rules, answer, hidden=away)
        elif away or (each.key and rules.entry(each, "readonly") is True):
            answer.dropped.add(name)
        elif each.key:
            _input(each, data, rules, answer)
        elif each.type == "dynamiclist":
            _list(each, data, rules, answer)
        else:
            _group(each, data, rules, answer)


def _input(each: Field, data: Mapping[str, Any], rules: Rules, answer: Answer) -> None:
    key = each.key or ""
    if each.type == "expression":
        answer.dropped.add(key)
        answer.kept[key] = rules.computed(each)
        return
    if each.component.get("disabled") is True:
        return
    answer.properties[key] = value_schema(each, rules)
    answer.by_key[key] = each
    needed = rules.of(each, "required") is True
    if needed and key not in answer.required:
        answer.required.append(key)
    if key not in data:
        return
    value = _stripped(data[key])
    if value in ("", None) or (needed and value == []):
        answer.to_check.pop(key, None)
        answer.kept[key] = value
        return
    answer.kept[key] = value
    answer.to_check[key] = _as_number(value) if each.component.get("serializeToString") is True else value


def _group(each: Field, data: Mapping[str, Any], rules: Rules, answer: Answer) -> None:
    path = each.path or ""
    given = data.get(path)
    if given is not None and not isinstance(given, Mapping):
        answer.properties[path] = {"type": "object"}
        return
    inner = lay_out(each.children, given or {}, rules)
    answer.properties[path] = inner.schema
    answer.by_key[path] = each
    if given is not None or inner.required:
        answer.to_check[path] = inner.to_check
        answer.kept[path] = inner.kept


def _list(each: Field, data: Mapping[str, Any], rules: Rules, answer: Answer) -> None:
    path = each.path or ""
    given = data.get(path)
    answer.properties[path] = {"type": "array", "maxItems": MOST_ENTRIES}
    answer.by_key[path] = each
    if given is None:
        answer.to_check.pop(path, None)
    elif isinstance(given, list) and len(given) <= MOST_ENTRIES:
        rows = [_row(each, row, rules, number) for number, row in enumerate(given, 1)]
        answer.properties[path] = {"type": "array", "prefixItems": [schema for schema, _, _ in rows], "items": False}
        answer.to_check[path] = [to_check for _, to_check, _ in rows]
        answer.kept[path] = [kept for _, _, kept in rows]


def _row(each: Field, row: Any, rules: Rules, number: int) -> tuple[dict[str, Any], Any, Any]:
    if not isinstance(row, Mapping):
        return {"type": "object"}, row, row
    inner = lay_out(each.children, row, rules.inside(row, number))
    return inner.schema, inner.to_check, inner.kept


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _as_number(value: Any) -> Any:
    """A number that the form sends as text, as a number; anything else as it is, so that the schema refuses it."""
    if not isinstance(value, str) or len(value) > 40:
        return value
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    return number if number.is_finite() else value
