"""Applying a version's targets to open cases: the preview, the order with its reason, and how far the runs are."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from webui.access import for_roles, go_to, signed_in
from webui.context import services
from webui.i18n import gettext
from webui.staffing.people_names import name_of

blueprint = Blueprint("policies", __name__)
for_roles(blueprint, "supervisor", "analyst")


@blueprint.get("/targets/<version>/apply")
def preview(version: str) -> str:
    """What would move, and the runs so far. Nothing is changed by looking."""
    return _page(version)


def _page(version: str, reason: str = "") -> str:
    policies, login = services().desk.policies, signed_in().login
    return render_template(
        "targets/apply.html",
        version=version,
        preview=policies.preview(version, viewer=login),
        runs=policies.runs(viewer=login),
        reason=reason,
        sees_cases=signed_in().leads,
        name_of=name_of,
    )


@blueprint.post("/targets/<version>/apply")
def apply(version: str) -> Response:
    """Begin a run; workers go on with it."""
    reason = request.form.get("reason", "")
    services().desk.policies.apply(version, by=signed_in().login, reason=reason)
    flash(gettext("Workers apply it now, in batches; this page says how far they are."), "good")
    return go_to(url_for("policies.preview", version=version))
