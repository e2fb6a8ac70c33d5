"""What the processes could not do by themselves, and trying it again after the repair."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from desk.incidents import IncidentView
from webui import analyst_words
from webui.access import for_roles, go_to, signed_in
from webui.context import services
from webui.i18n import gettext
from webui.process_texts import in_words, package_of

blueprint = Blueprint("incidents", __name__)
for_roles(blueprint, "supervisor", "analyst")
analyst_words.install(blueprint)


@blueprint.get("/incidents")
def show() -> str:
    """Open incidents, the longest waiting first, then what was repaired lately."""
    login = signed_in().login
    found, resolved = services().desk.incidents.open(viewer=login), services().desk.incidents.resolved(viewer=login)
    return render_template(
        "incidents/show.html",
        incidents=found,
        resolved=resolved,
        names={view.incident.id: _activity(view) for view in (*found, *resolved)},
        now=services().clock.now(),
        sees_cases=signed_in().leads,
    )


@blueprint.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try again what the incident stopped, and say what came of it."""
    if services().desk.incidents.retry(incident_id, by=signed_in().login):
        flash(gettext("The step is tried again. If it fails once more, it comes back to this list."), "good")
    else:
        flash(gettext("It failed again. Repair the cause first; the message says what it is."), "error")
    return go_to(url_for("incidents.show"))


def _activity(view: IncidentView) -> str:
    """The activity's name in the viewer's language, by the version of its instance."""
    package = package_of(view.deployment_id)
    node = package.diagram.process(package.manifest.process_id).nodes.get(view.incident.activity_id)
    return in_words(package, node.label) if node else view.incident.activity_id
