"""What every answer carries and every writing request must show: a strict content policy, a CSRF token, a size limit."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import HTTPException

from webui.context import is_api

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MEGABYTE = 1024 * 1024
LARGEST_BODY = 2 * MEGABYTE
LARGEST_PACKAGE = 6 * MEGABYTE
TOKEN_HEADER, TOKEN_FIELD, TOKEN_KEY = "X-CSRF-Token", "csrf_token", "csrf"
READING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., Any])


class TokenMissing(HTTPException):
    """A writing request came without the token of its own session."""

    code = 403


class _SessionCookie(SecureCookieSessionInterface):
    """Marks the session cookie Secure exactly when the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def csrf_exempt(view: View) -> View:
    """Let a view take POST without a token: for callers that prove themselves in another way."""
    view.csrf_exempt = True
    return view


def accepts_package(view: View) -> View:
    """Let a view take bodies of up to 6 MB instead of 2 MB."""
    view.largest_body = LARGEST_PACKAGE
    return view


def csrf_token() -> str:
    """Return the session's token, made at first use. Pages send it back in a header or a hidden field."""
    if TOKEN_KEY not in session:
        session[TOKEN_KEY] = secrets.token_urlsafe(32)
    return session[TOKEN_KEY]


def renew_session() -> None:
    """Forget everything in the session; call it at every sign-in and sign-out so that no old token lives on."""
    session.clear()


def install(app: Flask) -> None:
    """Put the checks before and the headers after every request of the application."""
    app.session_interface = _SessionCookie()
    app.config.update(
        SESSION_COOKIE_NAME="caseloop",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
    )
    app.before_request(_prepare)
    app.before_request(_check_token)
    app.after_request(_add_headers)
    app.jinja_env.globals.update(csrf_token=csrf_token)


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def _prepare() -> None:
    g.nonce = secrets.token_urlsafe(16)
    request.max_content_length = getattr(_view(), "largest_body", LARGEST_BODY)
    request.max_form_memory_size = request.max_content_length


def _check_token() -> None:
    if request.method in READING or is_api() or getattr(_view(), "csrf_exempt", False):
        return
    expected = session.get(TOKEN_KEY, "")
    shown = request.headers.get(TOKEN_HEADER) or request.form.get(TOKEN_FIELD, "")
    if not expected or not secrets.compare_digest(expected.encode(), shown.encode()):
        raise TokenMissing


def _add_headers(response: Response) -> Response:
    # A request refused before _prepare ran has no nonce; a fresh one keeps its page without inline styles
    nonce = g.get("nonce") or secrets.token_urlsafe(16)
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
