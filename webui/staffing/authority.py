"""Who may approve what, up to which amount: seen by supervisors, said by administrators."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.collaboration.authority import Grant
from desk.errors import AnswersInvalid
from desk.model import Role
from webui import labels
from webui.access import go_to, requires, signed_in
from webui.collaboration.suggesting import blueprint
from webui.context import services
from webui.i18n import gettext
from webui.labels import ROLES, label_of
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import agents, name_of
from webui.wording import sentence

__all__ = ["blueprint"]
APPROVING = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
ROLE, PERSON = "role:", "person:"
MOST_ROWS = 100


@blueprint.get("/authority")
@requires("supervisor")
def authority() -> Response:
    """The matrix."""
    return _page({}, 200)


def _page(errors: Mapping[str, str], status: int) -> Response:
    kinds: dict[str, list[Grant]] = {}
    for one in services().desk.approvals.grants():
        kinds.setdefault(one.kind, []).append(one)
    people = [(PERSON + login, one.name) for login, one in agents().items() if one.active and one.role in APPROVING]
    page = render_template(
        "teams/authority.html",
        kinds=kinds,
        who_of=_who,
        whos=[("", "–"), *((ROLE + role, label_of(ROLES, role).text) for role in APPROVING), *people],
        errors=errors,
        sent=request.form.get("kind", "") if errors else "",
        name_of=name_of,
        labels=labels,
    )
    return make_response(page, status)


def _who(one: Grant) -> str:
    return PERSON + one.login if one.login else ROLE + str(one.role)


@blueprint.post("/authority")
@requires("admin")
def grant() -> Response:
    """Say anew who has authority for a kind; rows without anybody are left out."""
    kind = request.form.get("kind", "").strip()[:60]
    try:
        services().desk.approvals.grant(kind, _granted(kind), by=signed_in().login)
    except AnswersInvalid as error:
        return _page({key: sentence(each) for key, each in error.errors.items()}, 422)
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("teams.authority"))


def _granted(kind: str) -> list[Grant]:
    whos, limits = request.form.getlist("who"), request.form.getlist("up_to")
    if len(whos) != len(limits) or len(whos) > MOST_ROWS:
        raise BodyUnreadable("people and amounts do not belong together")
    return [_grant(kind, who, limit.strip()) for who, limit in zip(whos, limits, strict=True) if who]


def _grant(kind: str, who: str, limit: str) -> Grant:
    try:
        up_to = Decimal(limit.replace(",", "")) if limit else None
    except InvalidOperation:
        raise BodyUnreadable("an amount is not a number") from None
    if up_to is not None and not up_to.is_finite():
        raise BodyUnreadable("an amount is not a number")
    if who.startswith(PERSON):
        return Grant(kind=kind, login=who.removeprefix(PERSON), up_to=up_to)
    if who.removeprefix(ROLE) not in APPROVING:
        raise BodyUnreadable("there is no such role")
    return Grant(kind=kind, role=Role(who.removeprefix(ROLE)), up_to=up_to)
