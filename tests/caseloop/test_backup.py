"""A back-up that is taken while cases run comes back whole, in an empty place, and the cases in it go on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine

from caseloop import backup, bootstrap, first_start
from caseloop.cli import main
from caseloop.settings import Settings
from engine.db import queries
from engine.model import InstanceState
from engine.vault import KeyRing
from engine.worker import Worker
from tests.support.product import INTAKE, QUICK_HASHER


def settings_of(home: Path, url: str) -> Settings:
    return Settings.from_environment(environment(home, url))


def environment(home: Path, url: str) -> dict[str, str]:
    return {"CASELOOP_HOME": str(home), "CASELOOP_DATABASE_URL": url}


def run(home: Path, url: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env=environment(home, url))


@pytest.fixture
def running(tmp_path: Path, database_url: str) -> bootstrap.Services:
    """A product with people and processes, in which cases come in."""
    settings = settings_of(tmp_path / "home", database_url)
    bootstrap.prepare(settings)
    services = bootstrap.build(settings, hasher=QUICK_HASHER)
    first_start.furnish(services)
    return services


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database of the same kind."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'elsewhere' / 'caseloop.db'}"
        return
    server = create_engine(database_url, isolation_level="AUTOCOMMIT")
    name = f"{database_url.rpartition('/')[2]}_restored"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield f"{database_url.rpartition('/')[0]}/{name}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def take_cases(services: bootstrap.Services, stop: threading.Event) -> None:
    while not stop.is_set():
        services.desk.intake.open_case(INTAKE, by="li")


def test_a_back_up_taken_while_cases_come_in_is_whole_and_goes_on_elsewhere(
    running: bootstrap.Services, elsewhere: str, database_url: str, tmp_path: Path
) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    number = running.desk.intake.open_case(INTAKE, by="li")
    stop = threading.Event()
    clients = [threading.Thread(target=take_cases, args=(running, stop)) for _ in range(2)]
    for client in clients:
        client.start()
    said = run(home, database_url, "db", "backup", str(copy))
    stop.set()
    for client in clients:
        client.join()
    assert said.exit_code == 0, said.output
    assert copy.stat().st_mode & 0o077 == 0, "nobody else reads it"

    said = run(home, elsewhere, "db", "restore", str(copy))
    assert said.exit_code == 0, said.output
    assert run(home, elsewhere, "audit", "verify").exit_code == 0
    restored = bootstrap.build(settings_of(home, elsewhere))
    Worker(restored.engine, name="after").run_until_idle()
    with restored.db.reading() as tx:
        assert queries.instance_by_key(tx, number).state is InstanceState.ACTIVE
    restored.desk.intake.open_case(INTAKE, by="li")
    for services in (running, restored):
        services.db.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_written_meanwhile_never_makes_a_copy_begin_anew(
    running: bootstrap.Services, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES_AT_ONCE", 100)
    told: list[int] = []

    def write_meanwhile(done: int, _total: int) -> None:
        assert done > (told[-1] if told else 0), "it began anew"
        told.append(done)
        running.desk.intake.open_case(INTAKE, by="li")

    backup.back_up(settings_of(tmp_path / "home", database_url), tmp_path / "copy", progress=write_meanwhile)
    assert len(told) > 2
    running.db.dispose()


def test_a_back_up_is_never_overwritten_nor_restored_over_a_database(
    running: bootstrap.Services, database_url: str, tmp_path: Path
) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    assert run(home, database_url, "db", "backup", str(copy)).exit_code == 0
    kept = copy.read_bytes()
    assert "exists already" in run(home, database_url, "db", "backup", str(copy)).output
    assert copy.read_bytes() == kept
    refused = run(home, database_url, "db", "restore", str(copy))
    assert refused.exit_code != 0
    assert "exists already" in refused.output or "isn't empty" in refused.output
    running.db.dispose()


def test_a_restore_says_when_the_key_file_is_not_the_one_of_its_time(
    running: bootstrap.Services, elsewhere: str, database_url: str, tmp_path: Path
) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    running.desk.intake.open_case(INTAKE, by="li")
    assert run(home, database_url, "db", "backup", str(copy)).exit_code == 0
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    KeyRing.generate().rotated().save(stranger / "keys.json")
    refused = run(stranger, elsewhere, "db", "restore", str(copy))
    assert refused.exit_code != 0
    assert "Restore the row" in refused.output or "key file" in refused.output
    running.db.dispose()


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_what_is_no_back_up_is_refused_and_leaves_nothing(content: bytes, tmp_path: Path) -> None:
    home, wrong = tmp_path / "home", tmp_path / "wrong"
    wrong.write_bytes(content)
    home.mkdir()
    KeyRing.generate().save(home / "keys.json")
    url = f"sqlite:///{home / 'caseloop.db'}"
    refused = run(home, url, "db", "restore", str(wrong))
    assert refused.exit_code == 1
    assert "is no copy of a SQLite database" in refused.output or "is damaged" in refused.output
    assert sorted(path.name for path in home.iterdir()) == ["keys.json"]
