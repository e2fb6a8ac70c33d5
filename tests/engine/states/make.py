"""Stores this version's states beside those of earlier versions. Run it when the schema or a stored format has changed:

    python -m tests.engine.states.make

A folder is named after the schema's heads. What is in it is never made anew: it is what that version has stored. With it goes
what that version did when it carried each instance on.
"""

from __future__ import annotations

import json
import lzma
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

from caseloop.schema import SCHEMA_LOCATIONS
from engine.db import schema
from engine.db.database import Database
from engine.vault import KeyRing
from tests.engine.conftest import Bench
from tests.engine.states import carry_on, cases, stories
from tests.engine.states.later_stories import LATER_STORIES
from tests.support.product import Product

HERE = Path(__file__).parent
KEYS = HERE / "keys.json"
"""The key ring of these fixtures; it seals nothing else."""

STORIES = {**stories.STORIES, **LATER_STORIES}


def heads(database_file: Path) -> tuple[str, ...]:
    """The schema steps up to which a database has come."""
    with sqlite3.connect(database_file) as connection:
        return tuple(sorted(head for (head,) in connection.execute("SELECT version_num FROM alembic_version")))


def dump(database_file: Path, packed: Path) -> None:
    """Pack a database as SQL."""
    connection = sqlite3.connect(database_file)
    text = "\n".join(connection.iterdump())
    connection.close()
    packed.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def restore(packed: Path, database_file: Path) -> None:
    """Unpack what `dump` packed, as it was."""
    connection = sqlite3.connect(database_file)
    connection.executescript(lzma.decompress(packed.read_bytes()).decode())
    connection.close()


def open_bench(database_file: Path) -> Bench:
    """An engine on a database of stories, at the instant at which they stood still."""
    bench = Bench(Database(f"sqlite:///{database_file}"), KeyRing.from_file(KEYS))
    return stories.engine_bench(bench, making=False)


def open_product(home: Path) -> Product:
    """The product on a home with a database of cases, an hour after the first of them was opened."""
    product = Product.at(home, clock=cases.FakeClock(cases.MORNING))
    product.clock.advance(hours=1)
    return product


def continued_stories(database_file: Path, folder: Path, name: str) -> dict[str, Any]:
    """How a story goes on, each way on a copy of its own."""
    told = {}
    for number, way in enumerate(carry_on.WAYS):
        copy = folder / f"{name}-{number}.db"
        shutil.copy(database_file, copy)
        bench = open_bench(copy)
        told[way] = carry_on.carry_on(bench.restarted(), name, way)
        bench.db.dispose()
    return told


def continued_case(home: Path, folder: Path, number: str) -> dict[str, Any]:
    """How a case goes on, each way on a copy of its own."""
    told = {}
    for way in cases.WAYS:
        copy = folder / f"{number}-{way}"
        shutil.copytree(home, copy)
        product = open_product(copy)
        told[way] = cases.carry_on(product, number, way)
        product.services.db.dispose()
    return told


def make(folder: Path, scratch: Path) -> Path:
    """Make this version's fixture below `folder`; the place of it."""
    engine_file, home = scratch / "engine.db", scratch / "home"
    database = Database(f"sqlite:///{engine_file}")
    schema.upgrade(database, SCHEMA_LOCATIONS)
    bench = Bench(database, KeyRing.from_file(KEYS))
    for name, story in STORIES.items():
        story(stories.engine_bench(bench.restarted(), making=True), name)
    database.dispose()
    home.mkdir()
    shutil.copy(KEYS, cases.settings_at(home).key_file)
    numbers = cases.make_all(home)
    place = folder / "-".join(heads(engine_file))
    place.mkdir()
    dump(engine_file, place / "stories.sql.xz")
    dump(home / "caseloop.db", place / "cases.sql.xz")
    told = {
        "stories": {name: continued_stories(engine_file, scratch, name) for name in STORIES},
        "cases": {name: {"number": number, **continued_case(home, scratch, number)} for name, number in numbers.items()},
    }
    (place / "expected.json").write_text(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return place


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made_in:
        sys.stdout.write(f"{make(HERE, Path(made_in))}\n")
