"""Seals everything in the database with a new key."""

from __future__ import annotations

from sqlalchemy import Table, select, update

from caseloop.settings import Settings
from desk import tables as desk_tables
from engine.db import tables as engine_tables
from engine.db.database import Database
from engine.ports import Transaction
from engine.vault import KeyRing


def rotate_keys(settings: Settings) -> int:
    """Add a key to the key file, then seal every value with it; how many values changed.

    The key file is written first: should the second step be interrupted, old and new values can both be read, and running
    it again finishes the work under one more key.
    """
    ring = KeyRing.from_file(settings.key_file).rotated()
    ring.save(settings.key_file)
    database = Database(settings.database_url)
    changed = 0
    for table in (*engine_tables.metadata.sorted_tables, *desk_tables.metadata.sorted_tables):
        with database.transaction() as tx:
            changed += reseal(tx, ring, table)
    database.dispose()
    return changed


def reseal(tx: Transaction, ring: KeyRing, table: Table) -> int:
    """Seal every value of a table that an older key sealed with the newest one; how many values changed."""
    columns = [column for column in table.columns if "context" in column.info]
    if not columns:
        return 0
    keys = list(table.primary_key.columns)
    changed = 0
    for row in tx.execute(select(*keys, *columns)).all():
        fresh = {}
        for column in columns:
            sealed, context = row._mapping[column.name], column.info["context"]
            if sealed is not None and KeyRing.key_id(sealed) != ring.newest:
                fresh[column.name] = ring.seal(ring.open(sealed, context=context), context=context)
        if fresh:
            where = [key == row._mapping[key.name] for key in keys]
            tx.execute(update(table).where(*where).values(**fresh))
            changed += len(fresh)
    return changed
