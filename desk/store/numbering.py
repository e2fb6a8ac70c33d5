"""The counter behind the case numbers: one row a local day, taken within the transaction that uses the number."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from engine.ports import Transaction


def next_of_day(tx: Transaction, day: str) -> int:
    """The next number of the day (text yyyymmdd), from 1. Others wait until this transaction ends, so none is lost or doubled."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    table = tables.numbering
    query = (
        dialect.insert(table)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=[table.c.day], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    return tx.execute(query).scalar_one()
