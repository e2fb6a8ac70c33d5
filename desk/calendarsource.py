"""Which working times the desk's targets can name: what was published, over what ships with the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from desk.calendars import AroundTheClock
from desk.calendars.based import all_based
from desk.calendars.document import calendar_of
from desk.calendars.shipped import AROUND_THE_CLOCK, CN_OFFICE, SHIPPED, shipped_calendar, shipped_document
from desk.calendars.statutory import StatutoryDays, packaged_days, read_year
from desk.clocks import Calendars
from desk.store import calendars as store
from desk.store.calendars import Edit
from engine.ports import Transaction

CalendarSource = Callable[[Transaction], Calendars]
"""The working times that targets can name, as they are in that transaction."""

_KEPT_STATES = 8
MOST_UNDONE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed:
    """The newest edit that isn't done, and the number of the state before the oldest such."""

    edit: Edit
    before_id: int


class StoredCalendars:
    """A CalendarSource of one database. All states of the calendars are numbered by their edits; the last few are kept at hand,
    so that a transaction costs one look at the newest number.
    """

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._states: dict[int, Calendars] = {}
        self._seen: WeakKeyDictionary[Transaction, Calendars] = WeakKeyDictionary()
        self._followed = 0

    def __call__(self, tx: Transaction) -> Calendars:
        found = self._seen.get(tx)
        if found is None:
            found = self._seen[tx] = self.as_of(tx, store.latest_edit(tx))
        return found

    def as_of(self, tx: Transaction, edit_id: int) -> Calendars:
        """The calendars as that edit left them; 0: as they ship."""
        found = self._states.get(edit_id)
        if found is None:
            found = self._read(tx, edit_id)
            while len(self._states) >= _KEPT_STATES:
                # other threads add states meanwhile
                self._states.pop(min(list(self._states)), None)
            self._states[edit_id] = found
        return found

    def of_version(self, tx: Transaction, version: str) -> Calendars:
        """The calendars of a version that a target keeps; of one from before they were numbered: as they ship."""
        return self.as_of(tx, int(version) if version.isdigit() else 0)

    def unfollowed(self, tx: Transaction) -> Unfollowed | None:
        """What open clocks don't all follow yet of the calendars in that transaction; None when they do."""
        latest = int(self(tx).version)
        if latest <= self._followed:
            return None
        undone = [one for one in store.edits(tx, limit=MOST_UNDONE, only_undone=True) if one.id <= latest]
        if not undone:
            self._followed = latest
            return None
        return Unfollowed(edit=undone[0], before_id=undone[-1].id - 1)

    def _read(self, tx: Transaction, edit_id: int) -> Calendars:
        days = statutory_days(tx, edit_id) if edit_id else {}
        documents = {key: one.document for key, one in store.newest_versions(tx, edit_id).items()} if edit_id else {}
        named = {key: calendar_of(document, days) for key, document in {**_shipped(days), **documents}.items()}
        named = {**{key: shipped_calendar(key) for key in SHIPPED if key not in named}, **named}
        business = named.get(store.business_key(tx, edit_id) or CN_OFFICE, named[CN_OFFICE])
        around = AroundTheClock(zone=self._zone)
        named = all_based(named, business)
        business = named.get(business.key, business)
        teams = store.team_calendars(tx, edit_id) if edit_id else {}
        return Calendars(around_the_clock=around, business=business, named=named, teams=teams, version=str(edit_id))


def _shipped(days: Mapping[str, StatutoryDays]) -> dict[str, Mapping[str, Any]]:
    """The documents of shipped calendars for which imported years count."""
    shipped = {key: shipped_document(key) for key in SHIPPED if key != AROUND_THE_CLOCK}
    return {key: document for key, document in shipped.items() if document["statutory"] in days}


def statutory_days(tx: Transaction, edit_id: int | None = None) -> dict[str, StatutoryDays]:
    """The statutory days of each country for which a year was imported, as of an edit or now."""
    found: dict[str, StatutoryDays] = {}
    for content in store.years(tx, edit_id):
        year = read_year(content)
        found[year.country] = (found.get(year.country) or packaged_days(year.country)).with_years([year])
    return found
