"""What a view may ask about the request at hand: the services behind it and the person before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g, request

EXTENSION = "caseloop"
DEFAULT_TIME_ZONE = "Asia/Shanghai"


API = "/api/"
"""Below it programs are answered: by token and never by cookie, in JSON, in English."""


def is_api() -> bool:
    """Whether the request at hand comes from a program to the API."""
    return request.path.startswith(API)


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The signed-in person as pages need them: login, the name to show, roles such as "agent" or "analyst".

    `language` is the one that they chose; empty as long as they chose none. With a one-time password only the page that
    changes it is open to them.
    """

    login: str
    name: str
    roles: frozenset[str] = frozenset()
    password_is_temporary: bool = False
    language: str = ""

    def has_role(self, *roles: str) -> bool:
        """Tell whether the viewer has at least one of the roles; an administrator has them all."""
        return "admin" in self.roles or not self.roles.isdisjoint(roles)


def services() -> Any:
    """Return the object that the composition root gave to `create_app`."""
    return current_app.extensions[EXTENSION]


def viewer() -> Viewer | None:
    """Return who is signed in, or None. Whoever knows the session puts a `Viewer` into `g.viewer` before each request."""
    return g.get("viewer")


def time_zone() -> ZoneInfo:
    """Return the desk's time zone, in which every time on a page is written."""
    settings = getattr(services(), "settings", None)
    return ZoneInfo(str(getattr(settings, "time_zone", None) or DEFAULT_TIME_ZONE))
