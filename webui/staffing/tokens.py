"""API tokens, for administrators: who lets which program act for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AnswersInvalid
from desk.model import Scope
from webui.access import go_to, signed_in
from webui.context import services
from webui.i18n import gettext, mark
from webui.labels import SCOPES, label_of
from webui.refusals import BodyUnreadable
from webui.staffing.admin import blueprint
from webui.staffing.people_names import agents, name_of
from webui.wording import sentence

DAYS = {"30": mark("in 30 days"), "90": mark("in 90 days"), "365": mark("in a year"), "": mark("never")}


@blueprint.get("/admin/tokens")
def show_tokens() -> Response:
    """All tokens, and a form for a new one."""
    return _page({}, {}, 200)


@blueprint.post("/admin/tokens")
def add_token() -> Response:
    """Make a token; its secret is shown once, here."""
    days = request.form.get("days", "")
    if days not in DAYS:
        raise BodyUnreadable("there is no such end")
    expires_at = services().clock.now() + timedelta(days=int(days)) if days else None
    try:
        made, secret = services().desk.tokens.create(
            request.form.get("name", ""),
            login=request.form.get("login", ""),
            scopes=_scopes(),
            expires_at=expires_at,
            by=signed_in().login,
        )
    except AnswersInvalid as error:
        return _page(request.form, {key: sentence(each) for key, each in error.errors.items()}, 422)
    return make_response(render_template("admin/token.html", token=made, secret=secret), 201)


def _scopes() -> list[Scope]:
    sent = request.form.getlist("scopes")
    if not set(sent) <= set(Scope):
        raise BodyUnreadable("there is no such scope")
    return [Scope(each) for each in sent]


@blueprint.post("/admin/tokens/<int:token_id>/revoke")
def revoke_token(token_id: int) -> Response:
    """End a token at once."""
    ended = services().desk.tokens.revoke(token_id, by=signed_in().login)
    flash(gettext("The token %(name)s is revoked.", name=ended.name), "good")
    return go_to(url_for("admin.show_tokens"))


def _page(given: Mapping[str, str], errors: Mapping[str, str], status: int) -> Response:
    page = render_template(
        "admin/tokens.html",
        tokens=services().desk.tokens.all(by=signed_in().login),
        people=[(login, f"{one.name} ({login})") for login, one in agents().items() if one.active],
        scopes=[(scope.value, label_of(SCOPES, scope).text) for scope in Scope],
        ends=[(days, gettext(text)) for days, text in DAYS.items()],
        name_of=name_of,
        now=services().clock.now(),
        given=given,
        errors=errors,
    )
    return make_response(page, status)
