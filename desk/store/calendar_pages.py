"""Pages of cases that follow an edit of the calendars, each in the hands of one worker for a while.

By `busy_until` a page knows its worker: who took it over from a dead one has another instant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from desk import tables
from desk.store.calendars import Edit, edit_of
from engine.ports import Transaction

EDIT, PAGE = tables.calendar_edit, tables.calendar_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The cases of an edit that come after one number, up to another."""

    edit_id: int
    after_case: str
    up_to_case: str
    busy_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last look at an edit, by which it is done."""

    edit_id: int
    busy_until: datetime


def lock_undone(tx: Transaction) -> list[Edit]:
    """The edits that not all cases follow yet, the newest first. Until the transaction ends nobody else gives out pages."""
    query = select(EDIT).where(EDIT.c.done_at.is_(None)).order_by(EDIT.c.id).with_for_update()
    return [edit_of(row) for row in tx.execute(query)][::-1]


def take_lapsed(tx: Transaction, edit_id: int, *, now: datetime, until: datetime) -> Page | None:
    """Take over a page whose worker didn't finish it in time, if there is one."""
    query = select(PAGE).where(PAGE.c.edit_id == edit_id, PAGE.c.busy_until <= now).order_by(PAGE.c.busy_until).limit(1)
    row = tx.execute(query.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    page = Page(**row._mapping)
    tx.execute(update(PAGE).where(*_same(page)).values(busy_until=until))
    return replace(page, busy_until=until)


def give_out(tx: Transaction, page: Page) -> None:
    """Keep a new page; the next one begins behind it."""
    tx.execute(insert(PAGE).values(**{name: getattr(page, name) for name in Page.__slots__}))
    tx.execute(update(EDIT).where(EDIT.c.id == page.edit_id).values(after_case=page.up_to_case))


def are_out(tx: Transaction, edit_id: int) -> bool:
    """Whether any page of an edit isn't finished."""
    return bool(tx.execute(select(func.count()).select_from(PAGE).where(PAGE.c.edit_id == edit_id)).scalar_one())


def hold(tx: Transaction, page: Page) -> bool:
    """Keep others from taking a page over until the transaction ends; False when somebody has."""
    return tx.execute(select(PAGE.c.edit_id).where(*_same(page)).with_for_update()).first() is not None


def advance(tx: Transaction, page: Page, after_case: str) -> bool:
    """Note that the cases up to this one follow; a page whose last case does is gone. False when somebody took it over."""
    is_last = after_case == page.up_to_case
    query = delete(PAGE) if is_last else update(PAGE).values(after_case=after_case)
    return tx.execute(query.where(*_same(page))).rowcount == 1


def _same(page: Page) -> tuple[ColumnElement[bool], ...]:
    return PAGE.c.edit_id == page.edit_id, PAGE.c.up_to_case == page.up_to_case, PAGE.c.busy_until == page.busy_until


def take_ending(tx: Transaction, edit_id: int, *, now: datetime, until: datetime) -> Ending | None:
    """Take the last look, also from one who didn't finish it in time; None when another worker is at it."""
    is_free = EDIT.c.busy_until.is_(None) | (EDIT.c.busy_until <= now)
    taken = tx.execute(update(EDIT).where(EDIT.c.id == edit_id, EDIT.c.done_at.is_(None), is_free).values(busy_until=until))
    return Ending(edit_id=edit_id, busy_until=until) if taken.rowcount else None


def hold_ending(tx: Transaction, ending: Ending) -> bool:
    """Keep others from taking over the last look until the transaction ends; False when somebody has."""
    where = (EDIT.c.id == ending.edit_id, EDIT.c.busy_until == ending.busy_until, EDIT.c.done_at.is_(None))
    return tx.execute(select(EDIT.c.id).where(*where).with_for_update()).first() is not None


def count_up(tx: Transaction, edit_id: int, *, looked_at: int = 0, moved: int = 0, failed: int = 0) -> None:
    """Add to how far the cases follow an edit."""
    counts = {"looked_at": looked_at, "moved": moved, "failed": failed}
    tx.execute(update(EDIT).where(EDIT.c.id == edit_id).values({name: EDIT.c[name] + more for name, more in counts.items()}))
