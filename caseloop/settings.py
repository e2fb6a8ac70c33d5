"""Settings: read once from the environment, checked at once, frozen. A bad one says what was expected and what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from caseloop import channel_file
from desk.notification.templates import LANGUAGES
from desk.profiles import DEFAULT_TIERS, TIER
from engine.errors import SettingsInvalid

PREFIX = "CASELOOP_"
KNOWN = (
    "HOME",
    "DATABASE_URL",
    "HOST",
    "PORT",
    "BASE_URL",
    "TIME_ZONE",
    "SMTP_URL",
    "MAIL_FROM",
    "THREADS",
    "HANDLERS",
    "TRUSTED_PROXY",
    "QUEUE",
    "UNTOUCHED_MINUTES",
    "CHANNELS_FILE",
    "STREAMS",
    "TIERS",
    "CUSTOMER_LANGUAGE",
    "KEEP_JOBS_DAYS",
    "KEEP_KEYS_DAYS",
)
LONGEST_KEPT_DAYS = 36_500
EMBEDDED, PROCRASTINATE = QUEUES = ("embedded", "procrastinate")
IGNORED = ("CRASH_AT", "FRONTEND", "NODE", "SHARED_DATA")
"""Variables of the build and the tests that share our prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`home` holds the SQLite file, the key file and the web's secret. `smtp_url` None: no mail leaves, notices stay in the app.

    `untouched_after` is how long an assigned case may lie untouched before somebody else gets it; None: for ever.
    `queue` is one of QUEUES: how jobs reach workers. `trusted_proxy` is the address of the one proxy whose word
    about the visitor's address is believed. `handlers` maps further handler names to
    "module:factory", beside those found by entry point. `channels` is the file of channels, read (caseloop.channel_file).
    `tiers` are the keys of the customers' tiers, the usual one first. `customer_language` is of customers without one.
    `keep_jobs` and `keep_keys` say how long finished jobs and the keys of what was taken once are kept; None: for ever.
    `streams` is how many pages may be told live, each by a thread of the web server beside `threads`.
    """

    home: Path
    database_url: str
    host: str
    port: int
    base_url: str
    time_zone: ZoneInfo
    smtp_url: str | None
    mail_from: str
    threads: int
    handlers: Mapping[str, str]
    trusted_proxy: str | None
    queue: str
    untouched_after: timedelta | None
    channels: Mapping[str, Any]
    streams: int
    tiers: tuple[str, ...]
    customer_language: str
    keep_jobs: timedelta | None
    keep_keys: timedelta | None

    @property
    def key_file(self) -> Path:
        return self.home / "keys.json"

    @property
    def secret_file(self) -> Path:
        return self.home / "web-secret"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Raises SettingsInvalid, naming the variable, for anything that can't be used, also for a misspelt name."""
        given = {name[len(PREFIX) :]: text for name, text in environment.items() if name.startswith(PREFIX)}
        _refuse_unknown(given)
        home = Path(given.get("HOME") or ".caseloop").resolve()
        host = given.get("HOST") or "127.0.0.1"
        port = _number(given, "PORT", 8080, lowest=0, highest=65535)
        database_url = given.get("DATABASE_URL") or f"sqlite:///{home / 'caseloop.db'}"
        return cls(
            home=home,
            database_url=database_url,
            host=host,
            port=port,
            base_url=_url(given, "BASE_URL", ("http", "https")) or f"http://{host}:{port}",
            time_zone=_zone(given),
            smtp_url=_url(given, "SMTP_URL", ("smtp", "smtps")),
            mail_from=given.get("MAIL_FROM") or "caseloop@localhost",
            threads=_number(given, "THREADS", 8, lowest=1, highest=200),
            handlers=_handlers(given),
            trusted_proxy=given.get("TRUSTED_PROXY") or None,
            queue=_queue(given, database_url),
            untouched_after=timedelta(minutes=_number(given, "UNTOUCHED_MINUTES", 0, lowest=0, highest=100_000)) or None,
            channels=channel_file.read(given.get("CHANNELS_FILE"), environment),
            streams=_number(given, "STREAMS", 32, lowest=0, highest=1000),
            tiers=_tiers(given),
            customer_language=_language(given),
            keep_jobs=_kept(given, "KEEP_JOBS_DAYS", 30),
            keep_keys=_kept(given, "KEEP_KEYS_DAYS", 90),
        )


def _refuse_unknown(given: Mapping[str, str]) -> None:
    unknown = sorted(set(given) - set(KNOWN) - set(IGNORED))
    if unknown:
        expected = ", ".join(PREFIX + name for name in KNOWN)
        raise SettingsInvalid(f"{PREFIX}{unknown[0]} isn't a setting. Known are {expected}.")


def _number(given: Mapping[str, str], name: str, default: int, *, lowest: int, highest: int) -> int:
    text = given.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise SettingsInvalid(f"{PREFIX}{name}: expected a whole number from {lowest} to {highest}, got {text!r}.")
    return int(text)


def _kept(given: Mapping[str, str], name: str, default: int) -> timedelta | None:
    return timedelta(days=_number(given, name, default, lowest=0, highest=LONGEST_KEPT_DAYS)) or None


def _url(given: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = given.get(name)
    if not text:
        return None
    if not _is_url(text, schemes):
        # a password may stand before the last @
        shown = text.rpartition("@")[2]
        raise SettingsInvalid(f"{PREFIX}{name}: expected {' or '.join(s + '://host[:port]' for s in schemes)}, got {shown!r}.")
    return text.rstrip("/")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _queue(given: Mapping[str, str], database_url: str) -> str:
    on_postgres = database_url.startswith("postgresql")
    text = given.get("QUEUE") or (PROCRASTINATE if on_postgres else EMBEDDED)
    if text not in QUEUES:
        raise SettingsInvalid(f"{PREFIX}QUEUE: expected {' or '.join(QUEUES)}, got {text!r}.")
    if text == PROCRASTINATE and not on_postgres:
        raise SettingsInvalid(f"{PREFIX}QUEUE: {text} works on PostgreSQL only; set {PREFIX}DATABASE_URL, or QUEUE={EMBEDDED}.")
    return text


def _zone(given: Mapping[str, str]) -> ZoneInfo:
    text = given.get("TIME_ZONE") or "Asia/Shanghai"
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsInvalid(f"{PREFIX}TIME_ZONE: expected a zone such as Asia/Shanghai, got {text!r}.") from None


def _tiers(given: Mapping[str, str]) -> tuple[str, ...]:
    text = given.get("TIERS") or ",".join(DEFAULT_TIERS)
    keys = tuple(key.strip() for key in text.split(","))
    if len(set(keys)) != len(keys) or not all(TIER.fullmatch(key) for key in keys):
        raise SettingsInvalid(f"{PREFIX}TIERS: expected keys such as {','.join(DEFAULT_TIERS)}, each once, got {text!r}.")
    return keys


def _language(given: Mapping[str, str]) -> str:
    text = given.get("CUSTOMER_LANGUAGE") or LANGUAGES[0]
    if text not in LANGUAGES:
        raise SettingsInvalid(f"{PREFIX}CUSTOMER_LANGUAGE: expected one of {', '.join(LANGUAGES)}, got {text!r}.")
    return text


def _handlers(given: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in (given.get("HANDLERS") or "").split(","))):
        name, equals, place = entry.partition("=")
        if not equals or ":" not in place:
            raise SettingsInvalid(f"{PREFIX}HANDLERS: expected name=module:factory, …, got {entry!r}.")
        found[name.strip()] = place.strip()
    return found
