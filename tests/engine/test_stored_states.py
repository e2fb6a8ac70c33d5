"""What earlier versions have stored is brought up to this one's schema and carried on as they themselves carried it on.

The fixtures are made by tests/engine/states/make.py and never again: see there.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema
from engine.db.database import Database
from engine.spiff.snapshot import FORMAT
from tests.engine.states import cases
from tests.engine.states.make import HERE, KEYS, continued_case, continued_stories, restore

PLACES = sorted(place.parent for place in HERE.glob("*/expected.json"))
EXPECTED = {place: json.loads((place / "expected.json").read_text("utf-8")) for place in PLACES}

pytestmark = pytest.mark.stored
SCHEMA_NOTES = ("alembic_version", "schema_promise", "sqlite_sequence")  # what is noted of the schema itself
FORGOTTEN = {("desk_agent", "language")}
"""What a step takes back: the language that was nobody's choice, by desk_0020."""
HOW_TO = "Run: python -m tests.engine.states.make"
Upgraded = Callable[[Path, str], Path]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Upgraded:
    """Gives a stored database, by its place and kind, with the schema of today; made once."""
    made: dict[tuple[Path, str], Path] = {}

    def get(place: Path, kind: str) -> Path:
        if (place, kind) not in made:
            made[place, kind] = path = tmp_path_factory.mktemp(kind) / "caseloop.db"
            restore(place / f"{kind}.sql.xz", path)
            _upgrade(path)
        return made[place, kind]

    return get


def _upgrade(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database, SCHEMA_LOCATIONS)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def stored(kind: str) -> list[Any]:
    return [pytest.param(place, name, id=f"{place.name}-{name}") for place in PLACES for name in EXPECTED[place][kind]]


@pytest.mark.parametrize(("place", "name"), stored("stories"))
def test_a_stored_instance_is_carried_on_to_its_end(upgraded: Upgraded, tmp_path: Path, place: Path, name: str) -> None:
    told = continued_stories(upgraded(place, "stories"), tmp_path, name)
    assert told == EXPECTED[place]["stories"][name]
    assert {each["state"] for way in told.values() for each in way.values()} <= {"completed", "cancelled"}
    assert {way[name]["state"] for way in told.values()} == {"completed"}


@pytest.mark.parametrize(("place", "name"), stored("cases"))
def test_a_stored_case_is_carried_on_until_it_is_closed(upgraded: Upgraded, tmp_path: Path, place: Path, name: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(upgraded(place, "cases"), home / "caseloop.db")
    shutil.copy(KEYS, cases.settings_at(home).key_file)
    cases.bootstrap.prepare(cases.settings_at(home))
    expected = EXPECTED[place]["cases"][name]
    told = continued_case(home, tmp_path, expected["number"])
    assert {"number": expected["number"], **told} == expected
    assert {way["state"] for way in told.values()} == {"closed"}


@pytest.mark.parametrize("kind", ["stories", "cases"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_bringing_the_schema_up_to_date_keeps_every_row(upgraded: Upgraded, tmp_path: Path, place: Path, kind: str) -> None:
    restore(place / f"{kind}.sql.xz", tmp_path / "before.db")
    before, after = tmp_path / "before.db", upgraded(place, kind)
    for table, columns in _columns(before).items():
        assert _rows(after, table, columns) == _rows(before, table, columns), table


def _columns(path: Path) -> dict[str, list[str]]:
    with sqlite3.connect(path) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in names if name not in SCHEMA_NOTES]
        named = {name: [column[1] for column in connection.execute(f"PRAGMA table_info({name})")] for name in kept}
    return {name: [column for column in columns if (name, column) not in FORGOTTEN] for name, columns in named.items()}


def _rows(path: Path, table: str, columns: list[str]) -> list[tuple]:
    told = ", ".join(f'"{column}"' for column in columns)
    with sqlite3.connect(path) as connection:
        return sorted(connection.execute(f"SELECT {told} FROM {table}"), key=repr)


def test_the_schema_of_today_has_its_stored_states() -> None:
    heads = ScriptDirectory.from_config(schema._config(SCHEMA_LOCATIONS)).get_heads()
    assert "-".join(sorted(heads)) in [place.name for place in PLACES], HOW_TO


def test_the_snapshot_format_of_today_has_its_stored_states(upgraded: Upgraded) -> None:
    formats = set()
    for place in PLACES:
        with sqlite3.connect(upgraded(place, "stories")) as connection:
            for (snapshot,) in connection.execute("SELECT snapshot FROM process_instance"):
                formats.add(snapshot.split(b" ")[1].decode())
    assert FORMAT in formats, HOW_TO
