"""Many rows in one statement: on PostgreSQL as arrays, which costs a fraction of sending the statement for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Dialect, Table, any_, literal

from engine.db.statements import insert_into, translated, update_where
from engine.ports import Transaction

Rows = Sequence[Mapping[str, Any]]


def insert_all(tx: Transaction, table: Table, names: tuple[str, ...], rows: Rows) -> None:
    """Insert rows with values for the named columns."""
    if tx.dialect.name != "postgresql":
        insert_into(table, names).run_many(tx, rows)
    elif rows:
        given = tuple((name, table.c[name]) for name in names)
        sql = f"INSERT INTO {table.name} ({_listed(names)}) SELECT {_listed(names)} FROM"
        _send(tx, sql, given, "", rows)


def update_all(tx: Transaction, table: Table, names: tuple[str, ...], where: tuple[str, ...], rows: Rows) -> None:
    """Change the named columns; the columns `where` of each row have the values given as `was_<column>`."""
    if tx.dialect.name != "postgresql":
        update_where(table, names, where).run_many(tx, rows)
    elif rows:
        given = (*((name, table.c[name]) for name in names), *((f"was_{name}", table.c[name]) for name in where))
        changes = ", ".join(f'"{name}" = given."{name}"' for name in names)
        same = " AND ".join(f'{table.name}."{name}" = given."was_{name}"' for name in where)
        _send(tx, f"UPDATE {table.name} SET {changes} FROM", given, f" WHERE {same}", rows)


def is_among(tx: Transaction, column: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether a column has one of many values: one array where there are arrays, since hundreds of values cost much to read."""
    if tx.dialect.name == "postgresql":
        return column == any_(literal(list(values), ARRAY(column.type)))
    return column.in_(list(values))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _send(tx: Transaction, head: str, given: tuple[tuple[str, Column[Any]], ...], tail: str, rows: Rows) -> None:
    """Send a statement whose rows are the table `given` of these columns. What is the same in all rows is sent once."""
    columns = {name: [row[name] for row in rows] for name, _ in given}
    one = {name for name, values in columns.items() if name != given[0][0] and values.count(values[0]) == len(values)}
    types = {name: _type(column, tx.dialect) for name, column in given}
    told = ", ".join(f'%b::{types[name]} AS "{name}"' if name in one else f'"{name}"' for name in columns)
    many = [name for name in columns if name not in one]
    arrays = ", ".join(f"%b::{types[name]}[]" for name in many)
    values = [columns[name][0] for name in columns if name in one] + [columns[name] for name in many]
    sql = f"{head} (SELECT {told} FROM unnest({arrays}) AS varied({_listed(many)})) AS given{tail}"
    try:
        tx.connection.cursor().execute(sql, values)
    except tx.dialect.loaded_dbapi.Error as error:
        raise translated(error, tx.dialect, sql) from error


@lru_cache(maxsize=256)
def _type(column: Column[Any], dialect: Dialect) -> str:
    return column.type.dialect_impl(dialect).compile(dialect=dialect)
