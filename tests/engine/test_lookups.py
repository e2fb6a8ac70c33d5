"""Expressions that ask a lookup: answered from what happened so far, followed in the same transaction, checked before firing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bpmn.package import ProcessPackage
from engine.commands import RefreshLookups
from engine.db import queries
from engine.db.database import Database
from engine.errors import SettingsInvalid
from engine.history import (
    ConditionMet,
    HistoryEvent,
    IncidentRaised,
    TaskDueMoved,
    TimerArmed,
    TimerFired,
    TimerMoved,
    VariableSet,
)
from engine.model import ProcessInstance
from engine.ports import Transaction
from engine.service import Engine
from engine.vault import KeyRing
from tests.engine.conftest import NINE
from tests.engine.constructs import set_variables
from tests.engine.operating import resume, suspend
from tests.engine.promises import Promises, Promising, make_table, promise
from tests.engine.spiff.diagrams import boundary, chain, end, start
from tests.engine.test_conditions import condition
from tests.support.packages import boundary_timer, package, person

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""The same SQL as everywhere; tests/engine/test_rescheduling.py asks lookups on both databases."""


@pytest.fixture
def bench(database: Database, vault: KeyRing) -> Promising:
    make_table(database)
    return Promising(database, vault)


def hours(count: float) -> datetime:
    return NINE + timedelta(hours=count)


HANDLED = (start(), person("handle"), end(), chain("start", "handle", "end"))
SUPERVISED = (person("supervise"), end("supervised"), chain("late", "supervise", "supervised"))


def story(text: str = '= promise("solve").due_at', version: str = "1.0", **parts: str) -> ProcessPackage:
    timer = boundary_timer("late", "handle", text, kind="timeDate")
    return package(*HANDLED, *SUPERVISED, timer, *parts.values(), version=version)


def due(bench: Promising, instance: ProcessInstance) -> list[datetime | None]:
    with bench.db.reading() as tx:
        return [timer.due_at for timer in queries.timers(tx, instance.id)]


def refresh(bench: Promising, instance: ProcessInstance, reason: str = "", **promised: datetime | None) -> ProcessInstance:
    """Change the table as a use case does, and have the process follow."""

    def change(tx: Transaction) -> None:
        promise(tx, instance, at=bench.clock.now(), **promised)

    with bench.db.transaction() as tx:
        command = RefreshLookups(instance_id=instance.id, names=("promise",), by="wang", reason=reason)
        return bench.engine.refresh(tx, command, change=lambda: change(tx))


def silently(bench: Promising, instance: ProcessInstance, **promised: datetime | None) -> None:
    """Change the table without a word to the engine."""
    with bench.db.transaction() as tx:
        promise(tx, instance, at=bench.clock.now(), **promised)


def test_a_lookup_sees_what_the_process_did_in_the_same_transaction(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    assert due(bench, instance) == [hours(2)]
    assert [event.due_at for event in bench.history(instance, TimerArmed)] == [hours(2)]


def test_a_context_of_a_lookup_has_functions(bench: Promising) -> None:
    instance = bench.start(story('= promise("solve").at(0.75)'), promises={"solve": hours(4)})
    assert due(bench, instance) == [hours(3)]


def test_a_timer_follows_a_lookup_in_the_transaction_in_which_a_projection_changes_its_answer(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    set_variables(bench.restarted(), instance, promises={"solve": hours(5)})
    assert due(bench, instance) == [hours(5)]
    (moved,) = bench.history(instance, TimerMoved)
    assert (moved.lookup, moved.before, moved.due_at) == ("promise", hours(2), hours(5))


def test_each_event_is_told_to_a_projection_once_and_in_order(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    set_variables(bench, instance, promises={"solve": hours(5)}, other=1)
    bench.do(instance, "handle")
    kept = [event for event in bench.history(instance) if not isinstance(event, TimerMoved)]
    assert [event for event in bench.promises.told if not isinstance(event, TimerMoved)] == kept


def test_a_refresh_moves_the_timer_and_tells_who_did_so_and_why(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    refresh(bench.restarted(), instance, "the customer has to answer", solve=None)
    assert due(bench, instance) == [None]
    (moved,) = bench.history(instance, TimerMoved)
    assert (moved.by, moved.reason, moved.lookup) == ("wang", "the customer has to answer", "promise")


def test_a_refresh_that_moves_nothing_writes_nothing(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    before = bench.instance(instance)
    refresh(bench, instance, solve=hours(2))
    assert bench.instance(instance).revision == before.revision


def test_what_was_due_before_a_refresh_fires_before_it(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    bench.clock.advance(hours=3)
    refresh(bench, instance, solve=None)
    assert [event.at for event in bench.history(instance, TimerFired)] == [hours(2)]


@pytest.mark.parametrize("later", [hours(6), None])
def test_a_timer_is_checked_again_before_it_fires(bench: Promising, later: datetime | None) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    silently(bench, instance, solve=later)
    bench.clock.advance(hours=3)
    bench.worker.run_until_idle()
    assert bench.history(instance, TimerFired) == []
    assert due(bench, instance) == [later]
    bench.clock.advance(hours=4)
    bench.restarted().worker.run_until_idle()
    assert [event.at for event in bench.history(instance, TimerFired)] == ([later] if later else [])


def test_a_timer_that_is_due_later_but_still_due_fires_at_the_later_instant(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    silently(bench, instance, solve=hours(2.5))
    bench.clock.advance(hours=3)
    bench.worker.run_until_idle()
    assert [event.at for event in bench.history(instance, TimerFired)] == [hours(2.5)]


def test_a_promise_drawn_into_the_past_fires_at_once(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(5)})
    bench.clock.advance(hours=3)
    refresh(bench, instance, solve=hours(1))
    assert [event.at for event in bench.history(instance, TimerFired)] == [hours(1)]


def test_an_order_checks_again_before_it_fires_what_seems_due(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    silently(bench, instance, solve=hours(6))
    bench.clock.advance(hours=3)
    bench.do(instance, "handle")
    assert bench.history(instance, TimerFired) == []


def test_the_timers_of_a_suspended_instance_follow_too(bench: Promising) -> None:
    instance = bench.start(story(), promises={"solve": hours(2)})
    suspend(bench, instance)
    refresh(bench, instance, solve=hours(4))
    assert due(bench, instance) == [hours(4)]
    bench.clock.advance(hours=5)
    resume(bench, instance)
    assert [event.at for event in bench.history(instance, TimerFired)] == [hours(4)]


def test_a_condition_follows_a_lookup(bench: Promising) -> None:
    stop = boundary("stop", "handle", condition('= promise("solve").due_at = null'))
    told = package(*HANDLED, stop, person("b"), end("gone"), chain("stop", "b", "gone"))
    instance = bench.start(told, promises={"solve": hours(2)})
    assert list(bench.tasks(instance)) == ["handle"]
    refresh(bench.restarted(), instance, solve=None)
    assert list(bench.tasks(instance)) == ["b"]


def test_a_condition_beside_an_activity_occurs_when_a_refresh_makes_it_hold(bench: Promising) -> None:
    paused = boundary("paused", "handle", condition('= promise("solve").due_at = null'), interrupting=False)
    told = package(*HANDLED, paused, person("b"), end("gone"), chain("paused", "b", "gone"))
    instance = bench.start(told, promises={"solve": hours(2)})
    for again in (None, None, hours(3), None):
        refresh(bench.restarted(), instance, solve=again)
    assert len(bench.history(instance, ConditionMet)) == 2


def test_the_due_date_of_a_task_follows_a_lookup_and_its_revision_stays(bench: Promising) -> None:
    due_date = "<zeebe:taskSchedule dueDate='= promise(&quot;solve&quot;).due_at' />"
    handle = person("handle").replace("</bpmn:extensionElements>", f"{due_date}</bpmn:extensionElements>")
    instance = bench.start(package(start(), handle, end(), chain("start", "handle", "end")), promises={"solve": hours(2)})
    task = bench.tasks(instance)["handle"]
    assert task.due_at == hours(2)
    refresh(bench.restarted(), instance, "priority raised", solve=hours(1))
    again = bench.tasks(instance)["handle"]
    assert (again.due_at, again.revision) == (hours(1), task.revision)
    assert [(event.task_id, event.reason) for event in bench.history(instance, TaskDueMoved)] == [(task.id, "priority raised")]


def test_a_variable_of_that_name_hides_no_lookup(bench: Promising) -> None:
    instance = bench.start(story(), promise={"solve": 1}, promises={"solve": hours(2)})
    assert due(bench, instance) == [hours(2)]


def test_a_lookup_that_fails_is_an_incident_of_the_timer_that_asks(bench: Promising) -> None:
    instance = bench.start(story('= promise("solve").at("soon")'), promises={"solve": hours(2)})
    (raised,) = bench.history(instance, IncidentRaised)
    assert (raised.activity_id, due(bench, instance)) == ("late", [None])
    assert "promise.at failed: ValueError" in raised.message


def test_what_a_lookup_gives_is_kept_without_its_functions(bench: Promising) -> None:
    mapping = "<zeebe:ioMapping><zeebe:output source='= promise(&quot;solve&quot;)' target='kept'/></zeebe:ioMapping>"
    kept = person("keep").replace("</bpmn:extensionElements>", f"{mapping}</bpmn:extensionElements>")
    told = package(start(), kept, person("after"), end(), chain("start", "keep", "after", "end"))
    instance = bench.start(told, promises={"solve": hours(2)})
    bench.do(instance, "keep")
    assert bench.variables(instance)["kept"] == {"due_at": hours(2)}


def test_who_asks_no_lookup_pays_nothing(bench: Promising) -> None:
    instance = bench.start(story("= promises.solve"), promises={"solve": hours(2)})
    set_variables(bench, instance, promises={"solve": hours(5)})
    assert (due(bench, instance), bench.promises.asked) == ([hours(5)], 0)
    assert len([event for event in bench.history(instance) if isinstance(event, VariableSet)]) == 2


class Restless(Promises):
    """Answers each move of a timer by another promise."""

    ignores = ()

    def apply(self, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> frozenset[str]:
        changed = super().apply(tx, instance, events)
        for event in events:
            if isinstance(event, TimerMoved) and event.due_at is not None:
                promise(tx, instance, at=event.at, solve=event.due_at + timedelta(minutes=1))
                changed = frozenset({self.name})
        return changed


def test_a_projection_without_rest_is_stopped_and_a_person_is_asked(database: Database, vault: KeyRing) -> None:
    make_table(database)
    bench = Promising(database, vault, Restless())
    instance = bench.start(story(), promises={"solve": hours(2)})
    set_variables(bench, instance, promises={"solve": hours(5)})
    (raised,) = bench.history(instance, IncidentRaised)
    assert "came to no rest" in raised.message
    assert len(bench.history(instance, TimerMoved)) < 105


def test_a_lookup_needs_a_name_of_its_own(bench: Promising) -> None:
    twice = [Promises(), Promises()]
    with pytest.raises(SettingsInvalid, match="name of its own"):
        Engine(bench.db, vault=bench.vault, handlers={}, lookups=twice)
