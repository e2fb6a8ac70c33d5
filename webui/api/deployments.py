"""Deployments: packages made runnable."""

from __future__ import annotations

from bpmn.package import read_zip
from desk.model import Scope
from engine.model import Deployment
from webui.api.operations import PAGING, ZIP, Answer, Call, Operation
from webui.api.paging import page
from webui.api.shapes import ID, INSTANT, PROCESS_KEY, TEXT, Shape, items, page_of
from webui.context import services

FIELDS = {
    "id": ID,
    "key": TEXT,
    "version": TEXT,
    "name": TEXT,
    "content_hash": TEXT,
    "deployed_at": INSTANT,
    "deployed_by": TEXT,
}
DEPLOYMENT = Shape("Deployment", FIELDS)
WITH_FILES = Shape("DeploymentWithFiles", {**FIELDS, "files": items(TEXT)})


def list_deployments(call: Call) -> Answer:
    """List deployments, the oldest first. With `key` those of one process."""

    def fetch(after: int, limit: int) -> list[Deployment]:
        return services().desk.deployments.page(viewer=call.by, key=call.query.get("key"), after=after, limit=limit)

    return page(call, fetch, DEPLOYMENT.show)


def get_deployment(call: Call) -> Answer:
    """Get one deployment with the names of its files."""
    deployment, package = services().desk.deployments.deployment(call.path["deployment_id"], viewer=call.by)
    return WITH_FILES.show(deployment, files=sorted(package.files))


def deploy_package(call: Call) -> Answer:
    """Deploy a process package. The body is a zip file with the package's files at its top. The same content again gives the
    same deployment. New cases use it only after a rollout; running ones keep their version.
    """
    return 201, DEPLOYMENT.show(services().desk.deployments.deploy(read_zip(call.body), by=call.by))


OPERATIONS = (
    Operation(
        method="GET",
        path="/deployments",
        view=list_deployments,
        scope=Scope.READ,
        query={**PAGING, "key": PROCESS_KEY},
        answers={200: page_of(DEPLOYMENT)},
    ),
    Operation(
        method="GET",
        path="/deployments/{deployment_id}",
        view=get_deployment,
        scope=Scope.READ,
        answers={200: WITH_FILES.schema},
    ),
    Operation(
        method="POST",
        path="/deployments",
        view=deploy_package,
        scope=Scope.DEPLOY,
        body={"type": "string", "format": "binary"},
        media_type=ZIP,
        answers={201: DEPLOYMENT.schema},
    ),
)
