"""Brings a database to the declared schema by Alembic. Each package keeps its steps in a branch of its own.

Steps only go forward. A step may name, as `oldest_program`, the oldest step whose program may go on working after it was taken;
the database keeps that promise, so that the processes of a company can be replaced one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import delete, insert, inspect, select

from engine.db import advisory, tables
from engine.db.database import Database
from engine.errors import Unavailable
from engine.ports import Transaction

ENVIRONMENT = Path(__file__).parent / "environment"
ENGINE_STEPS = Path(__file__).parent / "steps"
log = structlog.get_logger()


def _config(locations: Sequence[Path]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(place) for place in (ENGINE_STEPS, *locations)))
    return config


def upgrade(database: Database, locations: Sequence[Path] = ()) -> None:
    """Take every schema step that is missing, in one transaction. `locations` are folders of other packages' steps.

    Raises Unavailable when the database is newer than this program.
    """
    config = _config(locations)
    with database.transaction() as tx:
        advisory.wait_for(tx, advisory.Lock.SCHEMA_STEPS)
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, "heads")
        except CommandError as error:
            raise Unavailable("The database has a newer schema than this program. Install the newer version of it.") from error
        _keep_promises(tx, ScriptDirectory.from_config(config))


def require_current(database: Database, locations: Sequence[Path] = ()) -> None:
    """Raises Unavailable when steps are missing, or when the schema is newer and doesn't promise to suit this program."""
    steps = ScriptDirectory.from_config(_config(locations))
    ours, known = set(steps.get_heads()), {step.revision for step in steps.walk_revisions()}
    with database.reading() as tx:
        found: set[str] = set(MigrationContext.configure(tx).get_current_heads())
        promised = _promises(tx) if found != ours else {}
    if found == ours:
        return
    newer = {package_of(head) for head in found - known}
    suiting = {package for package, oldest in promised.items() if package in newer and _own(ours, package) >= oldest}
    if not all(head in found or package_of(head) in suiting for head in ours):
        raise Unavailable(
            "The database has an older or newer schema than this program. Run: caseloop db upgrade",
            found=sorted(found),
            wanted=sorted(ours),
        )
    log.warning("schema_is_newer", found=sorted(found), ours=sorted(ours))


def package_of(step: str) -> str:
    """The package whose step it is: steps are named engine_0001, desk_0002 and so on, in the order in which they are taken."""
    return step.rpartition("_")[0]


def _own(heads: Iterable[str], package: str) -> str:
    """This program's newest step of a package; an empty text when it has none."""
    return max((head for head in heads if package_of(head) == package), default="")


def _keep_promises(tx: Transaction, steps: ScriptDirectory) -> None:
    promises = {package_of(head): getattr(steps.get_revision(head).module, "oldest_program", head) for head in steps.get_heads()}
    tx.execute(delete(tables.schema_promise).where(tables.schema_promise.c.package.in_(promises)))
    tx.execute(insert(tables.schema_promise), [{"package": key, "oldest_step": step} for key, step in promises.items()])


def _promises(tx: Transaction) -> Mapping[str, str]:
    if not inspect(tx).has_table(tables.schema_promise.name):
        return {}
    promise = tables.schema_promise.c
    return {row.package: row.oldest_step for row in tx.execute(select(promise.package, promise.oldest_step))}
