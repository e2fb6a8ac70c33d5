"""Notices in the app, as people read them; desk.notification.announcing writes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from desk.context import DeskContext
from desk.notification.announcing import BY_PERSON, OFFERED
from desk.store import assignments, cases
from desk.store import notices as store
from desk.store.notices import Notice
from engine.db.database import tried_again

MOST_NEWS = 1000


class Notices:
    """What people were told."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def of(self, login: str, *, unread_only: bool = False, limit: int = 50) -> list[Notice]:
        """A person's notices, the newest first."""
        with self._db.reading() as tx:
            return store.of_person(tx, self._context.vault, login, limit=limit, unread_only=unread_only)

    def overtaken(self, found: Sequence[Notice]) -> dict[int, datetime]:
        """The ids of those notices whose case was closed after they were written, and when: what they ask is over."""
        numbers = {each.case_number for each in found if each.case_number}
        with self._db.reading() as tx:
            closed = {number: case.closed_at for number, case in cases.cases(tx, numbers).items()} if numbers else {}
        ends = ((each, closed.get(each.case_number)) for each in found if each.case_number)
        return {each.id: closed_at for each, closed_at in ends if closed_at is not None and closed_at > each.created_at}

    def taken(self, found: Sequence[Notice]) -> set[int]:
        """The ids of those notices that told a team of a case which waits for nobody any more."""
        offers = {each.id: each.case_number for each in found if each.template == OFFERED and each.case_number}
        with self._db.reading() as tx:
            waiting = assignments.in_line(tx, set(offers.values())) if offers else frozenset()
        return {id for id, number in offers.items() if number not in waiting}

    def asks_to_tell(self, number: str, login: str, *, since: datetime) -> Notice | None:
        """The newest notice since then that asks this person to tell a case's customer something, of their newest hundred."""
        found = (each for each in self.of(login, limit=100) if each.template == BY_PERSON and each.case_number == number)
        return next((each for each in found if each.created_at >= since), None)

    def unread(self, login: str) -> int:
        """How many notices a person hasn't read."""
        with self._db.reading() as tx:
            return store.unread(tx, login)

    def newest(self) -> int:
        """The largest id of all notices so far."""
        with self._db.reading() as tx:
            return store.newest(tx)

    def after(self, number: int, *, login: str | None = None) -> list[tuple[int, str]]:
        """Some notices with a larger id, of all people or of one, as (id, login) in order."""
        with self._db.reading() as tx:
            return store.after(tx, number, limit=MOST_NEWS, login=login)

    @tried_again
    def mark_read(self, login: str, ids: Collection[int] | None = None) -> None:
        """Mark a person's own notices as read, all of them without `ids`."""
        with self._db.transaction() as tx:
            store.mark_read(tx, login, ids, self._context.now())
