"""Process definitions: what can be started, and with which form."""

from __future__ import annotations

from desk.model import Scope
from webui.api.operations import Answer, Call, Operation
from webui.api.shapes import ID, PROCESS_KEY, TEXT, Shape, or_null
from webui.context import services

DEFINITION = Shape(
    "Definition",
    {
        "key": TEXT,
        "version": TEXT,
        "name": TEXT,
        "deployment_id": ID,
        "process_id": TEXT,
        "start_form": or_null({"type": "object"}),
    },
)


def get_definition(call: Call) -> Answer:
    """Get the newest version of a process. `start_form` is the form-js schema of the form with which it starts, if it has one."""
    deployment, package = services().desk.deployments.newest(call.path["key"], viewer=call.by)
    process = package.diagram.process(package.manifest.process_id)
    starts = (package.forms.get(node.work.form_id or "") for node in process.inside(None) if node.kind == "startEvent")
    form = next(filter(None, starts), None)
    return DEFINITION.show(
        deployment,
        deployment_id=deployment.id,
        process_id=package.manifest.process_id,
        start_form=dict(form.schema) if form else None,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/definitions/{key}",
        view=get_definition,
        scope=Scope.READ,
        parts={"key": PROCESS_KEY},
        answers={200: DEFINITION.schema},
    ),
)
