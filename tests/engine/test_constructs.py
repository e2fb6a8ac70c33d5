"""Events, from a deployed package to the database and back, with a fresh engine in between."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import CorrelateMessage
from engine.db import queries, store, tables
from engine.history import CompensationBegun, ErrorThrown, InstanceCompleted, SignalReceived
from engine.model import InstanceState, JobState, ProcessInstance
from engine.ports import Done, Throw, Transaction
from engine.service import Engine
from engine.testing import FakeChance, FakeClock
from engine.worker import Worker
from tests.engine.conftest import Bench
from tests.engine.constructs import Answers, broadcast, incidents, retry, set_variables
from tests.engine.spiff.diagrams import (
    MESSAGE,
    TIMER,
    a_signal,
    an_error,
    an_escalation,
    boundary,
    chain,
    compensated,
    compensation_end,
    compensation_throw,
    element,
    end,
    error_end,
    escalation_throw,
    event_sub,
    flow,
    link_catch,
    link_throw,
    on_start,
    parallel,
    repeated,
    signal,
    signal_end,
    signal_throw,
    start,
    sub,
)
from tests.engine.test_time_and_jobs import MAIL, Outbox
from tests.support.packages import extended, package, person, work, zeebe

USER = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"

# -- signals


def waiting_for_red() -> Any:
    return package(start(), signal("wait", "red"), person("after"), end(), chain("start", "wait", "after", "end"))


def test_a_broadcast_reaches_every_instance_that_waits(bench: Bench) -> None:
    one, two = bench.start(waiting_for_red(), "K-1"), bench.start(waiting_for_red(), "K-2")
    assert broadcast(bench, "blue") == 0
    assert broadcast(bench.restarted(), "red", batch="B7") == 2
    for instance in (one, two):
        assert bench.variables(instance)["wait"] == {"batch": "B7"}
        assert list(bench.tasks(instance)) == ["after"]
        assert [event.signal_name for event in bench.history(instance, SignalReceived)] == ["red"]
    assert broadcast(bench, "red") == 0


def test_a_listener_whose_mapping_fails_waits_on_and_the_others_take_the_signal(bench: Bench) -> None:
    fine = bench.start(waiting_for_red(), "K-1")
    mapping = zeebe("ioMapping", zeebe("output", source="= for a in 1..9999, b in 1..size return a", target="sum"))
    endless = extended("intermediateCatchEvent", "wait", mapping, inside=a_signal("red"))
    beside = (parallel("f"), signal("other", "red"), person("beside"), end("besides"), chain("f", "other", "beside", "besides"))
    told = package(start(), *beside, endless, person("after"), end(), chain("start", "f", "wait", "after", "end"), key="endless")
    broken = bench.start(told, "K-2", size=9999)
    assert broadcast(bench.restarted(), "red") == 2
    assert (list(bench.tasks(fine)), list(bench.tasks(broken))) == (["after"], ["beside"])
    assert [incident.activity_id for incident in incidents(bench, broken)] == ["wait"]
    set_variables(bench, broken, size=1)
    assert broadcast(bench.restarted(), "red") == 1
    assert (list(bench.tasks(broken)), incidents(bench, broken)) == (["beside", "after"], [])


def test_a_signal_and_a_message_of_one_name_are_kept_apart(bench: Bench) -> None:
    bench.start(waiting_for_red())
    with bench.db.transaction() as tx:
        assert not bench.engine.correlate(tx, CorrelateMessage(name="red", correlation_key="", by="ana"))


def test_a_signal_of_the_diagram_is_caught_inside_its_instance(bench: Bench) -> None:
    story = package(
        start(), parallel("f"), person("go"), signal_throw("tell", "red"), end("told"), signal("wait", "red"), person("after"),
        end(), chain("start", "f", "go", "tell", "told"), chain("f", "wait", "after", "end"),
    )  # fmt: skip
    one, two = bench.start(story, "K-1"), bench.start(story, "K-2")
    bench.restarted().do(one, "go")
    assert list(bench.tasks(one)) == ["after"]
    assert list(bench.tasks(two)) == ["go"]


def test_a_boundary_signal_and_one_that_starts_a_sub_process(bench: Bench) -> None:
    on = on_start("on", a_signal("blue"), interrupting=False)
    story = package(
        start(), person("a"), end(), boundary("stop", "a", a_signal("red")), person("b"), signal_end("last", "blue"),
        chain("start", "a", "end"), chain("stop", "b", "last"),
        event_sub("es", on, person("aid"), end("ae"), chain("on", "aid", "ae")),
    )  # fmt: skip
    instance = bench.start(story)
    broadcast(bench, "blue", why="storm")
    assert sorted(bench.tasks(instance)) == ["a", "aid"]
    assert bench.variables(instance)["on"] == {"why": "storm"}
    broadcast(bench.restarted(), "red")
    assert sorted(bench.tasks(instance)) == ["aid", "b"]


# -- errors and escalations


def failing(*more: str) -> Any:
    catch = boundary("caught", "act", an_error("lost")) + person("mend") + chain("caught", "mend", "end")
    return package(start(), work("act", "act"), end(), chain("start", "act", "end"), *(more or (catch,)))


def test_an_error_of_a_handler_goes_to_the_boundary_event_that_catches_its_code(bench: Bench) -> None:
    bench.handlers["act"] = Answers(Throw(error_code="lost", variables={"parcel": 7}))
    instance = bench.start(failing())
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["mend"]
    assert bench.variables(instance)["caught"] == {"parcel": 7, "errorCode": "lost"}
    assert bench.history(instance, ErrorThrown)[0].caught_by == "caught"
    assert bench.restarted().do(instance, "mend").state is InstanceState.COMPLETED


def test_an_error_that_nothing_catches_is_an_incident_and_can_be_tried_again(bench: Bench) -> None:
    bench.handlers["act"] = answers = Answers(Throw(error_code="late"))
    instance = bench.start(failing())
    bench.worker.run_until_idle()
    assert "nothing in the diagram catches" in incidents(bench, instance)[0].message
    with bench.db.reading() as tx:
        assert [job.state for job in queries.jobs(tx, instance_id=instance.id)] == [JobState.FAILED]
    answers.answer = Done()
    retry(bench, instance)
    bench.worker.run_until_idle()
    assert bench.instance(instance).state is InstanceState.COMPLETED


def test_an_error_end_at_the_top_never_counts_as_completed(bench: Bench) -> None:
    instance = bench.start(package(start(), person("a"), error_end("oops", "lost"), chain("start", "a", "oops")))
    bench.do(instance, "a")
    assert bench.instance(instance).state is InstanceState.ACTIVE
    assert "nothing around it catches" in incidents(bench, instance)[0].message
    assert bench.history(instance, InstanceCompleted) == []


def test_an_error_sub_process_takes_over(bench: Bench) -> None:
    rescue = event_sub("rescue", on_start("on", an_error()), person("mend"), end("re"), chain("on", "mend", "re"))
    inner = (start("s"), parallel("f"), person("a"), error_end("oops", "lost"), person("b"), end("e"))
    story = package(
        start(), sub("sub", *inner, chain("s", "f", "a", "oops"), chain("f", "b", "e"), rescue), person("after"), end(),
        chain("start", "sub", "after", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    bench.do(instance, "a")
    assert list(bench.tasks(instance)) == ["mend"]
    bench.restarted().do(instance, "mend")
    assert list(bench.tasks(instance)) == ["after"]


def test_an_escalation_runs_beside_the_work(bench: Bench) -> None:
    inner = (start("s"), escalation_throw("up", "help"), person("a"), end("e"), chain("s", "up", "a", "e"))
    story = package(
        start(), sub("sub", *inner), boundary("caught", "sub", an_escalation("help"), interrupting=False), person("assist"),
        end(), chain("start", "sub", "end"), chain("caught", "assist", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    assert sorted(bench.tasks(instance)) == ["a", "assist"]
    bench.do(instance, "assist")
    assert bench.restarted().do(instance, "a").state is InstanceState.COMPLETED


# -- compensation


def test_completed_work_is_undone(bench: Bench) -> None:
    undo = work("undo-book", "act").replace("<bpmn:serviceTask", '<bpmn:serviceTask isForCompensation="true"')
    bench.handlers["act"] = answers = Answers(Done(result={"ok": True}))
    story = package(
        start(), person("book"), compensated("book", undo), person("pay"), compensation_throw("back"), person("told"), end(),
        chain("start", "book", "pay", "back", "told", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    bench.do(instance, "book")
    bench.restarted().do(instance, "pay")
    assert bench.tasks(instance) == {}
    bench.restarted().worker.run_until_idle()
    assert [call.activity_id for call in answers.calls] == ["undo-book"]
    assert [event.undone_activity_id for event in bench.history(instance, CompensationBegun)] == ["book"]
    assert bench.restarted().do(instance, "told").state is InstanceState.COMPLETED


def test_a_handler_sees_what_the_run_that_it_undoes_has_seen(bench: Bench) -> None:
    undo = work("undo-book", "act").replace("<bpmn:serviceTask", '<bpmn:serviceTask isForCompensation="true"')
    booked = repeated("userTask", "book", USER, inputCollection="= items", inputElement="item", sequential=True)
    bench.handlers["act"] = answers = Answers(Done())
    story = package(
        start(), booked, compensated("book", undo), compensation_end("back"), chain("start", "book", "back"),
    )  # fmt: skip
    instance = bench.start(story, items=["pump", "hose"])
    bench.do(instance, "book")
    bench.restarted().do(instance, "book")
    bench.restarted().worker.run_until_idle()
    assert [call.inputs["item"] for call in answers.calls] == ["hose", "pump"]
    assert bench.instance(instance).state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert store.open_parts(tx, bench.vault, instance.id, has_runs=True).runs == {}


def test_an_error_of_a_handler_of_compensation_is_caught_around_it(bench: Bench) -> None:
    undo = work("undo-book", "act").replace("<bpmn:serviceTask", '<bpmn:serviceTask isForCompensation="true"')
    bench.handlers["act"] = Answers(Throw(error_code="lost"))
    inner = (start("s"), person("book"), compensated("book", undo), compensation_end("back"), chain("s", "book", "back"))
    story = package(
        start(), sub("sub", *inner), boundary("caught", "sub", an_error("lost")), person("mend"), end(),
        chain("start", "sub", "end"), chain("caught", "mend", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    bench.do(instance, "book")
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["mend"]


# -- event sub-processes by time, links, conditions


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_starts_an_event_sub_process(bench: Bench, interrupting: bool) -> None:
    on = on_start("on", TIMER, interrupting=interrupting)
    beside = event_sub("es", on, person("aid"), end("ae"), chain("on", "aid", "ae"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), beside))
    clock: FakeClock = bench.clock
    clock.advance(minutes=16)
    bench.worker.run_until_idle()
    assert sorted(bench.tasks(instance)) == (["aid"] if interrupting else ["a", "aid"])
    for activity in bench.tasks(instance):
        bench.do(instance, activity)
    assert bench.instance(instance).state is InstanceState.COMPLETED


def test_a_timer_that_would_start_one_is_gone_with_its_instance(bench: Bench) -> None:
    beside = event_sub("es", on_start("on", TIMER), person("aid"), end("ae"), chain("on", "aid", "ae"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), beside))
    assert bench.do(instance, "a").state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert queries.timers(tx, instance.id) == []


def test_a_link_goes_on_at_its_other_end(bench: Bench) -> None:
    flows = chain("start", "t") + chain("c", "a", "end")
    story = package(start(), link_throw("t", "L"), link_catch("c", "L"), person("a"), end(), flows)
    assert list(bench.tasks(bench.start(story))) == ["a"]


@pytest.mark.parametrize(("amount", "opened"), [(10, ["always"]), (200, ["always", "big"])])
def test_conditions_on_the_flows_that_leave_an_activity(bench: Bench, amount: int, opened: list[str]) -> None:
    story = package(
        start(), person("a"), person("big"), person("always"), end(), chain("start", "a", "always", "end"), chain("big", "end"),
        flow("a", "big", "= amount > 100"),
    )  # fmt: skip
    instance = bench.start(story, amount=amount)
    bench.do(instance, "a")
    assert sorted(bench.tasks(instance)) == opened


def test_a_throwing_message_event_is_told_by_its_handler_without_waiting(bench: Bench) -> None:
    bench.handlers["act"] = answers = Answers(Done())
    told = work("tell", "act", kind="intermediateThrowEvent").replace(
        "</bpmn:intermediate", "<bpmn:messageEventDefinition/></bpmn:intermediate"
    )
    instance = bench.start(package(start(), told, person("a"), end(), chain("start", "tell", "a", "end")))
    assert list(bench.tasks(instance)) == ["a"]
    bench.worker.run_until_idle()
    assert [call.activity_id for call in answers.calls] == ["tell"]


# -- starts by event


def started_by(definition: str, *more: str, version: str = "1.0") -> Any:
    begun = element("startEvent", "begun", definition)
    flows = chain("begun", "a", "end")
    return package(begun, person("a"), end(), flows, *more, messages={"order": "= number"}, version=version)


def instance_of(bench: Bench, key: str) -> ProcessInstance:
    with bench.db.reading() as tx:
        return queries.instance_by_key(tx, key)


def correlate(bench: Bench, key: str, **data: Any) -> bool:
    with bench.db.transaction() as tx:
        return bench.engine.correlate(tx, CorrelateMessage(name="order", correlation_key=key, by="ana", data=data))


def test_a_message_starts_a_process_when_nobody_waits_for_it(bench: Bench) -> None:
    bench.engine.deploy(started_by(MESSAGE.replace('"m"', '"order"')), by="ana")
    assert correlate(bench.restarted(), "O-1", item="pump")
    instance = instance_of(bench, "O-1")
    assert bench.variables(instance)["begun"] == {"item": "pump"}
    assert list(bench.tasks(instance)) == ["a"]
    assert not correlate(bench, "O-1"), "an order starts one instance only"


def test_beside_the_plain_start_a_message_start_begins_at_its_own_event(bench: Bench) -> None:
    story = started_by(MESSAGE.replace('"m"', '"order"'), start(), person("b"), chain("start", "b", "end"))
    plain = bench.start(story)
    assert list(bench.tasks(plain)) == ["b"]
    assert correlate(bench, "O-1")
    assert list(bench.tasks(instance_of(bench, "O-1"))) == ["a"]


def test_only_the_newest_deployment_is_started_by_events(bench: Bench) -> None:
    bench.engine.deploy(started_by(MESSAGE.replace('"m"', '"order"')), by="ana")
    bench.engine.deploy(started_by(a_signal("red"), version="1.1"), by="ana")
    assert not correlate(bench, "O-1")
    assert broadcast(bench, "red", why="storm") == 1
    assert broadcast(bench, "red") == 1
    with bench.db.reading() as tx:
        found = list(tx.execute(tables.process_instance.select().order_by(tables.process_instance.c.id)))
    assert [row.version for row in found] == ["1.1", "1.1"]
    assert len({row.business_key for row in found}) == 2


def test_a_start_event_of_a_later_deployment_starts_instances_under_keys_of_their_own(bench: Bench) -> None:
    """SQLite gives the id of a deleted start event to the next one."""
    for version in ("1.0", "1.1"):
        bench.engine.deploy(started_by(a_signal("red"), version=version), by="ana")
        assert broadcast(bench, "red") == 1
        assert broadcast(bench, "red") == 1


def test_a_signal_starts_an_instance_although_somebody_took_the_key_that_comes_next(bench: Bench) -> None:
    bench.start(started_by(a_signal("red"), start(), person("b"), chain("start", "b", "end")), "story-1.1-1")
    assert broadcast(bench, "red") == 1
    assert instance_of(bench, "story-1.1-2")


def test_a_process_that_cannot_be_started_at_its_instant_is_tried_again_and_stops_no_other_work(bench: Bench) -> None:
    bench.handlers["send"] = outbox = Outbox()
    refusing = Refusing()
    bench.engine = Engine(
        bench.db, vault=bench.vault, handlers=bench.handlers, clock=bench.clock, chance=FakeChance(), projections=[refusing]
    )
    worker = Worker(bench.engine, name="test")
    bench.engine.deploy(started_by(TIMER), by="ana")
    bench.clock.advance(minutes=16)
    bench.start(package(*MAIL, key="other"))
    worker.run_until_idle()
    assert len(outbox.sent) == 1
    refusing.key = ""
    worker.run_until_idle()
    assert instances(bench, "story") == 0
    bench.clock.advance(minutes=11)
    worker.run_until_idle()
    assert instances(bench, "story") == 1


class Refusing:
    """A projection that fails for a process."""

    key = "story"

    def apply(self, tx: Transaction, instance: ProcessInstance, events: object) -> None:
        if instance.process_key == self.key:
            raise LookupError("no read model for this")


def instances(bench: Bench, process_key: str) -> int:
    with bench.db.reading() as tx:
        query = tables.process_instance.select().where(tables.process_instance.c.process_key == process_key)
        return len(list(tx.execute(query)))


def test_a_timer_starts_one_instance_when_it_is_due(bench: Bench) -> None:
    bench.engine.deploy(started_by(TIMER), by="ana")
    bench.worker.run_until_idle()
    bench.clock.advance(minutes=16)
    bench.worker.run_until_idle()
    bench.clock.advance(days=2)
    bench.worker.run_until_idle()
    with bench.db.reading() as tx:
        assert len(list(tx.execute(tables.process_instance.select()))) == 1
