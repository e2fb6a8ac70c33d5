"""Makes a process package runnable: everything that can be known to be wrong is refused before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bpmn.kept import Kept
from bpmn.lint import check_package
from bpmn.normalise import normalise
from bpmn.package import ProcessPackage
from engine import starting
from engine.db import queries, starts, store
from engine.db.database import Database
from engine.definition import Definition, executable_process
from engine.errors import DeploymentRefused, Invalid, NotFound, VersionExists
from engine.model import Deployment
from engine.ports import Transaction
from engine.spiff import CompileRefused, verify_compiles

_PASSED: Kept[None] = Kept(most=256)


def check(package: ProcessPackage, *, handlers: Collection[str], functions: Collection[str]) -> None:
    """Raises DeploymentRefused with all findings when the package has errors, Invalid when it can't be compiled.

    What passed once isn't checked again in this process, by the same handlers and functions.
    """
    known_by = (package.content_hash, frozenset(handlers), frozenset(functions))
    _PASSED.get(known_by, lambda: _check(package, handlers, functions))


def _check(package: ProcessPackage, handlers: Collection[str], functions: Collection[str]) -> None:
    """Compiling happens in a process of its own, which is killed when it doesn't end: a valid diagram can loop for ever."""
    label = f"{package.key} {package.version}"
    errors = [
        finding for finding in check_package(package, handlers=handlers, functions=functions) if finding.severity == "error"
    ]
    if errors:
        raise DeploymentRefused(label, errors)
    try:
        verify_compiles(normalise(package.diagram_bytes), executable_process(package).id)
    except CompileRefused as error:
        raise Invalid(f"Package {label} can't be deployed: {error}", package=label) from error


def deploy(
    database: Database,
    package: ProcessPackage,
    *,
    handlers: Collection[str],
    functions: Collection[str],
    by: str,
    now: datetime,
) -> Deployment:
    """Check and keep a package. Deploying the same content again gives the same deployment.

    What its start events wait for starts the new version from now on, and the older ones no more.

    Raises DeploymentRefused, Invalid, and VersionExists when that version was deployed with other content.
    """
    with database.reading() as tx:
        known = _existing(tx, package)
    if known is not None:
        return known
    check(package, handlers=handlers, functions=functions)
    with database.transaction() as tx:
        return keep(tx, package, by=by, now=now)


def keep(tx: Transaction, package: ProcessPackage, *, by: str, now: datetime) -> Deployment:
    """Keep a package that was checked before, in the caller's transaction. Raises VersionExists, Invalid."""
    known = _existing(tx, package)
    if known is not None:
        return known
    deployment = store.insert_deployment(
        tx,
        files=package.to_files(),
        key=package.key,
        version=package.version,
        name=package.manifest.name,
        content_hash=package.content_hash,
        deployed_at=now,
        deployed_by=by,
    )
    starts.replace_starts(tx, deployment.key, deployment.id, _start_events(deployment, package, now))
    return deployment


def _start_events(deployment: Deployment, package: ProcessPackage, now: datetime) -> list[dict[str, Any]]:
    if not starting.waits_to_start(executable_process(package)):
        return []
    return starting.start_events(Definition.ready(deployment, package), now)


def _existing(tx: Transaction, package: ProcessPackage) -> Deployment | None:
    try:
        known = queries.deployment(tx, package.key, package.version)
    except NotFound:
        return None
    if known.content_hash != package.content_hash:
        raise VersionExists(package.key, package.version)
    return known
