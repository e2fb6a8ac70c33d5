"""Pages that belong to no part of the work: the way in, the language switch, the sign of life."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from flask import Blueprint, Response, abort, current_app, jsonify, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from webui.access import CHOSEN_LANGUAGE, own_path
from webui.context import services, viewer
from webui.i18n import COOKIE, LANGUAGES
from webui.navigation import places

blueprint = Blueprint("pages", __name__)
ONE_YEAR_SECONDS = 365 * 24 * 3600


@blueprint.get("/")
def start() -> WerkzeugResponse | str:
    """Lead to the first place of the viewer's navigation, or to the sign-in page."""
    if viewer() is None:
        return redirect(url_for("login.show"))
    mine = places()
    return redirect(mine[0].url) if mine else render_template("start.html")


@blueprint.post("/language/<code>")
def choose_language(code: str) -> WerkzeugResponse:
    """Keep the language with whoever is signed in, or signs in next, and for a year in this browser; go back to where the
    choice was made.
    """
    if code not in LANGUAGES:
        abort(404)
    person = viewer()
    if person is None:
        session[CHOSEN_LANGUAGE] = code
    else:
        services().desk.choosing.choose_language(person.login, code)
    response = redirect(_back(), 303)
    response.set_cookie(COOKIE, code, max_age=ONE_YEAR_SECONDS, samesite="Lax", secure=request.is_secure)
    return response


@blueprint.get("/alive")
def alive() -> Response:
    """Answer that the web process runs; it asks nothing of the database."""
    return jsonify(alive=True)


def _back() -> str:
    """Return the page that was left, only its path: a referrer from elsewhere leads nowhere. For one that answered a form
    sent to an address of its own it is the page above, which can be asked for.
    """
    came_from = urlsplit(request.args.get("next") or request.referrer or "/")
    address = own_path(came_from._replace(scheme="", netloc="").geturl(), "/")
    pages, path = current_app.url_map.bind(""), unquote(urlsplit(address).path)
    if pages.test(path, "GET") or not pages.allowed_methods(path):
        return address
    while path and not pages.test(path, "GET"):
        path = path.rpartition("/")[0]
    return quote(path) or "/"
