"""A lookup that changes at random between any two steps: timers fire at the instants that it gave, and at no others.

The model is a table of one promise and what each timer's row says of it. The engine forgets everything but its database between
any two steps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from engine.commands import RefreshLookups, RescheduleInstances
from engine.db import queries, store
from engine.history import TimerFired
from tests.engine.conftest import NINE
from tests.engine.constructs import set_variables
from tests.engine.promises import Promising, make_table, promise
from tests.engine.spiff.diagrams import chain, end
from tests.engine.test_lookups import HANDLED
from tests.engine.test_random_processes import fresh_sqlite
from tests.support.examples import examples
from tests.support.packages import boundary_timer, package

PARTS = {"warning": 0.5, "breach": 1}
TIMERS = [
    boundary_timer(name, "handle", f'= promise("solve").at({part})', kind="timeDate") + end(f"{name}_end")
    for name, part in PARTS.items()
]
STORY = package(*HANDLED, *TIMERS, *(chain(name, f"{name}_end") for name in PARTS))
MINUTES = st.integers(-90, 240)
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 150)),
    st.tuples(st.sampled_from(["fire", "order", "reschedule"]), st.just(0)),
    st.tuples(st.sampled_from(["refresh", "silently", "by_process"]), st.none() | MINUTES),
)


@dataclass
class Model:
    """What is promised, what the rows of the timers say, and what fired."""

    made_at: datetime
    due_at: datetime | None
    rows: dict[str, datetime | None] = field(default_factory=dict)
    fired: list[tuple[str, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rows = {name: self.instant(name) for name in PARTS}

    def instant(self, name: str) -> datetime | None:
        return None if self.due_at is None else self.made_at + (self.due_at - self.made_at) * PARTS[name]

    def follow(self) -> None:
        self.rows = {name: self.instant(name) for name in self.rows}

    def poll(self, now: datetime) -> None:
        """Fire what is due, in order; what the lookup gives later now, or not at all, is moved instead."""
        while due := [(at, list(PARTS).index(name), name) for name, at in self.rows.items() if at is not None and at <= now]:
            at, _, name = min(due)
            anew = self.instant(name)
            if anew is None or anew > at:
                self.rows[name] = anew
                continue
            del self.rows[name]
            self.fired.append((name, at))


class Story:
    """One instance beside its model."""

    def __init__(self, bench: Promising) -> None:
        about = {"key": "story", "version": "1.0", "name": "story", "content_hash": STORY.content_hash}
        with bench.db.transaction() as tx:
            store.insert_deployment(tx, files=STORY.to_files(), deployed_at=NINE, deployed_by="ana", **about)
        self.bench = bench
        self.instance = bench.start(STORY, promises={"solve": NINE + timedelta(hours=2)})
        self.model = Model(made_at=NINE, due_at=NINE + timedelta(hours=2))

    @property
    def now(self) -> datetime:
        return self.bench.clock.now()

    def step(self, verb: str, number: int | None) -> None:
        note(f"{verb} {number} at {self.now}")
        self.bench = self.bench.restarted()
        getattr(self, verb)(number)

    def wait(self, minutes: int) -> None:
        self.bench.clock.advance(minutes=minutes)

    def fire(self, _: int) -> None:
        self.bench.engine.fire_due_timers()
        self.model.poll(self.now)

    def order(self, _: int) -> None:
        set_variables(self.bench, self.instance, other=self.now)
        self.model.poll(self.now)

    def reschedule(self, _: int) -> None:
        self.bench.engine.reschedule_all(RescheduleInstances(names=("promise",), by="wang", reason=""))
        if any(at is not None and at <= self.now for at in self.model.rows.values()):
            self.model.poll(self.now)
            self.model.follow()
            self.model.poll(self.now)
        self.model.follow()

    def _promise(self, minutes: int | None) -> None:
        self.model.made_at = self.now
        self.model.due_at = None if minutes is None else self.now + timedelta(minutes=minutes)

    def silently(self, minutes: int | None) -> None:
        self._promise(minutes)
        with self.bench.db.transaction() as tx:
            promise(tx, self.instance, at=self.now, solve=self.model.due_at)

    def refresh(self, minutes: int | None) -> None:
        self.model.poll(self.now)
        self._promise(minutes)
        order = RefreshLookups(instance_id=self.instance.id, names=("promise",), by="wang", reason="")
        with self.bench.db.transaction() as tx:
            told = {"at": self.now, "solve": self.model.due_at}
            self.bench.engine.refresh(tx, order, change=lambda: promise(tx, self.instance, **told))
        self.model.follow()
        self.model.poll(self.now)

    def by_process(self, minutes: int | None) -> None:
        self.model.poll(self.now)
        self._promise(minutes)
        set_variables(self.bench, self.instance, promises={"solve": self.model.due_at})
        self.model.follow()
        self.model.poll(self.now)

    def check(self) -> None:
        with self.bench.db.reading() as tx:
            rows = {timer.activity_id: timer.due_at for timer in queries.timers(tx, self.instance.id)}
            assert queries.incidents(tx, self.bench.vault, instance_id=self.instance.id) == []
        assert rows == self.model.rows
        fired = self.bench.history(self.instance, TimerFired)
        assert [(event.activity_id, event.at) for event in fired] == self.model.fired


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lookups")


@examples(20)
@given(steps=st.lists(STEPS, min_size=4, max_size=14))
def test_timers_fire_at_the_instants_that_a_lookup_gave(sqlite_template, folder, vault, steps):
    with fresh_sqlite(sqlite_template, folder) as database:
        make_table(database)
        story = Story(Promising(database, vault))
        for verb, number in steps:
            story.step(verb, number)
            story.check()
