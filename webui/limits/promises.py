"""Promises to customers that stand: those that were broken first, then what is to be kept, the first due in front."""

from __future__ import annotations

from flask import Blueprint, render_template

from desk.limits.standing_promises import MOST_SHOWN
from webui.access import for_roles, signed_in
from webui.context import services
from webui.staffing.people_names import name_of, team_name

blueprint = Blueprint("promises", __name__)
for_roles(blueprint, "agent", "supervisor")


@blueprint.get("/promises")
def show() -> str:
    """What was promised about cases that the viewer may read, and is neither kept nor taken back."""
    page = services().desk.promises.page(viewer=signed_in().login)
    return render_template(
        "promises/show.html",
        page=page,
        most=MOST_SHOWN,
        now=services().clock.now(),
        name_of=name_of,
        team_name=team_name,
    )
