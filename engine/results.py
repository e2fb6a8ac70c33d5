"""What goes into an activity and what comes out: input mappings, output mappings, lists of people. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpmn.diagram import Node, NodeKind, feel_source
from engine.definition import Definition
from engine.errors import ExpressionFailed

RESULT = "result"


def inputs_of(definition: Definition, node: Node, variables: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What the activity is given: its input mappings over the variables; all variables when it has none."""
    if not node.work.inputs:
        return dict(variables)
    given: dict[str, Any] = {}
    for source, target in node.work.inputs:
        _put(given, target, definition.value(node.id, source, {**variables, **given}, at))
    return given


def own(value: Any) -> Any:
    """The value with lists and contexts of its own: whoever is given it may change them and changes nothing else."""
    if isinstance(value, Mapping):
        return {name: own(item) for name, item in value.items()}
    return [own(item) for item in value] if isinstance(value, list) else value


def outputs_of(definition: Definition, node: Node, variables: Mapping[str, Any], result: Any, at: datetime) -> dict[str, Any]:
    """Which variables an activity's result sets: by its output mappings, else its one result variable.

    Mappings see `result`; those of a call activity also the variables of the called instance by their names.
    """
    if not node.work.outputs:
        return {definition.result_variable(node): result}
    changed: dict[str, Any] = {}
    returned = result if node.kind is NodeKind.CALL_ACTIVITY and isinstance(result, Mapping) else {}
    for source, target in node.work.outputs:
        context = {**variables, **returned, **changed, RESULT: result}
        root, _, rest = target.partition(".")
        value = definition.value(node.id, source, context, at)
        if not rest:
            changed[root] = value
            continue
        held = changed.get(root, variables.get(root))
        changed[root] = _with(held if isinstance(held, Mapping) else {}, rest, value)
    return changed


def _put(given: dict[str, Any], target: str, value: Any) -> None:
    root, _, rest = target.partition(".")
    given[root] = _with(given.get(root) or {}, rest, value) if rest else value


def _with(context: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of a context with the value at a dotted path; the original stays as it was."""
    head, _, rest = path.partition(".")
    inner = context.get(head)
    return {**context, head: _with(inner if isinstance(inner, Mapping) else {}, rest, value) if rest else value}


def names_of(definition: Definition, node: Node, text: str | None, variables: Mapping[str, Any], at: datetime) -> list[str]:
    """A list of people or groups: "a, b" or FEEL that gives a text or a list of texts; null counts as none."""
    value = definition.value(node.id, text, variables, at)
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return value
    raise ExpressionFailed(node.id, text or "", f"gives {value!r}, not a list of names")


def name_of(definition: Definition, node: Node, text: str | None, variables: Mapping[str, Any], at: datetime) -> str | None:
    """One person's name, or None."""
    value = definition.value(node.id, text, variables, at)
    if value is None or isinstance(value, str):
        return value or None
    raise ExpressionFailed(node.id, text or "", f"gives {value!r}, not a name")


def instant_of(
    definition: Definition, node: Node, text: str | None, variables: Mapping[str, Any], at: datetime
) -> datetime | None:
    """An instant, or None; an ISO text with offset counts as an instant."""
    value = definition.value(node.id, text, variables, at)
    if isinstance(value, str) and feel_source(text) is None:
        value = datetime.fromisoformat(value)
    if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
        return value
    raise ExpressionFailed(node.id, text or "", f"gives {value!r}, not an instant with a zone")
