"""Signing in and out, and changing one's password."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from desk.errors import PasswordTooWeak, TooManyAttempts, WrongPassword
from webui import access
from webui.context import services, viewer
from webui.i18n import gettext, language, mark
from webui.security import renew_session
from webui.wording import sentence

blueprint = Blueprint("login", __name__)
blueprint.before_app_request(access.recognise)
blueprint.record_once(lambda state: state.app.config.update(PERMANENT_SESSION_LIFETIME=timedelta(hours=12)))
NOT_THE_SAME = mark("The two new passwords differ.")
NO_FIT = mark("Login and password don't fit. Check both, or ask an administrator for a new password.")
TOO_MANY = mark("Too many failed tries. Wait %(minutes)s min, then try again; trying sooner changes nothing.")


@blueprint.get("/login")
def show() -> ResponseReturnValue:
    """The sign-in page; who is signed in already goes on, unless `stay` is asked for."""
    if viewer() is not None and "stay" not in request.args:
        return redirect(access.own_path(request.args.get("next"), "/"))
    return render_template("login/show.html", error="", login="", next=request.args.get("next", ""))


@blueprint.post("/login")
def sign_in() -> ResponseReturnValue:
    """Check login and password, and begin a session."""
    login, came_for = request.form.get("login", ""), request.form.get("next", "")
    try:
        agent = services().desk.people.authenticate(
            login, request.form.get("password", ""), from_address=request.remote_addr or ""
        )
    except WrongPassword:
        return _again(gettext(NO_FIT), login, came_for, 401)
    except TooManyAttempts as error:
        minutes = max(1, ceil((error.until - services().clock.now()).total_seconds() / 60))
        return _again(gettext(TOO_MANY, minutes=minutes), login, came_for, 429)
    chosen = session.get(access.CHOSEN_LANGUAGE)
    renew_session()
    access.keep_signed_in(agent)
    if chosen:
        services().desk.choosing.choose_language(agent.login, chosen)
    if agent.password_is_temporary:
        return redirect(url_for("login.password", next=came_for or None), 303)
    return redirect(access.own_path(came_for, "/"), 303)


def _again(error: str, login: str, came_for: str, status: int) -> Response:
    return make_response(render_template("login/show.html", error=error, login=login, next=came_for), status)


@blueprint.post("/logout")
def sign_out() -> Response:
    """End the session."""
    renew_session()
    return redirect(url_for("login.show"), 303)


@blueprint.get("/password")
def password() -> ResponseReturnValue:
    """Where somebody changes the own password."""
    if viewer() is None:
        return access.ask_to_sign_in()
    return _password_page("", "", 200)


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Change it; every other session of the same person ends by that. Who chose no language yet keeps the one of this page."""
    if viewer() is None:
        return access.ask_to_sign_in()
    agent = access.signed_in()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if new != again:
        return _password_page("again", gettext(NOT_THE_SAME), 422)
    try:
        services().desk.people.change_password(agent.login, old, new)
    except WrongPassword:
        return _password_page("old", gettext("This is not your present password."), 422)
    except PasswordTooWeak as error:
        return _password_page("new", sentence(error), 422)
    if not agent.language:
        services().desk.choosing.choose_language(agent.login, language())
    renew_session()
    access.keep_signed_in(agent)
    flash(gettext("Your password is changed. Other devices are signed out."), "good")
    return redirect(access.own_path(request.form.get("next"), "/"), 303)


def _password_page(field: str, error: str, status: int) -> Response:
    temporary = access.signed_in().password_is_temporary
    came_for = request.values.get("next", "")
    page = render_template("login/password.html", field=field, error=error, temporary=temporary, next=came_for)
    return make_response(page, status)
