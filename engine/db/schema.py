"""Brings a database to the declared schema by Alembic. Each package keeps its steps in a branch of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from engine.db.database import Database
from engine.errors import Unavailable

ENVIRONMENT = Path(__file__).parent / "environment"
ENGINE_STEPS = Path(__file__).parent / "steps"


def _config(locations: Sequence[Path]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(str(place) for place in (ENGINE_STEPS, *locations)))
    return config


def upgrade(database: Database, locations: Sequence[Path] = ()) -> None:
    """Take every schema step that is missing, in one transaction. `locations` are folders of other packages' steps."""
    config = _config(locations)
    with database.transaction() as tx:
        if database.dialect == "postgresql":
            # two processes that start at once must not both create the tables
            tx.exec_driver_sql("SELECT pg_advisory_xact_lock(726371)")
        config.attributes["connection"] = tx
        try:
            command.upgrade(config, "heads")
        except CommandError as error:
            raise Unavailable(
                "The database has a newer schema than this program. Install the program's newer version."
            ) from error


def require_current(database: Database, locations: Sequence[Path] = ()) -> None:
    """Raises Unavailable when steps are missing, so that no worker runs on an older schema."""
    wanted = set(ScriptDirectory.from_config(_config(locations)).get_heads())
    with database.reading() as tx:
        found = set(MigrationContext.configure(tx).get_current_heads())
    if found != wanted:
        raise Unavailable(
            "The database has an older or newer schema than this program. Run: caseloop db upgrade",
            found=sorted(found),
            wanted=sorted(wanted),
        )
