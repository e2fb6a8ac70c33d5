"""What a program sent, read with refusals instead of surprises: token, address, query, body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, NoReturn

from flask import request
from jsonschema import Draft202012Validator
from werkzeug.exceptions import NotFound

from desk.errors import ScopeMissing, TokenInvalid
from desk.tokens import Caller
from webui.api.errors import BodyNotJson, MediaTypeWrong, ParametersWrong
from webui.api.operations import JSON, KEY, KEY_HEADER, Call, Operation
from webui.api.shapes import Schema
from webui.context import services
from webui.refusals import PageNotYours

DEEPEST = 50
MOST_FAULTS = 20
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


def read(operation: Operation, path: Mapping[str, Any]) -> Call:
    """The request as the operation takes it. Raises what refuses it: 401, 403, 404, 400, 415, 422."""
    return Call(
        caller=_caller(operation),
        path=_path(operation, path),
        query=_query(operation),
        body=_body(operation) if operation.body is not None else None,
        key=_key(operation),
    )


def _caller(operation: Operation) -> Caller | None:
    if operation.scope is None:
        return None
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise TokenInvalid
    caller: Caller = services().desk.tokens.caller(secret.strip())
    if operation.scope not in caller.token.scopes:
        raise ScopeMissing(operation.scope)
    if operation.roles and caller.agent.role not in (*operation.roles, "admin"):
        raise PageNotYours(operation.roles)
    return caller


def _path(operation: Operation, path: Mapping[str, str]) -> dict[str, Any]:
    """The named parts of the path. One that doesn't fit its schema names nothing."""
    schemas = operation.path_parts
    parts = {name: _typed(text, schemas[name]) for name, text in path.items()}
    if any(_faults(schemas[name], part) for name, part in parts.items()):
        raise NotFound
    return parts


def _query(operation: Operation) -> dict[str, Any]:
    wrong: dict[str, list[str]] = {}
    found = {name: schema["default"] for name, schema in operation.query.items() if "default" in schema}
    for name in request.args:
        values, schema = request.args.getlist(name), operation.query.get(name)
        if schema is None:
            wrong[_quoted(name)] = ["is no parameter of this address"]
        elif len(values) > 1:
            wrong[name] = ["is given more than once"]
        elif faults := _faults(schema, value := _typed(values[0], schema)):
            wrong[name] = faults
        else:
            found[name] = value
    if wrong:
        raise ParametersWrong(wrong)
    return found


def _typed(text: str, schema: Schema) -> Any:
    """A query's text as its schema means it; what can't be read stays text, which the schema refuses."""
    if schema.get("type") == "integer":
        return int(text) if _WHOLE.fullmatch(text) else text
    return _BOOLEANS.get(text, text) if schema.get("type") == "boolean" else text


def _faults(schema: Schema, value: Any) -> list[str]:
    return [_said(fault) for fault in Draft202012Validator(schema).iter_errors(value)]


def _key(operation: Operation) -> str | None:
    key = request.headers.get(KEY_HEADER) if operation.creates else None
    if key is not None and (faults := _faults(KEY, key)):
        raise ParametersWrong({KEY_HEADER: faults})
    return key


def _body(operation: Operation) -> Any:
    if request.mimetype != operation.media_type:
        raise MediaTypeWrong(operation.media_type)
    data = request.get_data(cache=False)
    if operation.media_type != JSON:
        return data
    body = _json(data)
    wrong: dict[str, list[str]] = {}
    for fault, _ in zip(operation.validator.iter_errors(body), range(MOST_FAULTS), strict=False):
        wrong.setdefault(_quoted(".".join(map(str, fault.absolute_path))) or "body", []).append(_said(fault))
    if wrong:
        raise ParametersWrong(wrong)
    return body


def _json(data: bytes) -> Any:
    """JSON in UTF-8, without texts that can't be written down, not deeper than any of ours is. Raises BodyNotJson."""
    try:
        body = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BodyNotJson("it is not JSON in UTF-8") from None
    for depth, value in _walk(body):
        if depth > DEEPEST:
            raise BodyNotJson(f"it is nested more than {DEEPEST} deep")
        if isinstance(value, str) and not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise BodyNotJson("a text holds half a character (a lone surrogate)")
        if isinstance(value, float) and not isfinite(value):
            raise BodyNotJson("a number is too large")
    return body


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _walk(body: Any) -> Iterator[tuple[int, Any]]:
    """Every value and key with its depth, without recursion."""
    stack = [(0, body)]
    while stack:
        depth, value = stack.pop()
        yield depth, value
        if isinstance(value, list):
            stack.extend((depth + 1, item) for item in value)
        elif isinstance(value, dict):
            stack.extend((depth + 1, part) for pair in value.items() for part in pair)


def _said(fault: Any) -> str:
    """What is wrong, in few words: the value itself isn't repeated."""
    expected = str(fault.validator_value)
    words = {
        "required": fault.message,
        "additionalProperties": "holds names that are not taken here",
        "pattern": f"does not fit {expected}",
        "enum": f"is none of {expected}",
        "type": f"is not of type {expected}",
    }
    return words.get(fault.validator, f"does not keep {fault.validator} {expected[:60]}")[:200]


def _quoted(name: str) -> str:
    return name[:100].encode("ascii", "backslashreplace").decode()
