"""One running instance and what a supervisor may do to it: let it rest, move a token, mend a variable, close, stop."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.package import ProcessPackage, diagram_in
from desk.processes.operations import InstanceView
from engine import codec
from webui.access import for_roles, go_to, signed_in
from webui.bodies import revision_required
from webui.casework.reasons import why_changed
from webui.context import services
from webui.i18n import gettext, language, mark
from webui.labels import Label
from webui.processes.process_texts import in_words
from webui.staffing.people_names import name_of

blueprint = Blueprint("instances", __name__)
for_roles(blueprint, "supervisor")

STATES = {
    "active": Label(text=mark("at work"), tone="info"),
    "suspended": Label(text=mark("suspended"), tone="warn", icon="clock"),
    "completed": Label(text=mark("completed"), tone="good", icon="check"),
    "cancelled": Label(text=mark("stopped"), tone="quiet", icon="cross"),
}
WAITS = {
    "work": Label(text=mark("work to be done"), tone="info"),
    "timer": Label(text=mark("an instant"), icon="clock"),
    "message": Label(text=mark("a message"), icon="inbox"),
    "signal": Label(text=mark("a signal")),
    "join": Label(text=mark("other tokens")),
    "race": Label(text=mark("the first of several events")),
    "scope": Label(text=mark("what runs inside")),
    "runs": Label(text=mark("its runs")),
    "stuck": Label(text=mark("a repair"), tone="bad", icon="alert"),
}
JOBS = {
    "available": Label(text=mark("waits for a worker")),
    "leased": Label(text=mark("a worker is at it"), tone="info"),
    "held": Label(text=mark("held"), tone="warn", icon="clock"),
    "failed": Label(text=mark("failed"), tone="bad", icon="alert"),
}
DONE = {
    "suspended": mark("suspended it"),
    "resumed": mark("let it go on"),
    "moved": mark("moved a token from %(name)s to %(target)s"),
    "changed": mark("changed the variable %(variable)s"),
    "closed": mark("closed an incident at %(name)s"),
    "cancelled": mark("stopped it"),
}


@blueprint.get("/instances/<int:instance_id>")
def show(instance_id: int) -> str:
    """Where the instance stands, and the operations that make sense now."""
    view = services().desk.operations.view(instance_id, viewer=signed_in().login)
    names = names_of(view.package)
    return render_template(
        "instances/show.html",
        view=view,
        found=view.standing,
        instance=view.standing.instance,
        names=names,
        targets={token.token_id: _targets(token.targets, names) for token in view.standing.tokens},
        variables=[(each, codec.show(each.value)) for each in view.variables],
        jobs=[job for job in view.standing.jobs if job.state in JOBS],
        done=_done(view, names),
        diagram={
            "xml": diagram_in(view.package, language()).decode("utf-8-sig"),
            "open": list(view.open),
            "passed": list(view.passed),
            "flows": list(view.flows),
        },
        states=STATES,
        waits=WAITS,
        job_states=JOBS,
        name_of=name_of,
        why_changed=why_changed,
        now=services().clock.now(),
    )


def names_of(package: ProcessPackage) -> dict[str, str]:
    """The names of all activities in the viewer's language, by id."""
    nodes = package.diagram.process(package.manifest.process_id).nodes
    return {node.id: in_words(package, node.label) for node in nodes.values()}


def _targets(targets: tuple[str, ...], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices of a move: an activity's name, with its id where the name alone says too little; nothing that isn't drawn."""
    shown = [(each, names[each]) for each in targets if each in names]
    return sorted(((each, name if name == each else f"{name} ({each})") for each, name in shown), key=lambda pair: pair[1])


def _done(view: InstanceView, names: Mapping[str, str]) -> list[tuple[object, str]]:
    return [
        (
            each,
            gettext(DONE[each.kind])
            % {
                "name": names.get(each.activity_id or "", each.activity_id or ""),
                "target": names.get(each.to_activity_id or "", each.to_activity_id or ""),
                "variable": each.variable,
            },
        )
        for each in view.done
    ]


@blueprint.post("/instances/<int:instance_id>/suspend")
def suspend(instance_id: int) -> ResponseReturnValue:
    """Let the instance rest."""
    services().desk.operations.suspend(instance_id, by=signed_in().login, reason=_reason())
    return _back(instance_id, gettext("It is suspended. Nothing happens in it until it is resumed."))


@blueprint.post("/instances/<int:instance_id>/resume")
def resume(instance_id: int) -> ResponseReturnValue:
    """Let the instance go on."""
    services().desk.operations.resume(instance_id, by=signed_in().login, reason=_reason())
    return _back(instance_id, gettext("It goes on; what became due meanwhile has happened."))


@blueprint.post("/instances/<int:instance_id>/cancel")
def cancel(instance_id: int) -> ResponseReturnValue:
    """Stop the instance for good."""
    services().desk.operations.cancel(instance_id, by=signed_in().login, reason=_reason())
    return _back(instance_id, gettext("It is stopped; everything that was open is withdrawn."))


@blueprint.post("/instances/<int:instance_id>/move")
def move(instance_id: int) -> ResponseReturnValue:
    """Move a token to the chosen activity."""
    token_id, target = request.form.get("token", ""), request.form.get("target", "")
    by, seen = signed_in().login, revision_required()
    services().desk.operations.move(instance_id, token_id, target, by=by, reason=_reason(), revision=seen)
    return _back(instance_id, gettext("The token was moved."))


@blueprint.post("/instances/<int:instance_id>/variable")
def set_variable(instance_id: int) -> ResponseReturnValue:
    """Give a variable another value."""
    name, value = request.form.get("name", "").strip(), request.form.get("value", "")
    by, seen = signed_in().login, revision_required()
    services().desk.operations.set_variable(instance_id, name, value, by=by, reason=_reason(), revision=seen)
    return _back(instance_id, gettext("The variable %(name)s has its new value.", name=name))


@blueprint.post("/instances/<int:instance_id>/incidents/<int:incident_id>/close")
def close_incident(instance_id: int, incident_id: int) -> ResponseReturnValue:
    """Close an incident for which no token waits."""
    services().desk.operations.close_incident(incident_id, by=signed_in().login, reason=_reason())
    return _back(instance_id, gettext("The incident is closed."))


def _reason() -> str:
    return request.form.get("reason", "")[:2000]


def _back(instance_id: int, told: str) -> ResponseReturnValue:
    flash(told, "good")
    return go_to(url_for("instances.show", instance_id=instance_id))
