"""Copies the database while everything runs, and brings a copy back into an empty place.

A copy holds everything but the keys: whoever steals it reads nothing, and whoever loses `keys.json` can't read it either.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, inspect, select

from caseloop.schema import SCHEMA_LOCATIONS
from caseloop.settings import Settings
from engine.db import schema, tables
from engine.db.database import Database
from engine.errors import Conflict, Invalid, SettingsInvalid, Unavailable
from engine.vault import KeyRing

PAGES_AT_ONCE = 2000
SQLITE_HEAD = b"SQLite format 3\0"


def back_up(settings: Settings, target: Path, *, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Write one consistent copy of the database to `target`; web and workers go on meanwhile. `progress` hears pages.

    Raises Conflict when `target` exists, Unavailable when the copy can't be made; then no file is left behind.
    """
    if target.exists():
        raise Conflict(f"{target} exists already. Name another file; a back-up is never overwritten.")
    url = Database(settings.database_url).url
    fresh = target.with_name(f"{target.name}.unfinished")
    try:
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(url.database or ""), fresh, progress)
        else:
            _run_with_password(url, "pg_dump", "--format=custom", f"--file={fresh}")
        fresh.chmod(0o600)
        os.link(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)


def restore(settings: Settings, source: Path) -> None:
    """Bring a copy into the database of the settings, which must be empty, and take the schema steps that it lacks.

    Raises Conflict when the database isn't empty, Invalid when `source` is no back-up of this kind of database,
    SettingsInvalid without a key file, Unavailable when the copy can't be brought back, VaultError when the key file doesn't
    open it: the copy is in place then, and only the right key file is missing.
    """
    keys = KeyRing.from_file(settings.key_file)
    database = Database(settings.database_url)
    is_sqlite = database.dialect == "sqlite"
    _require_kind(source, is_sqlite=is_sqlite)
    if is_sqlite:
        place = Path(database.url.database or "")
        _copy_into_place(source, place)
    else:
        _require_empty(database)
        _run_with_password(database.url, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(source))
    try:
        schema.upgrade(database, SCHEMA_LOCATIONS)
        _require_keys(database, keys)
    finally:
        database.dispose()


def _copy_sqlite(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    if not source.exists():
        raise Unavailable(f"There is no database at {source}. Run: caseloop db upgrade")
    here, there = sqlite3.connect(source), sqlite3.connect(target)
    try:
        # one reading as long as the copy takes: else each write meanwhile would make it begin anew, and a busy desk never ends it
        here.execute("BEGIN")
        here.execute("SELECT 1 FROM sqlite_master").fetchone()
        here.backup(there, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total))
    finally:
        there.close()
        here.close()


def _copy_into_place(source: Path, place: Path) -> None:
    if place.exists():
        raise Conflict(f"{place} exists already. Stop web and workers, move it away, then restore.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.unfinished")
    try:
        shutil.copyfile(source, fresh)
        with sqlite3.connect(fresh) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        connection.close()
        if found != "ok":
            raise Invalid(f"{source} is damaged ({found}). Take an older back-up.")
        fresh.chmod(0o600)
        os.link(fresh, place)
    except sqlite3.DatabaseError as error:
        raise Invalid(f"{source} is damaged ({error}). Take an older back-up.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _require_kind(source: Path, *, is_sqlite: bool) -> None:
    try:
        with source.open("rb") as file:
            head = file.read(len(SQLITE_HEAD))
    except OSError as error:
        raise Invalid(f"{source} can't be read ({error.strerror}).") from error
    if is_sqlite and head != SQLITE_HEAD:
        raise Invalid(f"{source} is no copy of a SQLite database. Was it made from PostgreSQL? Then set CASELOOP_DATABASE_URL.")
    if not is_sqlite and not head.startswith(b"PGDMP"):
        raise Invalid(f"{source} is no pg_dump file in custom format.")


def _require_empty(database: Database) -> None:
    with database.reading() as tx:
        if inspect(tx).get_table_names():
            raise Conflict("The database isn't empty. Create an empty one, and restore into that.")


def _require_keys(database: Database, keys: KeyRing) -> None:
    """The newest event is sealed with the newest key of its time: who can open it has the right file."""
    events = tables.history_event.c
    query = select(events.data_sealed).order_by(events.instance_id.desc(), events.seq.desc()).limit(1)
    with database.reading() as tx:
        sealed = tx.execute(query).scalar_one_or_none()
    if sealed is not None:
        keys.open(sealed, context=tables.HISTORY_CONTEXT)


def _run_with_password(url: URL, program: str, *arguments: str) -> None:
    """Run a program of PostgreSQL on the database; the password goes by the environment, where no other user sees it."""
    path = shutil.which(program) or next((str(found) for found in _server_folder(program)), None)
    if path is None:
        raise SettingsInvalid(f"{program} isn't installed here. Install PostgreSQL's client programs, or run it elsewhere.")
    target = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, "PGPASSWORD": str(url.password)} if url.password else None
    done = subprocess.run([path, f"--dbname={target}", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"{program} failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")


def _server_folder(program: str) -> list[Path]:
    """Debian keeps the programs of each version of the server in a folder of its own; the newest first."""
    return sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
