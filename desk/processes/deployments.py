"""Deployed packages for programs: look at them, deploy a new one."""

from __future__ import annotations

from bpmn.package import ProcessPackage
from desk.context import DeskContext
from desk.rights import require_operator, require_publisher
from desk.store import people
from engine.db import lists, queries, store
from engine.errors import NotFound
from engine.model import Deployment


class Deployments:
    """Supervisors, analysts and administrators look, analysts and administrators deploy. All raise RightMissing."""

    def __init__(self, context: DeskContext) -> None:
        self._engine = context.engine
        self._db = context.engine.db

    def page(self, *, viewer: str, key: str | None, after: int, limit: int) -> list[Deployment]:
        """Deployments by id, those behind `after`."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at deployments")
            return lists.deployments(tx, key=key, after=after, limit=limit)

    def deployment(self, deployment_id: int, *, viewer: str) -> tuple[Deployment, ProcessPackage]:
        """One deployment with its package. Raises NotFound."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at deployments")
            deployment, _ = store.deployment_files(tx, deployment_id)
            return deployment, self._engine.definition(deployment_id, tx).package

    def newest(self, key: str, *, viewer: str) -> tuple[Deployment, ProcessPackage]:
        """The newest deployment of a process. Raises NotFound."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "look at deployments")
            deployed = queries.deployments(tx, key=key)
            if not deployed:
                raise NotFound(f"{key} isn't deployed.", key=key)
            return deployed[-1], self._engine.definition(deployed[-1].id, tx).package

    def deploy(self, package: ProcessPackage, *, by: str) -> Deployment:
        """Make a package runnable; new cases use it only after a rollout. Raises what engine.deploy.deploy raises."""
        with self._db.reading() as tx:
            require_publisher(people.agent(tx, by), "deploy processes")
        return self._engine.deploy(package, by=by)
