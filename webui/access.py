"""Who is before us, and which pages are theirs. Every page of a blueprint needs a signed-in person, but for those named here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as WerkzeugResponse

from desk.model import Agent
from webui.context import Viewer, is_api, services
from webui.errors import Failure, answer, wants_json
from webui.i18n import gettext
from webui.refusals import PageNotYours

PUBLIC = frozenset({"assets", "pages", "styleguide", "login", "survey"})
WITH_TEMPORARY_PASSWORD = frozenset({"login", "assets", "pages"})
LOGIN, STAMP, CHOSEN_LANGUAGE = "login", "stamp", "language"


def signed_in() -> Agent:
    """The agent before us; only views behind the check may ask."""
    return g.agent


def keep_signed_in(agent: Agent) -> None:
    """Let the session belong to this agent until it is over or the password changes."""
    session[LOGIN], session[STAMP] = agent.login, services().desk.sessions.stamp(agent.login)
    session.permanent = True


def recognise() -> ResponseReturnValue | None:
    """Before each request: find out who it is, and send away who may not go on."""
    if is_api():
        return None
    agent = _of_session()
    if agent is not None:
        g.agent = agent
        g.viewer = Viewer(
            login=agent.login,
            name=agent.name,
            roles=frozenset({agent.role.value}),
            password_is_temporary=agent.password_is_temporary,
            language=agent.language,
        )
    place = (request.endpoint or "").rpartition(".")[0]
    if not place:
        return None
    if agent is None:
        return None if place in PUBLIC else ask_to_sign_in()
    if agent.password_is_temporary and place not in WITH_TEMPORARY_PASSWORD:
        return go_to(url_for("login.password"))
    return None


def _of_session() -> Agent | None:
    if LOGIN not in session:
        return None
    agent = services().desk.sessions.agent(session[LOGIN], session.get(STAMP, ""))
    if agent is None:
        session.clear()
    return agent


def ask_to_sign_in() -> ResponseReturnValue:
    """Lead to the sign-in page, and from there back. Programs and htmx are told instead, so that no half-written page is lost."""
    if wants_json() or request.headers.get("HX-Request"):
        told = gettext("Your session is over. Sign in again in another tab; what you typed is kept in this browser.")
        return answer(Failure(status=401, title=gettext("Please sign in"), message=told, code="signed_out"))
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return go_to(url_for("login.show", next=wanted))


def go_to(url: str) -> WerkzeugResponse:
    """Lead the browser to another page, also when htmx asked."""
    if request.headers.get("HX-Request"):
        return current_app.response_class(status=204, headers={"HX-Redirect": url})
    return redirect(url, 303)


def own_path(url: str | None, otherwise: str) -> str:
    """The path of a URL that a request named; only paths of this site, else the other one."""
    parts = urlsplit((url or "").replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return otherwise
    return parts.path + (f"?{parts.query}" if parts.query else "")


def for_roles(blueprint: Blueprint, *roles: str) -> None:
    """Let only these roles (and administrators) reach the blueprint's pages."""

    def check() -> None:
        viewer = g.get("viewer")
        if viewer is not None and not viewer.has_role(*roles):
            raise PageNotYours(roles)

    blueprint.before_request(check)


def requires(*roles: str) -> Callable[..., Any]:
    """Let only these roles (and administrators) reach one view."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **named: Any) -> Any:
            if not g.viewer.has_role(*roles):
                raise PageNotYours(roles)
            return view(*arguments, **named)

        guarded.__name__, guarded.__doc__ = view.__name__, view.__doc__
        return guarded

    return decorate
