"""A form as we keep it: the author's schema untouched, and a tree of its fields for our own checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bpmn.forms.fields import Field
from bpmn.forms.validation import validate


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. `schema` is the form-js JSON, to be shown as it is; never change it."""

    id: str
    schema: Mapping[str, Any]
    fields: tuple[Field, ...]
    source: str = ""

    @property
    def sensitive_fields(self) -> frozenset[str]:
        """Dotted paths of the inputs whose values must be protected; rows of lists carry no number."""
        return frozenset(path for path, field, inherited in self._inputs() if inherited or field.sensitive)

    @property
    def inputs(self) -> tuple[tuple[str, Field], ...]:
        """Every input with its dotted path, in the order shown."""
        return tuple((path, field) for path, field, _ in self._inputs())

    def validate(
        self, data: Mapping[str, Any], *, context: Mapping[str, Any] | None = None, today: date | None = None
    ) -> dict[str, Any]:
        """Return the cleaned answer: texts stripped, hidden and read-only fields dropped, expressions worked out.

        `context` holds the variables that the form was shown with; `today` (the agent's date) is needed for fields that
        refuse past dates. Raises FormRejected with an error for each field.
        """
        return validate(self.fields, data, form_id=self.id, context=context or {}, today=today)

    def _inputs(self) -> Iterator[tuple[str, Field, bool]]:
        waiting = [("", field, False) for field in reversed(self.fields)]
        while waiting:
            prefix, field, inherited = waiting.pop()
            if field.key:
                yield prefix + field.key, field, inherited
            inner = f"{prefix}{field.path}." if field.path else prefix
            waiting.extend((inner, child, inherited or field.sensitive) for child in reversed(field.children))
