"""Fixtures for all tests: each store test runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from benchmarks.office.postgres import INSTALL_HINT, postgres_server, server_programs
from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema
from engine.db.database import Database
from engine.testing import FakeClock
from engine.vault import KeyRing
from tests.support import examples  # noqa: F401  (every property is held to its profile)
from tests.support.material import missing
from tests.support.memory import keep_files_in_memory
from tests.support.product import MORNING, Product, furnished_home

keep_files_in_memory()
TEMPLATE = "template_caseloop"
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
    """URL prefix of a running PostgreSQL server that holds a database TEMPLATE with all tables."""
    if server_programs() is None:
        missing(INSTALL_HINT)
    with postgres_server() as url:
        _administer(url, f"CREATE DATABASE {TEMPLATE}")
        database = Database(url + TEMPLATE)
        schema.upgrade(database, SCHEMA_LOCATIONS)
        database.dispose()
        yield url


@cache
def _administrator(server: str) -> Engine:
    """Connected as long as the run: a connection takes as long as what it is for."""
    return create_engine(server + "postgres", isolation_level="AUTOCOMMIT")


def _administer(server: str, statement: str) -> None:
    with _administrator(server).connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def fresh_postgres(server: str, *, template: str = TEMPLATE, name: str = "") -> Iterator[str]:
    """URL of a fresh database with all tables on the server of `postgres_url`."""
    name = name or f"test_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield server + name
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_staffed(sqlite_template: Path, vault: KeyRing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with what every office begins with, copied for each test that has one."""
    path = tmp_path_factory.mktemp("staffed") / "template.db"
    shutil.copy(sqlite_template, path)
    _staff(f"sqlite:///{path}", vault)
    return path


@pytest.fixture(scope="session")
def postgres_staffed(postgres_url: str, vault: KeyRing) -> str:
    """The name of a database with what every office begins with."""
    _administer(postgres_url, f"CREATE DATABASE template_staffed TEMPLATE {TEMPLATE}")
    _staff(postgres_url + "template_staffed", vault)
    return "template_staffed"


def _staff(url: str, vault: KeyRing) -> None:
    from tests.desk.conftest import staff  # the desk is loaded for tests that have one

    database = Database(url)
    staff(database, vault)
    if database.dialect == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose databases are replaced for each test, so that one `Database` serves them all: see `standing`."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, place: Path) -> Iterator[str]:
    """URL of a fresh database with all tables, on each kind of server; in an office, with people and a process."""
    staffed = "office" in request.fixturenames
    if request.param == "sqlite":
        for left in place.glob("caseloop.db*"):
            left.unlink()
        path = place / "caseloop.db"
        shutil.copy(request.getfixturevalue("sqlite_staffed" if staffed else "sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_url")
    template = request.getfixturevalue("postgres_staffed") if staffed else TEMPLATE
    with fresh_postgres(server, template=template, name="caseloop_test") as url:
        yield url


@pytest.fixture(scope="session")
def standing() -> Callable[[str], Database]:
    """Gives the one `Database` of a URL, which lasts as long as the run: it compiles each statement once, not once a test."""
    return cache(Database)


@pytest.fixture
def database(database_url: str, standing: Callable[[str], Database]) -> Iterator[Database]:
    database = standing(database_url)
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
def product(place: Path, furnished: Path, standing: Callable[[str], Database]) -> Iterator[Product]:
    """The whole product on a Monday morning at 09:30, with a clock that moves only when told."""
    home = place / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(furnished, home)
    database = standing(f"sqlite:///{home / 'caseloop.db'}")
    yield Product.at(home, clock=FakeClock(MORNING), db=database)
    database.dispose()
