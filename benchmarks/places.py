"""Fresh databases of the two kinds for a measurement."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.office.postgres import postgres_server, server_programs
from engine.db import schema
from engine.db.database import Database

SQLITE, POSTGRES = "sqlite", "postgres"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where databases are made: `kind`, and a folder or the URL of a server that ends before the database's name."""

    kind: str
    where: str

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        """An empty database with the engine's tables; dropped at the end."""
        name = f"bench_{uuid.uuid4().hex[:12]}"
        if self.kind == POSTGRES:
            administer(self.where, f"CREATE DATABASE {name}")
        database = Database(f"{self.where}{name}" if self.kind == POSTGRES else f"sqlite:///{self.where}/{name}.db")
        schema.upgrade(database)
        try:
            yield database
        finally:
            database.dispose()
            if self.kind == POSTGRES:
                administer(self.where, f"DROP DATABASE {name} WITH (FORCE)")
            else:
                for path in Path(self.where).glob(f"{name}.db*"):
                    path.unlink()


def administer(server: str, statement: str) -> None:
    engine = create_engine(f"{server}postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def postgres(url: str | None) -> Iterator[Place | None]:
    """A PostgreSQL server: the one at `url` (without a database's name), else one of our own; None without its programs."""
    if url is not None:
        yield Place(kind=POSTGRES, where=url.rstrip("/") + "/")
    elif server_programs() is None:
        yield None
    else:
        with postgres_server(durable=True) as server:
            yield Place(kind=POSTGRES, where=server)
