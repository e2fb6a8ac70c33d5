"""Whose load falls has their lines looked through, once everything else of the transaction was followed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.model import Availability
from desk.staffing.freeing import Freed
from desk.store import assignments
from tests.desk.conftest import Office

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
DAY = timedelta(days=1)


def test_the_lines_of_all_who_were_freed_are_looked_through_together_at_the_end(office: Office):
    for login in ("li", "tech"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    office.open()  # waits for complaints; nothing waits for technical
    later = office.clock.now() + DAY
    with office.desk.context.engine.db.transaction() as tx:
        assignments.take_drains(tx, later, DAY)
        freed = Freed(tx)
        for login in ("tech", "li", None, "unknown"):
            freed.note(login, later)
        before = assignments.take_drains(tx, later, DAY)
        freed.settle()
        after = assignments.take_drains(tx, later, DAY)
    assert (before, sorted(after)) == ({}, ["complaints", "service"])
