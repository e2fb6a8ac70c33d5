"""Calendars: each state of them all is an edit; versions and statutory years stand beside the edit that brought them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from engine.db import advisory
from engine.db.statements import Statement
from engine.errors import NotFound, StaleRevision, TransactionLost
from engine.ports import Transaction

EDIT, VERSION, YEAR, DRAFT = tables.calendar_edit, tables.calendar_version, tables.statutory_year, tables.calendar_draft
TEAM = tables.team_calendar


class EditKind(StrEnum):
    PUBLISHED = "published"  # a version of one calendar
    YEAR = "year"  # the statutory days of a year
    BUSINESS = "business"  # another calendar became the desk's own
    TEAM = "team"  # a team chose its calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change of the calendars, and how far the open cases follow it: `total` were to be looked at, `moved` clocks moved.

    `key` is that of a calendar, of a team, or a country with a year such as `cn 2027`. `done_at` is None until all follow.
    """

    id: int
    kind: EditKind
    key: str
    note: str
    at: datetime
    by: str
    after_case: str | None
    total: int
    looked_at: int
    moved: int
    failed: int
    busy_until: datetime | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A published version; the first has the number 1."""

    key: str
    version: int
    document: Mapping[str, Any]
    edit: Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChoice:
    """That a team chose a calendar; None: the business calendar."""

    calendar: str | None
    edit: Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Changes on the way to the next version, a valid document at any time. `based_on`: the version that counted, 0 for none."""

    key: str
    based_on: int
    document: Mapping[str, Any]
    revision: int
    changed_at: datetime
    changed_by: str


# -- edits


def latest_edit(tx: Transaction) -> int:
    """The number of the present state of the calendars; 0 as long as there are only those that ship."""
    return _LATEST.value(tx) or 0


_LATEST = Statement(select(func.max(EDIT.c.id)))


def add_edit(tx: Transaction, kind: EditKind, key: str, *, note: str, by: str, at: datetime) -> int:
    """Begin a new state of the calendars; its number. Waits for who begins another one, so that edits commit in their order."""
    advisory.wait_for(tx, advisory.Lock.CALENDAR_EDITS)
    counts = dict.fromkeys(("total", "looked_at", "moved", "failed"), 0)
    query = insert(EDIT).values(kind=kind, key=key, note=note, by=by, at=at, **counts)
    return tx.execute(query).inserted_primary_key[0]


def edits(tx: Transaction, *, limit: int, only_undone: bool = False) -> list[Edit]:
    """The latest edits, the newest first."""
    query = select(EDIT).order_by(EDIT.c.id.desc()).limit(limit)
    return [edit_of(row) for row in tx.execute(query.where(EDIT.c.done_at.is_(None)) if only_undone else query)]


def edit_notes(tx: Transaction, ids: Collection[int]) -> dict[int, str]:
    """Why these edits were made."""
    return {row.id: row.note for row in tx.execute(select(EDIT.c.id, EDIT.c.note).where(EDIT.c.id.in_(list(ids))))}


def change_edit(tx: Transaction, edit_id: int, **changes: object) -> None:
    tx.execute(update(EDIT).where(EDIT.c.id == edit_id).values(**changes))


def finish_edits(tx: Transaction, up_to: int, at: datetime) -> None:
    """The open cases follow everything up to this edit."""
    where = (EDIT.c.id <= up_to, EDIT.c.done_at.is_(None))
    tx.execute(update(EDIT).where(*where).values(done_at=at, busy_until=None))


def edit_of(row: Row) -> Edit:
    """A row of the edits."""
    values = {name: getattr(row, name) for name in Edit.__slots__}
    return Edit(**{**values, "kind": EditKind(row.kind)})


# -- versions


def add_version(tx: Transaction, key: str, version: int, edit_id: int, document: Mapping[str, Any]) -> None:
    tx.execute(insert(VERSION).values(key=key, version=version, edit_id=edit_id, document=_text(document)))


def newest_versions(tx: Transaction, up_to: int | None = None) -> dict[str, Version]:
    """The last version of each calendar, by key, as of an edit or now."""
    query = select(func.max(VERSION.c.edit_id)).group_by(VERSION.c.key)
    ids = query if up_to is None else query.where(VERSION.c.edit_id <= up_to)
    found = tx.execute(_versions().where(VERSION.c.edit_id.in_(ids)).order_by(VERSION.c.key))
    return {row.calendar_key: _version(row) for row in found}


def versions(tx: Transaction, key: str, *, limit: int) -> list[Version]:
    """The latest versions of a calendar, the newest first."""
    query = _versions().where(VERSION.c.key == key).order_by(VERSION.c.version.desc()).limit(limit)
    return [_version(row) for row in tx.execute(query)]


def version(tx: Transaction, key: str, number: int) -> Version:
    """One version. Raises NotFound."""
    row = tx.execute(_versions().where(VERSION.c.key == key, VERSION.c.version == number)).one_or_none()
    if row is None:
        raise NotFound(f"Calendar {key} has no version {number}. Look at its history.", key=key, version=number)
    return _version(row)


def _versions() -> Any:
    columns = (VERSION.c.key.label("calendar_key"), VERSION.c.version, VERSION.c.document, EDIT)
    return select(*columns).join(EDIT, EDIT.c.id == VERSION.c.edit_id)


def _version(row: Row) -> Version:
    return Version(key=row.calendar_key, version=row.version, document=json.loads(row.document), edit=edit_of(row))


# -- statutory years, which calendar is the desk's own, and which a team's


def add_year(tx: Transaction, edit_id: int, country: str, year: int, content: str) -> None:
    tx.execute(insert(YEAR).values(edit_id=edit_id, country=country, year=year, content=content))


def years(tx: Transaction, up_to: int | None = None) -> list[str]:
    """The files of the imported years as of an edit or now; of one that was imported twice, the later."""
    query = select(func.max(YEAR.c.edit_id)).group_by(YEAR.c.country, YEAR.c.year)
    ids = query if up_to is None else query.where(YEAR.c.edit_id <= up_to)
    return list(tx.execute(select(YEAR.c.content).where(YEAR.c.edit_id.in_(ids)).order_by(YEAR.c.edit_id)).scalars())


def business_key(tx: Transaction, up_to: int | None = None) -> str | None:
    """The key of the calendar that was chosen as the desk's own, as of an edit or now; None when none was."""
    query = select(EDIT.c.key).where(EDIT.c.kind == EditKind.BUSINESS).order_by(EDIT.c.id.desc()).limit(1)
    return tx.execute(query if up_to is None else query.where(EDIT.c.id <= up_to)).scalar()


def add_team_calendar(tx: Transaction, edit_id: int, team: str, calendar: str | None) -> None:
    tx.execute(insert(TEAM).values(edit_id=edit_id, team=team, calendar=calendar))


def team_calendars(tx: Transaction, up_to: int | None = None) -> dict[str, str]:
    """The calendars that teams chose, by team, as of an edit or now; without those that went back to the business calendar."""
    query = select(func.max(TEAM.c.edit_id)).group_by(TEAM.c.team)
    ids = query if up_to is None else query.where(TEAM.c.edit_id <= up_to)
    found = tx.execute(select(TEAM.c.team, TEAM.c.calendar).where(TEAM.c.edit_id.in_(ids)))
    return {row.team: row.calendar for row in found if row.calendar is not None}


def choices_of_team(tx: Transaction, team: str, *, limit: int) -> list[TeamChoice]:
    """What a team chose, the newest first."""
    query = select(TEAM.c.calendar, EDIT).join(EDIT, EDIT.c.id == TEAM.c.edit_id).where(TEAM.c.team == team)
    return [
        TeamChoice(calendar=row.calendar, edit=edit_of(row)) for row in tx.execute(query.order_by(EDIT.c.id.desc()).limit(limit))
    ]


# -- drafts


def draft(tx: Transaction, key: str) -> Draft | None:
    """The draft of a calendar, if there is one."""
    row = tx.execute(select(DRAFT).where(DRAFT.c.key == key)).one_or_none()
    return _draft(row) if row else None


def drafts(tx: Transaction) -> dict[str, Draft]:
    """All drafts by key."""
    return {row.key: _draft(row) for row in tx.execute(select(DRAFT).order_by(DRAFT.c.key))}


def add_draft(tx: Transaction, key: str, document: Mapping[str, Any], *, based_on: int, by: str, at: datetime) -> None:
    """Keep a new draft at revision 1. Raises TransactionLost when somebody opened one at the same moment."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    values = {"key": key, "based_on": based_on, "document": _text(document), "changed_at": at, "changed_by": by}
    if tx.execute(dialect.insert(DRAFT).values(**values, revision=1).on_conflict_do_nothing()).rowcount == 0:
        raise TransactionLost


def save_draft(tx: Transaction, read: Draft, document: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Replace a draft's document. Raises StaleRevision when it changed since it was read."""
    where = (DRAFT.c.key == read.key, DRAFT.c.revision == read.revision)
    values = {"document": _text(document), "revision": read.revision + 1, "changed_by": by, "changed_at": at}
    if tx.execute(update(DRAFT).where(*where).values(**values)).rowcount == 0:
        raise StaleRevision(f"The draft of {read.key}", read=read.revision, current=read.revision + 1)


def drop_draft(tx: Transaction, read: Draft) -> None:
    """Delete a draft. Raises StaleRevision when it changed since it was read."""
    where = (DRAFT.c.key == read.key, DRAFT.c.revision == read.revision)
    if tx.execute(delete(DRAFT).where(*where)).rowcount == 0:
        raise StaleRevision(f"The draft of {read.key}", read=read.revision, current=None)


def _draft(row: Row) -> Draft:
    values = {name: getattr(row, name) for name in Draft.__slots__}
    return Draft(**{**values, "document": json.loads(row.document)})


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
