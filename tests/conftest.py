"""Fixtures for all tests: each store test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from benchmarks.office.postgres import INSTALL_HINT, postgres_server, server_programs
from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema
from engine.db.database import Database
from engine.testing import FakeClock
from engine.vault import KeyRing
from tests.support.material import missing
from tests.support.memory import keep_files_in_memory
from tests.support.product import MORNING, Product, furnished_home

keep_files_in_memory()
STORED = {"database_url", "sqlite_template", "postgres_url", "furnished"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a database, so that the fast tests can leave it out."""
    for item in items:
        if STORED & set(getattr(item, "fixturenames", ())):
            item.add_marker("stored")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, copied for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database, SCHEMA_LOCATIONS)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL prefix of a running PostgreSQL server that holds a database `template_caseloop` with all tables."""
    if server_programs() is None:
        missing(INSTALL_HINT)
    with postgres_server() as url:
        _administer(url, "CREATE DATABASE template_caseloop")
        database = Database(url + "template_caseloop")
        schema.upgrade(database, SCHEMA_LOCATIONS)
        database.dispose()
        yield url


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """URL of a fresh database with all tables on the server of `postgres_url`."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE template_caseloop")
    try:
        yield server + name
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with all tables, on each kind of server."""
    if request.param == "sqlite":
        path = tmp_path / "caseloop.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with fresh_postgres(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def vault() -> KeyRing:
    return KeyRing.generate()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A home folder with the packaged processes deployed and the demo's people in it, copied for each test."""
    return furnished_home(tmp_path_factory.mktemp("furnished"), sqlite_template=sqlite_template)


@pytest.fixture
def product(tmp_path: Path, furnished: Path) -> Iterator[Product]:
    """The whole product on a Monday morning at 09:30, with a clock that moves only when told."""
    home = tmp_path / "home"
    shutil.copytree(furnished, home)
    product = Product.at(home, clock=FakeClock(MORNING))
    yield product
    product.services.db.dispose()
