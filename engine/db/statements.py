"""Statements written in SQLAlchemy's language, compiled once for each kind of database, and sent over the driver's cursor.

A step of an instance sends a dozen statements. Built anew each time they cost several times what the database takes to answer;
as constants of a module they cost little more than the driver does. Who reads or writes once in a while needs none of this and
uses `tx.execute`; both work in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Column, Dialect, Float, Table, bindparam, insert, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert, Update
from sqlalchemy.sql.expression import ClauseElement

from engine.ports import Transaction

Processor = Callable[[Any], Any]
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in one dialect: how values go in and how columns come out."""

    sql: str
    into: tuple[tuple[str, Processor | None], ...]
    positional: bool
    fixed: Mapping[str, Any]
    columns: tuple[str, ...]
    out: tuple[tuple[str, Processor], ...]

    def parameters(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """The values as the driver takes them. KeyError for one that is missing."""
        given = {**self.fixed, **values} if self.fixed else values
        if self.positional:
            return [process(given[name]) if process else given[name] for name, process in self.into]
        return {name: process(given[name]) if process else given[name] for name, process in self.into}

    def record(self, row: Sequence[Any]) -> Record:
        """A row of the driver by column name."""
        found = dict(zip(self.columns, row, strict=True))
        for name, process in self.out:
            found[name] = process(found[name])
        return found


class Statement:
    """A select, insert, update or delete with values still to be given (`given`). Made once, at import; shared among threads."""

    def __init__(self, clause: ClauseElement) -> None:
        self._clause = clause
        self._compiled: dict[str, Compiled] = {}

    def all(self, tx: Transaction, **values: Any) -> list[Record]:
        """All rows."""
        compiled, cursor = self._send(tx, values)
        return [compiled.record(row) for row in cursor.fetchall()]

    def one_or_none(self, tx: Transaction, **values: Any) -> Record | None:
        """The first row, or None."""
        compiled, cursor = self._send(tx, values)
        # all are fetched: a statement that isn't read to its end would stay open over the commit
        found = cursor.fetchall()
        return compiled.record(found[0]) if found else None

    def column(self, tx: Transaction, **values: Any) -> list[Any]:
        """The first column of all rows."""
        return [next(iter(record.values())) for record in self.all(tx, **values)]

    def value(self, tx: Transaction, **values: Any) -> Any:
        """The first column of the only row. LookupError when there is none."""
        return self.column(tx, **values)[0]

    def run(self, tx: Transaction, **values: Any) -> int:
        """Write; how many rows were changed."""
        return self._send(tx, values)[1].rowcount

    def run_many(self, tx: Transaction, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write once for each of the rows."""
        compiled = self._in(tx.dialect)
        parameters = [compiled.parameters(row) for row in rows]
        if parameters:
            self._execute(tx, "executemany", compiled, parameters)

    def _send(self, tx: Transaction, values: Mapping[str, Any]) -> tuple[Compiled, Any]:
        compiled = self._in(tx.dialect)
        return compiled, self._execute(tx, "execute", compiled, compiled.parameters(values))

    def _execute(self, tx: Transaction, method: str, compiled: Compiled, parameters: Any) -> Any:
        cursor = tx.connection.cursor()
        try:
            getattr(cursor, method)(compiled.sql, parameters)
        except tx.dialect.loaded_dbapi.Error as error:
            raise translated(error, tx.dialect, compiled.sql) from error
        return cursor

    def _in(self, dialect: Dialect) -> Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = _compile(self._clause, dialect)
        return found


def read_together(tx: Transaction, asked: Sequence[tuple[Statement, Mapping[str, Any]]]) -> list[list[Record]]:
    """The rows of several statements, in one round trip where the database is another machine's."""
    with pipelined(tx):
        sent = [statement._send(tx, values) for statement, values in asked]
    return [[compiled.record(row) for row in cursor.fetchall()] for compiled, cursor in sent]


@contextmanager
def pipelined(tx: Transaction) -> Iterator[None]:
    """Don't wait for an answer after each statement, but once, at the end. Inside, no answer may be looked at."""
    if tx.dialect.name != "postgresql":
        yield
        return
    try:
        with tx.connection.driver_connection.pipeline():
            yield
    except tx.dialect.loaded_dbapi.Error as error:
        raise translated(error, tx.dialect) from error


def _compile(clause: ClauseElement, dialect: Dialect) -> Compiled:
    compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    names = tuple(compiled.positiontup or compiled.params)
    asked_for = {name for name, bind in compiled.binds.items() if not bind.unique}
    columns = [(entry.keyname, entry.type) for entry in compiled._result_columns]
    # both drivers bring floats as floats; SQLAlchemy's processor wants to know the driver's type, which only an answer tells
    converted = ((name, kind) for name, kind in columns if not isinstance(kind, Float))
    out = ((name, kind.dialect_impl(dialect).result_processor(dialect, None)) for name, kind in converted)
    return Compiled(
        sql=compiled.string,
        into=tuple((name, compiled._bind_processors.get(name)) for name in names),
        positional=bool(compiled.positional),
        fixed={name: _plain(value) for name, value in compiled.params.items() if name not in asked_for},
        columns=tuple(name for name, _ in columns),
        out=tuple((name, process) for name, process in out if process is not None),
    )


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def translated(error: Exception, dialect: Dialect, sql: str = "") -> Exception:
    """A driver's error as SQLAlchemy would raise it, so that engine.db.database says it in domain words."""
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)


def given(column: Column[Any], name: str | None = None) -> BindParameter[Any]:
    """A value of a column's type that each call gives, by the column's name or another."""
    return bindparam(name or column.name, value=None, type_=column.type)


@cache
def insert_into(table: Table, names: tuple[str, ...], returning: str | None = None) -> Statement:
    """Insert a row with values for the named columns."""
    clause: Insert = insert(table).values({name: given(table.c[name]) for name in names})
    return Statement(clause.returning(table.c[returning]) if returning else clause)


@cache
def update_where(table: Table, names: tuple[str, ...], where: tuple[str, ...]) -> Statement:
    """Change the named columns in the rows whose columns `where` have the values given as `was_<column>`."""
    conditions = (table.c[name] == given(table.c[name], f"was_{name}") for name in where)
    clause: Update = update(table).where(*conditions)
    return Statement(clause.values({name: given(table.c[name]) for name in names}))
