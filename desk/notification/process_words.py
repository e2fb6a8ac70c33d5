"""What a diagram says of its own in a message, for readers of each language. What a person wrote stays as they wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bpmn.wording import Wording
from desk.context import DeskContext
from desk.notification.templates import CODES
from engine.db import queries
from engine.definition import Definition
from engine.ports import HandlerCall, Transaction

_ANSWER = re.compile(r"=\s*(\w+)\.([\w.]+)\s*")
"""An input that is nothing but an answer to a form: = handle.outcome."""


def words_in(tx: Transaction, desk: DeskContext, call: HandlerCall, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a handler is told, see `in_words`."""
    if not said:
        return {}
    deployment = queries.deployment(tx, call.process_key, call.version)
    return in_words(desk.engine.definition(deployment.id, tx), call.activity_id, said)


def in_words(definition: Definition, activity_id: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a node as messages say them: the code of a choice as the form's label for it, unless it is a word of ours,
    and a text that the diagram itself gives as its package translates it.
    """
    node = definition.process.nodes.get(activity_id)
    sources = {target: source for source, target in node.work.inputs} if node else {}
    return {name: _said(definition, sources.get(name, ""), value) for name, value in said.items()}


def _said(definition: Definition, source: str, value: Any) -> Any:
    if not isinstance(value, str) or value in CODES:
        return value
    text = _label(definition, source, value) or (value if f'"{value}"' in source else None)
    if text is None:
        return value
    return Wording(en=definition.package.translate(text, "en"), zh=definition.package.translate(text, "zh"))


def _label(definition: Definition, source: str, code: str) -> str | None:
    """What the form, whose answer the source is, calls a choice."""
    answer = _ANSWER.fullmatch(source)
    if answer is None:
        return None
    variable, path = answer.groups()
    for node in definition.process.nodes.values():
        form = definition.package.forms.get(node.work.form_id or "")
        if form and definition.result_variable(node) == variable and path in (fields := dict(form.inputs)):
            choices = fields[path].component.get("values") or ()
            return next((str(each["label"]) for each in choices if each.get("value") == code and each.get("label")), None)
    return None
