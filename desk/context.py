"""What every part of the desk works with, and the settings that decide about people's time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desk.calendarsource import StoredCalendars
from desk.clocks import Calendars
from desk.profiles import DEFAULT_TIERS
from engine.ports import Chance, Clock, Transaction
from engine.service import Engine
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """`base_url` is where people reach the pages, for links in messages.

    `answer_within` is how long a case waits for the survey's answer; the link itself works for `survey_valid_for`.

    A case that its assignee doesn't touch for `untouched_after` (None: for ever) is given to somebody else; the supervisor
    hears of it when that happened `tell_supervisor_after` times.

    `language` is that in which we write to a customer of whom we know no other.

    `tiers` are those that a customer can have; the first one is everybody's who has no other.
    """

    process_key: str = "customer-service"
    base_url: str = ""
    time_zone: str = "Asia/Shanghai"
    answer_within: timedelta = timedelta(days=3)
    survey_valid_for: timedelta = timedelta(days=14)
    late_entry_after: timedelta = timedelta(minutes=5)
    untouched_after: timedelta | None = None
    tell_supervisor_after: int = 3
    tiers: tuple[str, ...] = DEFAULT_TIERS
    language: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskContext:
    """The engine, the key ring, time, chance and the settings made usable."""

    engine: Engine
    vault: KeyRing
    clock: Clock
    chance: Chance
    calendars: StoredCalendars
    settings: DeskSettings = field(default_factory=DeskSettings)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.time_zone)

    def calendars_in(self, tx: Transaction) -> Calendars:
        """The working times that targets can name, as they are in that transaction."""
        return self.calendars(tx)

    def now(self) -> datetime:
        return self.clock.now()
