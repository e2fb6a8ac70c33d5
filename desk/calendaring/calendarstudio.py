"""Calendars that people edit: drafts, what they would change, publishing them with a note, former versions, statutory years.

Every agent may look; supervisors and administrators edit. `24x7` stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bpmn.wording import Wording
from desk.calendaring.calendaredits import with_about
from desk.calendars import Calendar, WorkingTime
from desk.calendars.based import all_based, base_of, with_base
from desk.calendars.calendar import FIRST_YEAR, LAST_YEAR
from desk.calendars.document import calendar_of, document_of, read_document
from desk.calendars.problems import CalendarInvalid, Problem
from desk.calendars.shipped import AROUND_THE_CLOCK, CN_OFFICE, SHIPPED, shipped_document
from desk.calendars.statutory import StatutoryDays, StatutoryYear, packaged_days, read_year
from desk.calendarsource import statutory_days
from desk.clocks import Calendars
from desk.clocks.targets import BUSINESS, OWN_TEAMS
from desk.context import DeskContext
from desk.errors import NameTaken, RightMissing
from desk.limits.limit_errors import OrganisationOfBase
from desk.rights import require_lead
from desk.store import calendars as store
from desk.store import people
from desk.store.calendars import Draft, Edit, EditKind, Version
from desk.texts import require_short_reason
from engine.db.database import tried_again
from engine.errors import Conflict, NotFound, ReasonMissing, StaleRevision
from engine.ports import Transaction

NO_BASE = Wording(
    "{base} can't be its base: that is another calendar with its own organisation's days, and who is a base has none.",
    "{base} 不能作为 base：须是另一个自带公司层的日历，且作为他人 base 的日历不能再有 base。",
)
RESERVED = frozenset({AROUND_THE_CLOCK, BUSINESS, OWN_TEAMS})
MOST_VERSIONS = 50
AS_SHIPPED = 0
"""The number of a shipped calendar as it ships, before the first version that somebody published."""
Alter = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""An edit of a document, see desk.calendaring.calendaredits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A calendar in the list. `version` is None as long as it is as shipped; `is_new`: it is drafted only, and counts nowhere."""

    key: str
    calendar: Calendar
    version: Version | None
    draft: Draft | None
    is_business: bool
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A calendar as it is looked at: as it counts, or as its draft or a former version has it; `counts` is what counts now."""

    key: str
    calendar: Calendar
    counts: Calendar | None
    version: Version | None
    draft: Draft | None
    is_business: bool

    @property
    def document(self) -> Mapping[str, Any]:
        return document_of(self.calendar)


class CalendarStudio:
    """The calendars of the desk. `by` is a login."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def all(self) -> list[Listed]:
        """All calendars by key, those that are only drafted last."""
        with self._db.reading() as tx:
            calendars, versions, drafts = self._context.calendars_in(tx), store.newest_versions(tx), store.drafts(tx)
            days = statutory_days(tx)
        listed = [
            Listed(
                key=key,
                calendar=calendar,
                version=versions.get(key),
                draft=drafts.get(key),
                is_business=calendar is calendars.business,
            )
            for key, calendar in sorted(calendars.named.items())
        ]
        fresh = [
            Listed(
                key=key,
                calendar=_meant(draft.document, days, calendars),
                version=None,
                draft=draft,
                is_business=False,
                is_new=True,
            )
            for key, draft in drafts.items()
            if key not in calendars.named
        ]
        return [*listed, *fresh]

    def counting(self) -> Calendars:
        """The calendars as they count now."""
        with self._db.reading() as tx:
            return self._context.calendars_in(tx)

    def opened(self, key: str, *, version: int | None = None, drafted: bool = False) -> Opened:
        """A calendar as it counts, as a version had it (AS_SHIPPED: as it ships), or as its draft has it. Raises NotFound."""
        with self._db.reading() as tx:
            calendars = self._context.calendars_in(tx)
            draft, counts = store.draft(tx, key), calendars.named.get(key)
            former = None if version is None else _former(tx, key, version)
            found = store.version(tx, key, version) if version else store.newest_versions(tx).get(key)
            days = statutory_days(tx)
        if former is not None:
            calendar = _meant(former, days, calendars)
        elif (drafted or counts is None) and draft is not None:
            calendar = _meant(draft.document, days, calendars)
        elif counts is not None:
            calendar = counts
        else:
            raise unknown(key)
        is_business = counts is not None and counts is calendars.business
        return Opened(key=key, calendar=calendar, counts=counts, version=found, draft=draft, is_business=is_business)

    def bases(self, key: str) -> list[Calendar]:
        """The calendars from which this one may have its organisation's days."""
        with self._db.reading() as tx:
            named = self._context.calendars_in(tx).named
        own = [one for one in named.values() if isinstance(one, Calendar) and one.key not in (key, AROUND_THE_CLOCK)]
        return [one for one in own if one.base is None]

    def versions(self, key: str) -> list[Version]:
        """The latest versions, the newest first."""
        with self._db.reading() as tx:
            return store.versions(tx, key, limit=MOST_VERSIONS)

    def edits(self, *, limit: int = 10, only_undone: bool = False) -> list[Edit]:
        """The latest changes of the calendars, and how far open cases follow them."""
        with self._db.reading() as tx:
            return store.edits(tx, limit=limit, only_undone=only_undone)

    # -- drafts

    @tried_again
    def draft(self, key: str, *, by: str, version: int | None = None) -> Draft:
        """Open a draft of what counts now, or of a former version, AS_SHIPPED too; one that is open already stays as it is.

        Raises RightMissing, NotFound; Conflict where a former version is asked for and a draft is open.
        """
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            if found := store.draft(tx, key):
                if version is not None:
                    raise Conflict(f"Calendar {key} has an open draft. Publish or discard it first.", key=key)
                return found
            calendars = self._context.calendars_in(tx)
            if key not in calendars.named:
                raise unknown(key)
            former = _former(tx, key, version) if version is not None else document_of(calendars.named[key])
            newest = store.newest_versions(tx).get(key)
            return self._add_draft(tx, key, former, based_on=newest.version if newest else 0, by=by)

    @tried_again
    def create(self, key: str, *, name: Mapping[str, str], copy_of: str, by: str, base: str | None = None) -> Draft:
        """Open the draft of a new calendar, which begins as a copy; with a `base` the organisation's days stay those of the base.

        Raises CalendarInvalid, NameTaken, NotFound, RightMissing.
        """
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            named = self._context.calendars_in(tx).named
            if key in named or key in RESERVED or store.draft(tx, key):
                raise NameTaken("calendar", key)
            if copy_of not in named:
                raise unknown(copy_of)
            copied = {**document_of(named[copy_of]), "key": key}
            about = {"zone": copied["zone"], "statutory": copied["statutory"], "base": base or copied.get("base")}
            document = with_about(copied, name=name, **about)
            self._check_base(tx, key, document)
            return self._add_draft(tx, key, document, based_on=0, by=by)

    def _add_draft(self, tx: Transaction, key: str, document: Mapping[str, Any], *, based_on: int, by: str) -> Draft:
        store.add_draft(tx, key, document, based_on=based_on, by=by, at=self._context.now())
        return self._draft(tx, key)

    @tried_again
    def change(self, key: str, alter: Alter, *, read: int, by: str) -> None:
        """Alter a draft that was read at a revision. Raises CalendarInvalid with all problems, StaleRevision, RightMissing."""
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            draft = self._read(tx, key, read)
            altered = alter(draft.document)
            self._check_base(tx, key, altered)
            store.save_draft(tx, draft, altered, by=by, at=self._context.now())

    def replace(self, key: str, text: str, *, read: int, by: str) -> None:
        """Take a draft's document from a file, JSON or TOML. Raises as `change` does."""
        self.change(key, lambda _document: {**read_document(text), "key": key}, read=read, by=by)

    @tried_again
    def discard(self, key: str, *, by: str) -> None:
        """Give a draft up."""
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            store.drop_draft(tx, self._draft(tx, key))

    # -- what counts

    @tried_again
    def publish(self, key: str, *, note: str, read: int, by: str) -> int:
        """Let a draft count from now on; open cases follow in the background, closed ones never. The new version's number.

        Raises ReasonMissing without a note, AnswersInvalid for a long one, RightMissing; StaleRevision when the draft, or what
        counts, changed meanwhile.
        """
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            said = note_of(note)
            draft = self._read(tx, key, read)
            newest = store.newest_versions(tx).get(key)
            current = newest.version if newest else 0
            if draft.based_on != current:
                raise StaleRevision(f"Calendar {key}", read=draft.based_on, current=current)
            self._check_base(tx, key, draft.document)
            store.drop_draft(tx, draft)
            edit = store.add_edit(tx, EditKind.PUBLISHED, key, note=said, by=by, at=self._context.now())
            store.add_version(tx, key, current + 1, edit, draft.document)
            return current + 1

    @tried_again
    def choose_business(self, key: str, *, note: str, by: str) -> None:
        """Let a published calendar be the desk's own, which targets name `business`.

        Raises ReasonMissing, AnswersInvalid, NotFound, RightMissing, OrganisationOfBase for one that has its organisation's
        days from another.
        """
        with self._db.transaction() as tx:
            self._require_editor(tx, key, by)
            found = self._context.calendars_in(tx).named.get(key)
            if found is None:
                raise unknown(key)
            if isinstance(found, Calendar) and found.base:
                raise OrganisationOfBase(key, found.base)
            if key != (store.business_key(tx) or CN_OFFICE):
                store.add_edit(tx, EditKind.BUSINESS, key, note=note_of(note), by=by, at=self._context.now())

    @tried_again
    def import_year(self, text: str, *, by: str) -> StatutoryYear:
        """Let the statutory days of a year count, which a file tells, also instead of those that it had.

        Raises CalendarInvalid, RightMissing.
        """
        year = read_year(text)
        with self._db.transaction() as tx:
            self._require_editor(tx, year.country, by)
            key = f"{year.country} {year.year}"
            edit = store.add_edit(tx, EditKind.YEAR, key, note=year.source, by=by, at=self._context.now())
            store.add_year(tx, edit, year.country, year.year, text)
        return year

    def after_import(self, tx: Transaction, text: str) -> Calendars:
        """The calendars as they would be with a year's file. Raises CalendarInvalid."""
        year = read_year(text)
        calendars = self._context.calendars_in(tx)
        days = statutory_days(tx)
        known = days.get(year.country)
        with_it = {**days, year.country: (known or packaged_days(year.country)).with_years([year])}
        named = {
            key: calendar_of(document_of(calendar), with_it) if calendar.statutory == year.country else calendar
            for key, calendar in calendars.named.items()
        }
        return _replaced(calendars, named)

    def after_publishing(self, tx: Transaction, key: str) -> Calendars:
        """The calendars as they would be with a draft. Raises NotFound."""
        calendars = self._context.calendars_in(tx)
        drafted = _meant(self._draft(tx, key).document, statutory_days(tx), calendars)
        return _replaced(calendars, {**calendars.named, key: drafted})

    def after_choosing(self, tx: Transaction, team: str, calendar: str | None) -> Calendars:
        """The calendars as they would be if a team chose that one; None: the business calendar. Raises NotFound."""
        calendars = self._context.calendars_in(tx)
        if calendar is not None and calendar not in calendars.named:
            raise unknown(calendar)
        return replace(calendars, teams={**calendars.teams, team: BUSINESS if calendar is None else calendar})

    def _require_editor(self, tx: Transaction, key: str, by: str) -> None:
        require_lead(people.agent(tx, by), "edit calendars")
        if key in RESERVED:
            raise RightMissing(by, f"edit {key}, which stays what it is", "nobody")

    def _check_base(self, tx: Transaction, key: str, document: Mapping[str, Any]) -> None:
        """Raises CalendarInvalid unless the base stands alone, and nothing stands on who names one."""
        base = document.get("base")
        if not base:
            return
        calendars = self._context.calendars_in(tx)
        found = calendars.business if base == BUSINESS else calendars.named.get(base)
        stood_on = any(isinstance(one, Calendar) and one.base == key for one in calendars.named.values())
        if not isinstance(found, Calendar) or found.base or found.key == key or stood_on:
            raise CalendarInvalid(f"Calendar {key!r}", [Problem(place="base", wording=NO_BASE, params={"base": base})])

    def _draft(self, tx: Transaction, key: str) -> Draft:
        found = store.draft(tx, key)
        if found is None:
            raise NotFound(f"Calendar {key} has no open draft. Open one from what counts now.", key=key)
        return found

    def _read(self, tx: Transaction, key: str, revision: int) -> Draft:
        draft = self._draft(tx, key)
        if draft.revision != revision:
            raise StaleRevision(f"The draft of {key}", read=revision, current=draft.revision)
        return draft


def unknown(key: str) -> NotFound:
    """The refusal of a calendar that there isn't."""
    return NotFound(f"There is no calendar {key[:60]}. Choose one from the list.", key=key[:60])


def note_of(text: str) -> str:
    """Why, as it stays in the history. Raises ReasonMissing, AnswersInvalid for a long text."""
    if not text.strip():
        raise ReasonMissing
    require_short_reason(text, "note")
    return text.strip()


def is_shipped(key: str) -> bool:
    """Whether a calendar that can be edited ships with the product, so that it can be had AS_SHIPPED."""
    return key in SHIPPED and key not in RESERVED


def _former(tx: Transaction, key: str, version: int) -> Mapping[str, Any]:
    """The document of a version. Raises NotFound."""
    return shipped_document(key) if version == AS_SHIPPED and is_shipped(key) else store.version(tx, key, version).document


def _meant(document: Mapping[str, Any], days: Mapping[str, StatutoryDays], calendars: Calendars) -> Calendar:
    """The calendar of a document, with what its base says now."""
    calendar = calendar_of(document, days)
    base = base_of(calendar, calendars.named, calendars.business)
    return calendar if base is None else with_base(calendar, base)


def _replaced(calendars: Calendars, named: Mapping[str, WorkingTime]) -> Calendars:
    business = next((named[key] for key, one in calendars.named.items() if one is calendars.business), calendars.business)
    return replace(calendars, business=business, named=all_based(named, business))


def year_of(text: str | None, otherwise: int) -> int:
    """A year that a person asked for, when a calendar can tell it."""
    asked = int(text) if text and text.isascii() and text.isdigit() and len(text) == 4 else otherwise
    return asked if FIRST_YEAR <= asked <= LAST_YEAR else otherwise
