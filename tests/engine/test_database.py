"""The database opens transactions, keeps instants, and arrives at the declared schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema, tables
from engine.db.database import Database
from engine.errors import SettingsInvalid, Unavailable


def test_the_steps_arrive_at_the_declared_schema(database: Database) -> None:
    with database.reading() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": False})
        differences = [
            entry for entry in compare_metadata(context, tables.metadata) if entry[0] not in ("remove_table", "remove_index")
        ]
    assert differences == []


def test_the_steps_of_the_engine_form_one_line() -> None:
    steps = list(ScriptDirectory(str(schema.ENVIRONMENT), version_locations=[str(schema.ENGINE_STEPS)]).walk_revisions())
    before = [step.down_revision for step in steps]
    assert before == [*sorted((step.revision for step in steps[1:]), reverse=True), None]


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    schema.upgrade(database, SCHEMA_LOCATIONS)
    schema.require_current(database, SCHEMA_LOCATIONS)


def test_a_worker_refuses_an_older_schema(tmp_path) -> None:
    with pytest.raises(Unavailable, match="caseloop db upgrade"):
        schema.require_current(Database(f"sqlite:///{tmp_path}/empty.db"), SCHEMA_LOCATIONS)


def test_an_instant_comes_back_as_utc(database: Database) -> None:
    noon_in_shanghai = datetime(2023, 10, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    with database.transaction() as tx:
        tx.execute(tables.message_taken.insert().values(message_id="m", outcome="n", taken_at=noon_in_shanghai))
    with database.reading() as tx:
        assert tx.execute(tables.message_taken.select()).one().taken_at == datetime(2023, 10, 1, 4, tzinfo=UTC)


def test_an_exception_rolls_the_transaction_back(database: Database) -> None:
    def write_then_fail() -> None:
        with database.transaction() as tx:
            tx.execute(tables.message_taken.insert().values(message_id="m", outcome="n", taken_at=datetime.now(UTC)))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_then_fail()
    with database.reading() as tx:
        assert tx.execute(tables.message_taken.select()).all() == []


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="expected sqlite"):
        Database("mysql://localhost/x")
