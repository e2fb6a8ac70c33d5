"""Messages that come before their token: buffered as long as they live, taken once, in order, whoever is faster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from engine.commands import CorrelateMessage, StartInstance
from engine.db import messages, queries, tables
from engine.errors import Invalid
from engine.history import MessageCorrelated
from engine.model import ProcessInstance
from engine.ports import Transaction
from engine.worker import SWEPT_AT_ONCE
from tests.engine.conftest import NINE, Bench
from tests.engine.constructs import incidents, retry, set_variables
from tests.engine.spiff.diagrams import chain, end, race, start
from tests.engine.spiff.diagrams import element as drawn
from tests.support.packages import boundary_message, catch_message, catch_timer, extended, package, person, zeebe

WAITS = package(
    start(), race("wait"), catch_message("answered", "answer"), catch_timer("unanswered", "PT24H"),
    person("thank"), person("call"), end(), chain("start", "wait", "answered", "thank", "end"),
    chain("wait", "unanswered", "call", "end"), messages={"answer": "= number"},
)  # fmt: skip
PREPARED = package(
    start(), person("prepare"), catch_message("answered", "answer"), person("thank"), end(),
    chain("start", "prepare", "answered", "thank", "end"), messages={"answer": "= number"},
)  # fmt: skip
LATE = package(
    start(), catch_timer("pause", "PT1H"), race("wait"), catch_message("answered", "answer"), catch_timer("unanswered", "PT2H"),
    person("thank"), person("call"), end(), chain("start", "pause", "wait", "answered", "thank", "end"),
    chain("wait", "unanswered", "call", "end"), messages={"answer": "= number"},
)  # fmt: skip
HOUR = 3600.0


def publish(
    bench: Bench, key: str = "K-1", *, message_id: str | None = None, ttl: float | None = HOUR, name: str = "answer", **data: int
) -> bool:
    with bench.db.transaction() as tx:
        return tell(bench, tx, key, message_id=message_id, ttl=ttl, name=name, **data)


def tell(
    bench: Bench, tx: Transaction, key: str, *, message_id: str | None, ttl: float | None, name: str = "answer", **data: int
) -> bool:
    command = CorrelateMessage(name=name, correlation_key=key, by="shop", data=data, message_id=message_id, ttl_seconds=ttl)
    return bench.engine.correlate(tx, command)


def buffered(bench: Bench) -> list[str]:
    with bench.db.reading() as tx:
        return [message.correlation_key for message in queries.buffered_messages(tx)]


def taken(bench: Bench, instance: ProcessInstance) -> list[MessageCorrelated]:
    return bench.history(instance, MessageCorrelated)


def test_a_message_without_a_life_of_its_own_is_refused_when_nobody_waits(bench: Bench) -> None:
    assert not publish(bench, ttl=None)
    assert buffered(bench) == []


def test_a_message_that_came_early_is_taken_by_the_first_token_that_awaits_it(bench: Bench) -> None:
    assert publish(bench, stars=5)
    assert buffered(bench) == ["K-1"]
    bench.clock.advance(minutes=30)
    instance = bench.start(WAITS, number="K-1")
    assert list(bench.tasks(instance)) == ["thank"]
    assert bench.variables(instance)["answered"] == {"stars": 5}
    (correlated,) = taken(bench, instance)
    assert (correlated.by, correlated.at, correlated.published_at) == ("shop", bench.clock.now(), NINE)
    assert buffered(bench) == []
    with bench.db.reading() as tx:
        assert (queries.timers(tx, instance.id), queries.subscriptions(tx, instance_id=instance.id)) == ([], [])


def test_a_message_that_is_taken_at_once_has_no_earlier_instant(bench: Bench) -> None:
    instance = bench.start(WAITS, number="K-1")
    assert publish(bench)
    (correlated,) = taken(bench, instance)
    assert correlated.published_at is None


def test_a_message_for_another_key_or_name_stays_in_the_buffer(bench: Bench) -> None:
    publish(bench, "K-2")
    publish(bench, "K-1", name="other")
    instance = bench.start(WAITS, number="K-1")
    assert bench.tasks(instance) == {}
    assert buffered(bench) == ["K-2", "K-1"]


def test_a_message_that_expired_is_not_taken_and_its_id_is_free_again(bench: Bench) -> None:
    assert publish(bench, message_id="m1", ttl=60)
    bench.clock.advance(seconds=60)
    instance = bench.start(WAITS, number="K-1")
    assert bench.tasks(instance) == {}
    assert publish(bench, message_id="m1", ttl=60)
    assert list(bench.tasks(instance)) == ["thank"]
    assert publish(bench, message_id="m1", ttl=60), "taken before, and that is fine"
    assert (len(taken(bench, instance)), buffered(bench)) == (1, [])


def test_buffered_messages_are_taken_in_the_order_of_their_publishing(bench: Bench) -> None:
    story = package(
        start(), person("handle"), end(), chain("start", "handle", "end"), boundary_message("asked", "handle", "help"),
        person("technical"), drawn("endEvent", "helped"), chain("asked", "technical", "helped"), messages={"help": "= number"},
    )  # fmt: skip
    for number in (1, 2, 3):
        publish(bench, name="help", number=number)
        bench.clock.advance(seconds=1)
    instance = bench.start(story, number="K-1")
    assert [event.data["number"] for event in taken(bench, instance)] == [1, 2, 3]
    with bench.db.reading() as tx:
        assert len(queries.tasks(tx, instance_id=instance.id)) == 4


def test_one_message_serves_one_token(bench: Bench) -> None:
    publish(bench)
    first, second = bench.start(WAITS, "K-1", number="K-1"), bench.start(WAITS, "K-2", number="K-1")
    assert (list(bench.tasks(first)), list(bench.tasks(second))) == (["thank"], [])


def test_the_same_id_is_buffered_once_and_taken_once(bench: Bench) -> None:
    assert publish(bench, message_id="m1")
    assert publish(bench, message_id="m1")
    assert buffered(bench) == ["K-1"]
    instances = [bench.start(WAITS, key, number="K-1") for key in ("K-1", "K-2")]
    assert publish(bench, message_id="m1")
    assert [list(bench.tasks(instance)) for instance in instances] == [["thank"], []]


def test_a_transaction_that_fails_leaves_the_message_in_the_buffer(bench: Bench) -> None:
    publish(bench)
    deployment = bench.engine.deploy(WAITS, by="ana")
    order = StartInstance(deployment_id=deployment.id, business_key="K-1", by="ana", variables={"number": "K-1"})

    def start_then_fail() -> None:
        with bench.db.transaction() as tx:
            bench.engine.start(tx, order)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        start_then_fail()
    assert buffered(bench) == ["K-1"]
    with bench.db.transaction() as tx:
        instance = bench.engine.start(tx, order)
    assert list(bench.tasks(instance)) == ["thank"]


def test_what_a_buffered_message_brings_is_sealed(bench: Bench) -> None:
    publish(bench, phone=13812345678)
    with bench.db.reading() as tx:
        (sealed,) = tx.execute(select(tables.buffered_message.c.data_sealed)).scalars()
    assert b"13812345678" not in bytes(sealed)


@pytest.mark.parametrize("seconds", [0, -1, 1e12, float("nan")])
def test_a_time_to_live_that_cannot_be_is_refused(bench: Bench, seconds: float) -> None:
    with pytest.raises(Invalid, match="ttl_seconds"):
        publish(bench, ttl=seconds)


def test_the_worker_drops_what_expired_in_batches_and_frees_its_ids(bench: Bench) -> None:
    for number in range(3):
        publish(bench, f"K-{number}", message_id=f"m{number}" if number else None, ttl=60)
    publish(bench, "K-9", ttl=HOUR)
    bench.clock.advance(seconds=60)
    assert [bench.engine.drop_expired_messages(limit=2) for _ in range(3)] == [2, 1, 0]
    assert buffered(bench) == ["K-9"]
    with bench.db.reading() as tx:
        assert tx.execute(select(tables.message_taken)).all() == []
    bench.clock.advance(hours=2)
    bench.worker.run_until_idle()
    assert buffered(bench) == []
    assert SWEPT_AT_ONCE > 1


def test_a_late_worker_lets_a_token_take_the_message_at_the_instant_of_its_publishing(bench: Bench) -> None:
    instance = bench.start(LATE, number="K-1")
    bench.clock.advance(hours=2)
    with bench.db.transaction() as tx:
        messages.insert_buffered(tx, bench.vault, **_row(bench, "K-1"), data={})
    bench.clock.advance(hours=20)
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["thank"]
    (correlated,) = taken(bench, instance)
    assert correlated.at == correlated.published_at == NINE + timedelta(hours=2)


def test_a_message_published_after_a_deadline_does_not_undo_it_when_the_worker_is_late(bench: Bench) -> None:
    instance = bench.start(LATE, number="K-1")
    bench.clock.advance(hours=4)
    with bench.db.transaction() as tx:
        messages.insert_buffered(tx, bench.vault, **_row(bench, "K-1"), data={})
    bench.clock.advance(hours=20)
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["call"]
    assert taken(bench, instance) == []


def _row(bench: Bench, key: str) -> dict:
    """A message as another worker buffered it, which came before ours fired the timer."""
    now = bench.clock.now()
    life = {"published_at": now, "expires_at": now + timedelta(days=9)}
    return {"name": "answer", "correlation_key": key, "message_id": None, "by": "shop", **life}


def test_a_token_without_a_usable_key_is_an_incident_until_its_variable_is_there(bench: Bench) -> None:
    for number in (None, True, [1], "x" * 201):
        instance = bench.start(WAITS, f"K-{number}"[:9], number=number)
        (incident,) = incidents(bench, instance)
        assert "neither a text nor a number" in incident.message or "longer than" in incident.message
    assert not publish(bench, "None", ttl=None), "nobody waits for what isn't there"
    set_variables(bench, instance, number="K-7")
    retry(bench, instance)
    assert publish(bench, "K-7", ttl=None)
    assert list(bench.tasks(instance)) == ["thank"]


def test_a_buffered_message_that_cannot_be_taken_over_stops_its_token_and_nobodys_work(bench: Bench) -> None:
    endless = zeebe("output", source="= for a in 1..9999, b in 1..9999 return a", target="sum")
    told = '<bpmn:messageEventDefinition messageRef="answer"/>'
    awaited = extended("intermediateCatchEvent", "answered", zeebe("ioMapping", endless), inside=told)
    line = chain("start", "prepare", "answered", "thank", "end")
    story = package(start(), person("prepare"), awaited, person("thank"), end(), line, messages={"answer": "= number"})
    instance = bench.start(story, number="K-1")
    publish(bench, "K-1")
    bench.do(instance, "prepare")
    (incident,) = incidents(bench, instance)
    assert incident.activity_id == "answered"
    assert buffered(bench) == []
    retry(bench, instance)
    with bench.db.reading() as tx:
        assert len(queries.subscriptions(tx, instance_id=instance.id)) == 1, "it waits for a better one"


# -- two transactions at the same time, on real connections


def together(*acts: Callable[[], object]) -> list[object]:
    """Run each in a thread of its own; what they return. A hang is a failure."""
    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(act) for act in acts]
        assert not wait(running, timeout=60).not_done
        return [each.result() for each in running]


def test_a_message_in_flight_while_its_token_begins_to_wait_is_not_lost(bench: Bench) -> None:
    instance = bench.start(PREPARED, number="K-1")
    waits_now = Event()

    def begin_to_wait() -> None:
        task = bench.tasks(instance)["prepare"]
        with bench.db.transaction() as tx:
            claim_and_complete(bench, tx, task.id)
            waits_now.set()
            # the other one looks for a subscription now, which isn't committed yet
            Event().wait(0.3)

    def send() -> bool:
        assert waits_now.wait(30)
        return publish(bench, message_id="m1")

    assert together(begin_to_wait, send)[1] is True
    assert (list(bench.tasks(instance)), buffered(bench)) == (["thank"], [])


def test_a_token_that_begins_to_wait_while_its_message_is_being_buffered_takes_it(bench: Bench) -> None:
    instance = bench.start(PREPARED, number="K-1")
    is_buffered = Event()

    def send() -> None:
        with bench.db.transaction() as tx:
            assert tell(bench, tx, "K-1", message_id="m1", ttl=HOUR)
            is_buffered.set()
            Event().wait(0.3)

    def begin_to_wait() -> None:
        assert is_buffered.wait(30)
        bench.do(instance, "prepare")

    together(send, begin_to_wait)
    assert (list(bench.tasks(instance)), buffered(bench)) == (["thank"], [])


def claim_and_complete(bench: Bench, tx: Transaction, task_id: int) -> None:
    from engine.commands import ClaimTask, CompleteTask

    bench.engine.claim(tx, ClaimTask(task_id=task_id, by="li"))
    bench.engine.complete(tx, CompleteTask(task_id=task_id, by="li"))


@pytest.mark.parametrize("ttl", [None, HOUR])
def test_the_same_message_sent_by_two_processes_at_once_is_taken_once(bench: Bench, ttl: float | None) -> None:
    instances = [bench.start(WAITS, key, number="K-1") for key in ("K-1", "K-2")]
    barrier = Barrier(2)

    def send() -> bool:
        barrier.wait(30)
        return publish(bench, message_id="m1", ttl=ttl)

    assert together(send, send) == [True, True]
    assert sum(len(taken(bench, instance)) for instance in instances) == 1
    assert buffered(bench) == []


def test_the_same_early_message_sent_by_two_processes_at_once_is_buffered_once(bench: Bench) -> None:
    barrier = Barrier(4)

    def send() -> bool:
        barrier.wait(30)
        return publish(bench, message_id="m1")

    assert together(*[send] * 4) == [True] * 4
    assert buffered(bench) == ["K-1"]


def test_waiting_and_sending_at_a_barrier_loses_nothing_and_brings_nothing_twice(bench: Bench) -> None:
    keys = [f"K-{number}" for number in range(12)]
    instances = [bench.start(PREPARED, key, number=key) for key in keys]
    barrier = Barrier(3)

    def work() -> None:
        for instance in instances:
            barrier.wait(30)
            bench.do(instance, "prepare")

    def send() -> list[bool]:
        answers = []
        for key in keys:
            barrier.wait(30)
            answers.append(publish(bench, key, message_id=f"m-{key}"))
        return answers

    assert together(work, send, send)[1:] == [[True] * 12] * 2
    assert [len(taken(bench, instance)) for instance in instances] == [1] * 12
    assert [list(bench.tasks(instance)) for instance in instances] == [["thank"]] * 12
    assert buffered(bench) == []


def test_two_tokens_that_begin_to_wait_at_once_share_two_messages(bench: Bench) -> None:
    instances = [bench.start(PREPARED, key, number="same") for key in ("K-1", "K-2")]
    for _ in range(2):
        publish(bench, "same")
    barrier = Barrier(2)

    def begin(instance: ProcessInstance) -> Callable[[], object]:
        def act() -> None:
            barrier.wait(30)
            bench.do(instance, "prepare")

        return act

    together(*map(begin, instances))
    assert [list(bench.tasks(instance)) for instance in instances] == [["thank"]] * 2
    assert buffered(bench) == []
