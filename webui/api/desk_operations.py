"""Operations for those who work at the desk, as most of them are declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.model import Scope
from webui.api.operations import Operation, View
from webui.api.shapes import LOGIN, Schema, text

ROLES = ("agent", "supervisor")
CASE_NUMBER = text(40, pattern="^[A-Za-z0-9-]+$")
PARTS: Mapping[str, Schema] = {"number": CASE_NUMBER, "team": text(60), "login": LOGIN}
"""What a part of a path is, by its name; any other is an id."""


def at_desk(method: str, path: str, view: View, **more: Any) -> Operation:
    """An operation of agents and supervisors; `more` are fields of Operation. Who looks needs the scope read, others tasks."""
    scope = Scope.READ if method == "GET" else Scope.TASKS
    return Operation(method=method, path=path, view=view, scope=scope, roles=ROLES, parts=PARTS, **more)
