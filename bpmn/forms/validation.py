"""Check an answer against its form: first its bare shape, then, by `jsonschema`, what each field allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from jsonschema.exceptions import ValidationError

from bpmn.forms.answer import lay_out
from bpmn.forms.errors import FieldError, FormRejected
from bpmn.forms.fields import Field
from bpmn.forms.keywords import FORMATS, AnswerValidator
from bpmn.forms.rules import RuleFailed, Rules
from bpmn.forms.shape import shape_errors

MOST_ERRORS = 100
_CODES = {
    "const": "required",
    "enum": "option",
    "maxItems": "too_many",
    "maxLength": "too_long",
    "maximum": "too_large",
    "minLength": "too_short",
    "minimum": "too_small",
    "not": "option",
    "decimalDigits": "decimals",
    "formatMinimum": "past",
    "multipleOf": "step",
    "uniqueItems": "repeated",
}


def validate(
    fields: tuple[Field, ...],
    data: Mapping[str, Any],
    *,
    form_id: str = "",
    context: Mapping[str, Any],
    today: date | None = None,
) -> dict[str, Any]:
    """Return the cleaned answer (see `Form.validate`). Raises FormRejected."""
    errors = dict(shape_errors(data))
    if errors:
        raise FormRejected(errors, form_id=form_id)
    try:
        answer = lay_out(fields, data, Rules(variables={**context, **data}, today=today))
    except RuleFailed as error:
        raise FormRejected({"": FieldError(code="expression")}, form_id=form_id) from error
    for path, error in _schema_errors(answer.schema, answer.to_check):
        if len(errors) < MOST_ERRORS:
            errors.setdefault(path, error)
    if errors:
        raise FormRejected(errors, form_id=form_id)
    return answer.kept


def _schema_errors(schema: Mapping[str, Any], data: Any) -> Iterator[tuple[str, FieldError]]:
    validator = AnswerValidator(schema, format_checker=FORMATS)
    for error in sorted(validator.iter_errors(data), key=lambda found: [str(part) for part in found.absolute_path]):
        yield from _translated(error)


def _translated(error: ValidationError) -> Iterator[tuple[str, FieldError]]:
    path = tuple(error.absolute_path)
    keyword, limit = str(error.validator), error.validator_value
    if keyword == "required":
        for key in limit:
            if key not in error.instance:
                yield _dotted((*path, key)), FieldError(code="required")
    elif keyword == "additionalProperties":
        for key in error.instance.keys() - error.schema["properties"].keys():
            yield _dotted((*path, key)), FieldError(code="unknown", params={"key": key})
    elif keyword == "type":
        yield _dotted(path), FieldError(code="type", params={"expected": _expected(limit)})
    elif keyword == "format":
        yield _dotted(path), FieldError(code=limit.removeprefix("local-").replace("-", ""))
    elif keyword == "items":
        yield _dotted(path), FieldError(code="type", params={"expected": "object"})
    elif keyword == "pattern":
        yield _dotted(path), FieldError(code="pattern", custom=error.schema.get("patternErrorMessage"))
    else:
        yield _dotted(path), FieldError(code=_CODES[keyword], params={"limit": limit})


def _expected(limit: Any) -> str:
    return limit if isinstance(limit, str) else limit[0]


def _dotted(path: Iterable[str | int]) -> str:
    return ".".join(str(part) for part in path)
