"""What the processes could not do by themselves, and trying it again after the repair: one, the chosen, or all that are shown."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.processes.incidents import IncidentView
from webui.access import for_roles, go_to, signed_in
from webui.context import services
from webui.i18n import gettext
from webui.processes import analyst_words
from webui.processes.process_texts import in_words, package_of

blueprint = Blueprint("incidents", __name__)
for_roles(blueprint, "supervisor", "analyst")
analyst_words.install(blueprint)
FILTERS = ("process", "activity", "handler")
AT_A_TIME = 10
"""How many are tried in one request, so that the page can show how far it is."""
MOST_CHOSEN = 1000


@blueprint.get("/incidents")
def show() -> str:
    """Open incidents, the longest waiting first, then what was repaired lately."""
    login = signed_in().login
    found, resolved = services().desk.incidents.open(viewer=login), services().desk.incidents.resolved(viewer=login)
    asked = _asked()
    return render_template(
        "incidents/show.html",
        incidents=[view for view in found if _fits(view, asked)],
        total=len(found),
        asked=asked,
        options={name: _options(found, name) for name in FILTERS},
        resolved=resolved,
        names={view.incident.id: _activity(view) for view in (*found, *resolved)},
        now=services().clock.now(),
        sees_cases=signed_in().leads,
    )


def _asked() -> dict[str, str]:
    found = {name: request.values.get(name, "").strip()[:200] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def _fits(view: IncidentView, asked: dict[str, str]) -> bool:
    return all(_value(view, name) == wanted for name, wanted in asked.items())


def _options(found: Sequence[IncidentView], name: str) -> list[tuple[str, str]]:
    """What a filter offers: the values that occur, an activity by its name too."""
    shown = {_value(view, name): _activity(view) if name == "activity" else "" for view in found}
    return [(value, f"{text} ({value})" if text else value) for value, text in sorted(shown.items()) if value]


def _value(view: IncidentView, name: str) -> str:
    return {"process": view.process_key, "activity": view.incident.activity_id, "handler": view.handler or ""}[name]


@blueprint.post("/incidents/<int:incident_id>/retry")
def retry(incident_id: int) -> ResponseReturnValue:
    """Try again what the incident stopped, and say what came of it."""
    if services().desk.incidents.retry(incident_id, by=signed_in().login):
        flash(gettext("The step is tried again. If it fails once more, it comes back to this list."), "good")
    else:
        flash(gettext("It failed again. Repair the cause first; the message says what it is."), "error")
    return go_to(url_for("incidents.show"))


@blueprint.post("/incidents/retry")
def retry_many() -> ResponseReturnValue:
    """Try some of the chosen again, tell what came of each, and offer (or, with scripts, begin) the next ones."""
    login = signed_in().login
    open_now = {view.incident.id: view for view in services().desk.incidents.open(viewer=login)}
    chosen = _chosen(list(open_now.values()))
    now, later = chosen[:AT_A_TIME], chosen[AT_A_TIME:]
    tried = services().desk.incidents.retry_many(now, by=login)
    done, failed = (_counted(name) for name in ("done", "failed"))
    shown = {
        "tried": [(each, open_now.get(each.incident_id)) for each in tried],
        "names": {number: _activity(view) for number, view in open_now.items() if number in now},
        "later": later,
        "done": done + len(tried),
        "failed": failed + sum(each.problem is not None for each in tried),
        "sees_cases": signed_in().leads,
        "asked": _asked(),
    }
    if not tried and not done:
        flash(gettext("Choose at least one incident."), "error")
        return go_to(url_for("incidents.show", **_asked()))
    # the page's own next round replaces its button by what came of it
    whole = "HX-Request" not in request.headers
    return render_template("incidents/retried.html" if whole else "incidents/_retried.html", **shown)


def _chosen(open_now: Sequence[IncidentView]) -> list[int]:
    """The ids that were ticked, or all that the filters let through."""
    if request.form.get("which") == "shown":
        return [view.incident.id for view in open_now if _fits(view, _asked())][:MOST_CHOSEN]
    ticked = (text for text in request.form.getlist("incident") if text.isascii() and text.isdigit() and len(text) < 19)
    return list(dict.fromkeys(map(int, ticked)))[:MOST_CHOSEN]


def _counted(name: str) -> int:
    """How many the rounds before had; only told back to who sent it."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


def _activity(view: IncidentView) -> str:
    """The activity's name in the viewer's language, by the version of its instance."""
    package = package_of(view.deployment_id)
    node = package.diagram.process(package.manifest.process_id).nodes.get(view.incident.activity_id)
    return in_words(package, node.label) if node else view.incident.activity_id
