"""The schema steps arrive at the declared tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from desk.tables import metadata


def test_the_steps_arrive_at_the_declared_tables(database):
    def ours(_object, name, type_, _reflected, _compared) -> bool:
        return type_ != "table" or name.startswith("desk_")

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": ours})
        assert compare_metadata(context, metadata) == []
