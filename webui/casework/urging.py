"""催办: the button on the case's page."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from desk.errors import UrgedTooSoon
from webui.access import for_roles, go_to, signed_in
from webui.context import services
from webui.i18n import gettext
from webui.staffing.people_names import name_of
from webui.wording import sentence

blueprint = Blueprint("urging", __name__)
for_roles(blueprint, "agent", "supervisor")


@blueprint.post("/cases/<number>/urge")
def urge(number: str) -> Response:
    """Urge the case, for oneself or the customer; who was told is said."""
    form = request.form
    try:
        done = services().desk.urging.urge(
            number, by=signed_in().login, comment=form.get("comment", ""), for_customer="for_customer" in form
        )
    except UrgedTooSoon as error:
        flash(sentence(error), "warn")
    else:
        told = gettext(", ").join(name_of(login) for login in done.told)
        flash(gettext("Urged (no. %(n)s). Told: %(names)s.", n=done.times, names=told), "good")
    return go_to(url_for("cases.show", number=number))
