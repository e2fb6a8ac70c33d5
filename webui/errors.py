"""One table from kinds of error to HTTP status, and one answer to each: a page, an htmx fragment or JSON.

An error tells more when it has these: `fields` or `errors` (field key -> message or messages), `changes` (what somebody
else changed meanwhile), `findings`. How it is said stands in webui/wording.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

import structlog
from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from bpmn.errors import InvalidFile
from bpmn.forms import FormRejected
from desk.errors import TokenInvalid
from engine.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Refused, Unavailable
from webui.api.errors import BodyNotJson, MediaTypeWrong
from webui.api.problems import problem
from webui.assets import AssetsMissing
from webui.context import is_api
from webui.i18n import gettext
from webui.processes.findings import finding_data
from webui.security import MEGABYTE, TokenMissing
from webui.wording import advice, field_name, sentence, title

log = structlog.get_logger(__name__)

# Flask takes the handler of the nearest base class, so a special row wins over its base
TABLE: dict[type[Exception], int] = {
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    Forbidden: 403,
    TokenInvalid: 401,
    Refused: 409,
    Unavailable: 503,
    Invalid: 422,
    BodyNotJson: 400,
    MediaTypeWrong: 415,
    InvalidFile: 422,
    FormRejected: 422,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What the caller is told: status, title, message, advice, messages by field, and the incident number if any.

    `details` are the parameters of the message, for programs.
    """

    status: int
    title: str
    message: str
    code: str = ""
    advice: str = ""
    fields: Mapping[str, list[str]] | None = None
    changes: Any = None
    findings: Any = None
    incident_id: str | None = None
    details: Mapping[str, Any] | None = None


def install(app: Flask) -> None:
    """Register the table with the application."""
    app.jinja_env.globals["field_name"] = field_name
    for error_type, status in TABLE.items():
        app.register_error_handler(error_type, lambda error, status=status: answer(_told(error, status)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)
    # Without assets no page can be drawn, not even one that says so
    app.register_error_handler(AssetsMissing, lambda error: (str(error), 503, {"Content-Type": "text/plain"}))


def answer(failure: Failure) -> ResponseReturnValue:
    """Answer in the form that the caller reads: JSON, an htmx fragment for the place of messages, or a page."""
    if is_api():
        return problem(failure)
    if wants_json():
        told = {name: value for name, value in asdict(failure).items() if value not in (None, "") and name != "details"}
        return jsonify(error=told), failure.status
    if request.headers.get("HX-Request"):
        response = make_response(render_template("_error.html", failure=failure), failure.status)
        response.headers.update({"HX-Retarget": "#flash", "HX-Reswap": "innerHTML"})
        return response
    return render_template("error.html", failure=failure), failure.status


def wants_json() -> bool:
    """Tell whether the caller is a program: it sent JSON, or prefers JSON to a page."""
    accepted = request.accept_mimetypes
    return request.is_json or accepted["application/json"] > accepted["text/html"]


def _told(error: Exception, status: int) -> Failure:
    return Failure(
        status=status,
        title=title(status),
        message=sentence(error),
        code=getattr(error, "code", ""),
        advice=advice(status) if isinstance(error, Conflict) else "",
        fields=_fields(error),
        changes=_plain(getattr(error, "changes", None)),
        findings=[finding_data(each) for each in getattr(error, "findings", ())] or None,
        details=getattr(error, "details", None),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    message = advice(error.code)
    if isinstance(error, RequestEntityTooLarge):
        limit = (request.max_content_length or 0) // MEGABYTE
        message = gettext("The request is larger than the %(limit)s MB taken here. Send less, or in parts.", limit=limit)
    elif isinstance(error, TokenMissing):
        message = gettext("The page is too old or came from elsewhere. Reload it and try again; what you typed is kept.")
    response = make_response(answer(Failure(status=error.code, title=title(error.code), message=message)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    incident_id = secrets.token_hex(4)
    # the rule and not the path: a survey's path is its key
    log.error("request failed", incident_id=incident_id, method=request.method, page=str(request.url_rule), exc_info=error)
    return answer(Failure(status=500, title=title(500), message=advice(500), incident_id=incident_id))


def _fields(error: Exception) -> dict[str, list[str]] | None:
    found = getattr(error, "fields", None) or getattr(error, "errors", None)
    if not isinstance(found, Mapping):
        return None
    return {
        key: [sentence(each) for each in (told if isinstance(told, (list, tuple)) else [told])] for key, told in found.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return asdict(value) if is_dataclass(value) else value
