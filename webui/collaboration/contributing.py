"""协办: departments are asked for a part of a case, give it back or on; the forms of the case's page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from desk.collaboration.contributions import Asked
from webui.access import for_roles, go_to, own_path, signed_in
from webui.context import services
from webui.i18n import gettext
from webui.staffing.people_names import team_name, teams

blueprint = Blueprint("contributing", __name__)
for_roles(blueprint, "agent", "supervisor")


@blueprint.post("/cases/<number>/contributions")
def ask(number: str) -> Response:
    """Ask the chosen departments for the same."""
    form, login = request.form, signed_in().login
    asked = [Asked(team=key, wanted=form.get("wanted", ""), limit=form.get("limit", "")) for key in form.getlist("team")]
    given = form.get("message_id", "")[:60]
    message_id = f"web:{login}:contribution:{given}" if given else None
    services().desk.contributions.ask(number, asked, by=login, message_id=message_id)
    names = gettext(", ").join(team_name(one.team) for one in asked)
    return _back(number, gettext("Asked: %(names)s. You stay the owner.", names=names))


@blueprint.post("/cases/<number>/contributions/<int:contribution_id>/withdraw")
def withdraw(number: str, contribution_id: int) -> Response:
    """Take back what a department was asked for."""
    services().desk.contributions.withdraw(contribution_id, reason=request.form.get("reason", ""), by=signed_in().login)
    return _back(number, gettext("The request is withdrawn."))


@blueprint.post("/cases/<number>/contributions/<int:contribution_id>/pass-on")
def pass_on(number: str, contribution_id: int) -> Response:
    """Give a part to another department."""
    team, reason = request.form.get("team", ""), request.form.get("reason", "")
    services().desk.contributions.pass_on(contribution_id, team=team, reason=reason, by=signed_in().login)
    return _back(number, gettext("%(name)s does it now; the owner is told.", name=team_name(team)))


def panel_of(number: str, login: str) -> dict[str, Any]:
    """The variables of the template cases/_contributions.html."""
    desk = services().desk
    return {
        "contributions": desk.contributions.of_case(number, viewer=login),
        "may_ask_departments": desk.contributions.may_ask(number, viewer=login),
        "departments": [(key, team_name(key)) for key in teams()],
    }


def _back(number: str, said: str) -> Response:
    flash(said, "good")
    return go_to(own_path(request.form.get("back"), url_for("cases.show", number=number)).partition("?")[0])
