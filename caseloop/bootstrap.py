"""Puts the product together: database, keys, engine, desk, handlers. The only place that knows them all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from bpmn.package import ProcessPackage, load_package
from caseloop.schema import SCHEMA_LOCATIONS
from caseloop.settings import EMBEDDED, PROCRASTINATE, Settings
from desk.calendarsource import StoredCalendars
from desk.context import DeskSettings
from desk.limits.clocklookup import ClockLookup
from desk.projection import CaseProjection
from desk.service import Desk
from engine import pruning
from engine.db import schema
from engine.db.database import Database
from engine.errors import SettingsInvalid
from engine.ports import Chance, Clock, Decider, Doer, Handler, SystemChance, SystemClock
from engine.queue import Queue
from engine.queues.embedded import EmbeddedQueue
from engine.queues.procrastinate import ProcrastinateQueue
from engine.service import Engine
from engine.vault import KeyRing

HANDLER_GROUP = "caseloop.handlers"
QUEUES: Mapping[str, Callable[[Database, KeyRing], Queue]] = {EMBEDDED: EmbeddedQueue, PROCRASTINATE: ProcrastinateQueue}


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the web, the worker, the commands and the handlers work with."""

    settings: Settings
    db: Database
    vault: KeyRing
    clock: Clock
    chance: Chance
    engine: Engine
    desk: Desk


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    chance: Chance | None = None,
    hasher: Any = None,
    db: Database | None = None,
) -> Services:
    """Build all services on a database that is up to date: on `db`, else on the one that the settings name.

    Raises SettingsInvalid or Unavailable, each with the way out.
    """
    clock, chance = clock or SystemClock(), chance or SystemChance()
    db = db or Database(settings.database_url)
    schema.require_current(db, SCHEMA_LOCATIONS)
    vault = KeyRing.from_file(settings.key_file)
    handlers: dict[str, Handler] = {}
    desk_settings = DeskSettings(
        time_zone=settings.time_zone.key,
        base_url=settings.base_url.rstrip("/"),
        untouched_after=settings.untouched_after,
        tiers=settings.tiers,
        language=settings.customer_language,
    )
    calendars = StoredCalendars(desk_settings.time_zone)
    projection = CaseProjection(
        vault,
        time_zone=desk_settings.time_zone,
        calendars=calendars,
        untouched_after=desk_settings.untouched_after,
        tiers=settings.tiers,
    )
    lookups = (ClockLookup(calendars),)
    queue = QUEUES[settings.queue](db, vault)
    kept = {"projections": (projection,), "lookups": lookups}
    engine = Engine(db, vault=vault, handlers=handlers, clock=clock, chance=chance, queue=queue, **kept)
    engine.chores.extend(pruning.chores(db, clock, keep_jobs=settings.keep_jobs, keep_keys=settings.keep_keys))
    desk = Desk(engine, vault=vault, clock=clock, chance=chance, settings=desk_settings, calendars=calendars, hasher=hasher)
    services = Services(settings=settings, db=db, vault=vault, clock=clock, chance=chance, engine=engine, desk=desk)
    handlers.update(load_handlers(services))
    return services


def load_handlers(services: Any) -> dict[str, Handler]:
    """Make every handler that an entry point or the settings name. Raises SettingsInvalid for one that can't be made."""
    factories: dict[str, Any] = {point.name: point.load for point in entry_points(group=HANDLER_GROUP)}
    factories |= {name: _loader(name, place) for name, place in services.settings.handlers.items()}
    made: dict[str, Handler] = {}
    for name, load in factories.items():
        handler = load()(services)
        if not isinstance(handler, Decider | Doer):
            raise SettingsInvalid(f"Handler {name}: expected methods gather and decide, or do; got {type(handler).__name__}.")
        made[name] = handler
    return made


def _loader(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")

    def load() -> Any:
        try:
            return getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise SettingsInvalid(f"CASELOOP_HANDLERS: {name}={place} can't be loaded ({error}).") from error

    return load


def prepare(settings: Settings) -> None:
    """Make the home folder, the keys and the tables, as far as they are missing. Safe to run again and at the same time."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not settings.key_file.exists():
        _make_once(settings.key_file, KeyRing.generate().save)
    if not settings.secret_file.exists():
        _make_once(settings.secret_file, _write_secret)
    database = Database(settings.database_url)
    schema.upgrade(database, SCHEMA_LOCATIONS)
    database.dispose()


def _make_once(path: Path, write: Any) -> None:
    """Write beside, then link: of two processes that start at once, one wins and both use its file."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    write(fresh)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _write_secret(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))


def web_secret(settings: Settings) -> bytes:
    """The key that signs sessions. Raises SettingsInvalid when `prepare` never ran."""
    try:
        return settings.secret_file.read_bytes()
    except FileNotFoundError:
        raise SettingsInvalid(f"{settings.secret_file} doesn't exist. Run: caseloop db upgrade") from None


def packaged_processes() -> Mapping[str, ProcessPackage]:
    """The process packages that ship with the product, by "key/version", in the order of their versions."""
    root = Path(__file__).resolve().parent.parent / "processes"
    folders = sorted(path.parent for path in root.glob("*/*/process.toml"))
    return {f"{folder.parent.name}/{folder.name}": load_package(folder) for folder in folders}
