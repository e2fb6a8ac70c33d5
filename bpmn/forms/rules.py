"""The entries of a form that may be FEEL: worked out against an answer, or left open where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bpmn.expressions import feel_value
from bpmn.feel import FeelError
from bpmn.forms.fields import Field


class RuleFailed(Exception):
    """An expression of the form could not be worked out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a form's expressions see. `variables` None means that there is no answer yet, so they stay open (None).

    In rows of a list, `this`, `parent` and `i` (counted from 1) are known too, as in form-js.
    """

    variables: Mapping[str, Any] | None = None
    local: Mapping[str, Any] | None = None
    today: date | None = None

    def inside(self, row: Mapping[str, Any], number: int) -> Rules:
        """Return the rules for one row of a list."""
        parent = (self.local or {}).get("this", self.variables)
        return replace(self, local={"this": row, "parent": parent, "i": number})

    def hides(self, field: Field) -> bool:
        """Whether the field's own condition hides it."""
        return field.hide is not None and self._value(field.hide) is True

    def of(self, field: Field, name: str) -> Any:
        """Return an entry of the field's `validate`, worked out."""
        return self._worked_out(field.rule(name))

    def entry(self, field: Field, name: str) -> Any:
        """Return an entry of the component itself, worked out."""
        return self._worked_out(field.component.get(name))

    def options(self, field: Field) -> list[Any] | None:
        """Return the values that may be chosen; None while they cannot be known."""
        component = field.component
        if isinstance(component.get("valuesKey"), str):
            listed = None if self.variables is None else self.variables.get(component["valuesKey"]) or []
        elif component.get("valuesExpression"):
            text = str(component["valuesExpression"]).strip().removeprefix("=")
            listed = None if self.variables is None else self._value(text) or []
        else:
            listed = component.get("values") or []
        if listed is None or not isinstance(listed, list):
            return None if listed is None else []
        return [option.get("value") if isinstance(option, Mapping) and "value" in option else option for option in listed]

    def computed(self, field: Field) -> Any:
        """Return the value of an expression field."""
        return self._worked_out(field.component.get("expression"))

    def _worked_out(self, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("="):
            return value
        return self._value(value[1:].strip())

    def _value(self, text: str) -> Any:
        if self.variables is None:
            return None
        try:
            return feel_value(text, {**self.variables, **(self.local or {})})
        except FeelError as error:
            raise RuleFailed(str(error)) from error
