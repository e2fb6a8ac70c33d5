"""However cases follow an edit of the calendars, together or each alone, they say the same: what their events come to."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from desk import tables
from desk.calendaring.calendaredits import with_days, without_days
from desk.calendaring.calendarscope import Scope, scope_of
from desk.calendaring.following import Following
from desk.clocks import ClockPhase, evaluate
from desk.store import calendars, clocks
from engine.db import tables as engine_tables
from engine.ports import Transaction
from tests.desk.calendaring.test_recomputing import publish
from tests.desk.conftest import BILLING_DAY, Office, local
from tests.desk.edge_cases.test_calendar_edits import SUGGESTION

pytestmark = pytest.mark.stored
FIRST_DAY = date(2023, 10, 9)
EVERY_CLOCK = select(*(tables.clock.c[name] for name in clocks.COLUMNS))
EVERY_EVENT = select(*(tables.clock_event.c[name] for name in clocks.EVENT_COLUMNS))
EVERY_TIMER = select(*(engine_tables.timer.c[name] for name in ("instance_id", "token_id", "activity_id", "due_at")))
EVERY_TASK = select(*(engine_tables.user_task.c[name] for name in ("instance_id", "token_id", "state", "due_at")))
HISTORY = select(*(engine_tables.history_event.c[name] for name in ("instance_id", "type", "at", "activity_id", "token_id")))


@contextmanager
def undone(office: Office) -> Iterator[Transaction]:
    """A transaction of which nothing stays."""
    with suppress(ZeroDivisionError), office.engine.db.transaction() as tx:
        yield tx
        raise ZeroDivisionError


def said(tx: Transaction) -> dict[str, list[Any]]:
    """All that may move."""
    asked = {"clocks": EVERY_CLOCK, "events": EVERY_EVENT, "timers": EVERY_TIMER, "tasks": EVERY_TASK, "history": HISTORY}
    return {name: sorted(map(str, tx.execute(query))) for name, query in asked.items()}


def cases_of_all_kinds(office: Office) -> list[str]:
    office.at("10:00", "2023-10-08")
    numbers = [office.open(SUGGESTION, customer_contact=f"1390000000{n}") for n in range(3)]
    numbers += [office.open({**BILLING_DAY, "received_at": "2023-10-08T09:30"}, customer_contact="13911111111")]
    office.desk.timing.pause(numbers[1], reason="parts", until=local("2023-10-10T12:00"), by="wang")
    office.resolve(numbers[2])
    return numbers


def random_edit(chance: random.Random) -> Any:
    """A day or two closed, opened for some hours, or as it was."""
    first = FIRST_DAY + timedelta(days=chance.randrange(4))
    about = {
        "layer": "organisation",
        "first": first.isoformat(),
        "last": (first + timedelta(days=chance.randrange(2))).isoformat(),
    }
    spans = chance.choice([[], ["08:00-12:00"], ["09:00-21:00"], None])
    if spans is None:
        return partial(without_days, **about)
    return partial(with_days, spans=spans, name={"zh": "调整", "en": "Change"}, **about)


def expect_what_the_events_come_to(office: Office, tx: Transaction, numbers: list[str]) -> None:
    newest = office.desk.context.calendars_in(tx)
    for kept in clocks.kept(tx, numbers):
        state = evaluate(kept.events, newest, kept.events[-1].at)
        if kept.row.state is ClockPhase.RUNNING:
            assert kept.row.due_at == state.due_at


@pytest.mark.parametrize("seed", range(2))
def test_together_they_say_what_each_alone_would_say(office, seed):
    numbers, chance = cases_of_all_kinds(office), random.Random(seed)
    followed = 0
    for _ in range(5):
        office.clock.advance(hours=chance.randrange(1, 14))
        publish(office, random_edit(chance))
        with office.engine.db.reading() as tx:
            [edit, *_] = calendars.edits(tx, limit=1)
            states = [office.desk.context.calendars.as_of(tx, each) for each in (edit.id - 1, edit.id)]
            scope: Scope = scope_of(tx, states, office.clock.now())
        following = Following(office.desk.context, edit, edit.id - 1, scope)
        with undone(office) as tx:
            for number in numbers:
                following.alone(tx, number)
            expected = said(tx)
        with undone(office) as tx:
            moved, left = following.together(tx, numbers)
            for number in left:
                following.alone(tx, number)
            assert said(tx) == expected
            expect_what_the_events_come_to(office, tx, numbers)
            followed += moved and len(numbers) - len(left)
        office.clock.advance(seconds=31)
        office.run()
    assert followed > 0
