"""The schema steps arrive at the declared tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from desk.tables import metadata


def test_every_sealed_column_says_as_what_it_is_sealed():
    sealed = [column for table in metadata.sorted_tables for column in table.columns if column.name.endswith("_sealed")]
    assert len(sealed) > 15
    assert [str(column) for column in sealed if not column.info.get("context", b"").startswith(b"desk ")] == []


def test_the_steps_arrive_at_the_declared_tables(database):
    def ours(_object, name, type_, _reflected, _compared) -> bool:
        return type_ != "table" or name.startswith("desk_")

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": ours})
        assert compare_metadata(context, metadata) == []
