"""The API described as OpenAPI 3.1, from the declarations that check its requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from webui.api.operations import JSON, KEY, KEY_HEADER, Operation
from webui.api.problems import MEDIA_TYPE, SCHEMA

ABOUT = (
    "Cases, user tasks, process instances and external tasks of Caseloop. Programs show an API token (Authorization: Bearer …), "
    "act for its agent with that agent's rights, and need the scope that each operation names. Refusals are problem documents "
    "(RFC 9457). Lists come in pages: pass `next` as `cursor`. No rate limits are kept."
)
WORDS = {
    400: "The body is no JSON.",
    401: "There is no valid token.",
    403: "Token or agent may not.",
    404: "It doesn't exist, or not for this agent.",
    409: "Something was faster, or it isn't possible as things stand.",
    410: "It is over.",
    413: "The body is too large.",
    415: "The body is of another kind.",
    422: "Something in the request is wrong; `fields` say what.",
    503: "Not available just now; try again.",
}


def describe(operations: Sequence[Operation], prefix: str) -> dict[str, Any]:
    """The OpenAPI document of these operations."""
    named: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(prefix + operation.path, {})[operation.method.lower()] = _operation(operation, named)
    problem = {"description": "Refused.", "content": {MEDIA_TYPE: {"schema": _referred(SCHEMA, named)}}}
    responses = {str(status): {**problem, "description": words} for status, words in WORDS.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Caseloop", "version": _version(), "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": named,
            "responses": responses,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    summary, told = operation.words
    scope = f" Needs the scope `{operation.scope}`." if operation.scope else " Open to everybody."
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": summary,
        "description": told + scope,
        "security": [{"token": []}] if operation.scope else [],
        "parameters": _parameters(operation),
        "responses": _responses(operation, named),
    }
    if operation.body is not None:
        content = {operation.media_type: {"schema": _referred(operation.body, named)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    places = [("path", name, schema) for name, schema in operation.path_parts.items()]
    places += [("query", name, schema) for name, schema in operation.query.items()]
    places += [("header", KEY_HEADER, KEY)] if operation.creates else []
    return [{"name": name, "in": place, "required": place == "path", "schema": schema} for place, name, schema in places]


def _responses(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, schema in operation.answers.items():
        found[str(status)] = {"description": "Done."}
        if schema is not None:
            found[str(status)]["content"] = {JSON: {"schema": _referred(schema, named)}}
    return found | {str(status): {"$ref": f"#/components/responses/{status}"} for status in operation.problems}


def _referred(schema: Any, named: dict[str, Any]) -> Any:
    """The schema with those that have a title put among the named ones and referred to."""
    if isinstance(schema, list | tuple):
        return [_referred(each, named) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    inside = {name: _referred(each, named) for name, each in schema.items()}
    if not isinstance(schema.get("title"), str):
        return inside
    named[schema["title"]] = {name: each for name, each in inside.items() if name != "title"}
    return {"$ref": f"#/components/schemas/{schema['title']}"}


def _version() -> str:
    try:
        return version("caseloop")
    except PackageNotFoundError:
        return "0"
