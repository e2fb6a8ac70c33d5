"""The API's addresses, made from the operations that its resources declare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from webui.api import (
    assigning,
    attendance,
    cases,
    clocks,
    contributions,
    definitions,
    deployments,
    external_tasks,
    health,
    incidents,
    instances,
    jobs,
    links,
    messages,
    operating,
    tasks,
    teams,
)
from webui.api.description import describe
from webui.api.operations import ZIP, Operation
from webui.api.requests import read
from webui.security import accepts_package

OPERATIONS: tuple[Operation, ...] = (
    *health.OPERATIONS,
    *deployments.OPERATIONS,
    *definitions.OPERATIONS,
    *instances.OPERATIONS,
    *operating.OPERATIONS,
    *tasks.OPERATIONS,
    *cases.OPERATIONS,
    *clocks.OPERATIONS,
    *contributions.OPERATIONS,
    *links.OPERATIONS,
    *assigning.OPERATIONS,
    *teams.OPERATIONS,
    *attendance.OPERATIONS,
    *messages.OPERATIONS,
    *external_tasks.OPERATIONS,
    *incidents.OPERATIONS,
    *jobs.OPERATIONS,
)
PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)


def _answering(operation: Operation) -> Callable[..., Response]:
    def view(**path: Any) -> Response:
        answer = operation.view(read(operation, path))
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        response = Response(status=204) if body is None else jsonify(body)
        response.status_code = status
        return response

    return accepts_package(view) if operation.media_type == ZIP else view


for declared in OPERATIONS:
    blueprint.add_url_rule(declared.rule, declared.name, _answering(declared), methods=[declared.method])


def description() -> dict[str, Any]:
    """The API as an OpenAPI 3.1 document."""
    return describe(OPERATIONS, PREFIX)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of the API, for programs that make clients and tests."""
    return jsonify(description())
