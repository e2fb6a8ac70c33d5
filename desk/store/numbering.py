"""The counter behind the case numbers: one row a local day."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from engine.ports import Transaction


def next_of_day(tx: Transaction, day: str) -> int:
    """The next number of the day (text yyyymmdd), from 1. Others wait until this transaction ends, so none is doubled."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    table = tables.numbering
    query = (
        dialect.insert(table)
        .values(day=day, last=1)
        .on_conflict_do_update(index_elements=[table.c.day], set_={"last": table.c.last + 1})
        .returning(table.c.last)
    )
    return tx.execute(query).scalar_one()


def take_back(tx: Transaction, day: str, number: int) -> None:
    """Let the next one have this number, if it was the last of the day; nothing is left of a day's first one."""
    table = tables.numbering
    where = (table.c.day == day, table.c.last == number)
    tx.execute(delete(table).where(*where) if number == 1 else update(table).where(*where).values(last=number - 1))
