"""Programs of two versions work on one database, as far as the newer schema promises it."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema
from engine.db.database import Database
from engine.errors import Unavailable

STEP = """
import sqlalchemy as sa
from alembic import op

revision = "desk_9999"
down_revision = {before!r}
branch_labels = None
depends_on = None
{promise}


def upgrade():
    op.add_column("desk_agent", sa.Column("nickname", sa.String(length=40), nullable=True))
"""


def newer(folder: Path, promise: str) -> tuple[Path, ...]:
    """The step folders of a newer program, whose desk has one step more."""
    before = max(path.name[:9] for path in SCHEMA_LOCATIONS[0].glob("desk_*.py"))
    folder.mkdir()
    (folder / "desk_9999_give_agents_a_nickname.py").write_text(
        STEP.format(before=before, promise=promise.format(before=before)), "utf-8"
    )
    return (*SCHEMA_LOCATIONS, folder)


def test_an_older_program_starts_on_a_newer_schema_that_promises_to_suit_it(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database, newer(tmp_path / "steps", 'oldest_program = "{before}"'))
    schema.require_current(database, SCHEMA_LOCATIONS)


def test_an_older_program_refuses_a_newer_schema_without_that_promise(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database, newer(tmp_path / "steps", ""))
    with pytest.raises(Unavailable, match="older or newer schema"):
        schema.require_current(database, SCHEMA_LOCATIONS)


def test_a_promise_to_later_programs_only_is_none_to_this_one(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database, newer(tmp_path / "steps", 'oldest_program = "desk_9998"'))
    with pytest.raises(Unavailable, match="older or newer schema"):
        schema.require_current(database, SCHEMA_LOCATIONS)


def test_a_newer_program_refuses_an_older_schema_whatever_was_promised(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="caseloop db upgrade"):
        schema.require_current(database, newer(tmp_path / "steps", 'oldest_program = "{before}"'))


def test_an_older_program_says_that_it_cannot_upgrade_a_newer_schema(database: Database, tmp_path: Path) -> None:
    schema.upgrade(database, newer(tmp_path / "steps", 'oldest_program = "{before}"'))
    with pytest.raises(Unavailable, match="newer schema than this program"):
        schema.upgrade(database, SCHEMA_LOCATIONS)
