"""Refusals as programs read them: application/problem+json (RFC 9457). Which error has which status stands in webui.errors."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

MEDIA_TYPE = "application/problem+json"
KIND = "urn:caseloop:problem:"
BY_STATUS = {
    401: "Send a valid API token: Authorization: Bearer <secret>.",
    404: "There is no such address. /api/v1/openapi.json lists those that there are.",
    405: "This address does not take that method; Allow names those that it takes.",
}

_TEXT = {"type": "string"}
SCHEMA = {
    "title": "Problem",
    "type": "object",
    "description": "Why the request was refused. `type` ends in a stable code; `details` are the parameters of the sentence.",
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "code": _TEXT,
        "details": {"type": "object"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
        "changes": {},
        "findings": {"type": "array", "items": {"type": "object"}},
        "incident_id": _TEXT,
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}


def problem(failure: Any) -> Response:
    """A `webui.errors.Failure` as a response."""
    told = {
        "type": KIND + failure.code if failure.code else "about:blank",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.message if failure.code else BY_STATUS.get(failure.status, failure.message) or failure.title,
    }
    more = ("code", "details", "fields", "changes", "findings", "incident_id")
    told |= {name: value for name in more if (value := getattr(failure, name)) not in (None, "", {})}
    response = Response(json.dumps(told, default=str), status=failure.status, content_type=MEDIA_TYPE)
    if failure.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="caseloop"'
    if failure.status == 503:
        response.headers["Retry-After"] = "5"
    return response
