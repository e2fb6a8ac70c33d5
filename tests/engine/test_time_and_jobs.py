"""Timers, jobs and messages: at their instant, once, and also after a crash."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.commands import CorrelateMessage, RetryIncident, SetVariables
from engine.db import queries, tables, work
from engine.history import IncidentResolved, JobDone, TaskCreated, TimerFired, TimerMoved
from engine.model import InstanceState, JobState
from engine.ports import Done, Fail, HandlerCall, JobOutcome, Snooze
from engine.worker import Worker
from tests.engine.conftest import NINE, Bench
from tests.engine.spiff.diagrams import chain, element, end, race, start, terminate
from tests.support.packages import (
    boundary_message,
    boundary_timer,
    catch_message,
    catch_timer,
    package,
    person,
)
from tests.support.packages import (
    work as activity,
)

WARNED = (
    start(), person("handle"), end(), chain("start", "handle", "end"),
    person("supervise"), end("supervised"), chain("late", "supervise", "supervised"),
)  # fmt: skip


class Outbox:
    """A doer that remembers what it sent, and answers what it is told to."""

    name = "send"

    def __init__(self, *answers: JobOutcome | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[HandlerCall] = []

    def do(self, call: HandlerCall) -> JobOutcome:
        self.sent.append(call)
        answer = self.answers.pop(0) if self.answers else Done(result={"sent": len(self.sent)})
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_a_late_worker_gives_the_supervisor_a_task_at_the_due_instant(bench: Bench) -> None:
    instance = bench.start(package(*WARNED, boundary_timer("late", "handle", "PT15M")))
    bench.clock.advance(days=1)
    bench.worker.run_until_idle()
    assert bench.tasks(instance)["supervise"].created_at == NINE + timedelta(minutes=15)
    fired = bench.history(instance, TimerFired)
    assert [(event.at, event.noticed_at) for event in fired] == [(NINE + timedelta(minutes=15), NINE + timedelta(days=1))]
    bench.worker.run_until_idle()
    assert len(bench.history(instance, TimerFired)) == 1


def test_a_task_completed_late_still_counts_as_breached(bench: Bench) -> None:
    instance = bench.start(package(*WARNED, boundary_timer("late", "handle", "PT15M")))
    bench.clock.advance(minutes=16)
    assert bench.do(instance, "handle").state is InstanceState.ACTIVE
    assert list(bench.tasks(instance)) == ["supervise"]
    assert len(bench.history(instance, TimerFired)) == 1
    assert bench.do(instance, "supervise").state is InstanceState.COMPLETED


def test_a_task_completed_in_time_disarms_its_timer(bench: Bench) -> None:
    instance = bench.start(package(*WARNED, boundary_timer("late", "handle", "PT15M")))
    bench.clock.advance(minutes=14)
    assert bench.do(instance, "handle").state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert queries.timers(tx, instance.id) == []


def test_a_timer_follows_the_variable_that_it_reads(bench: Bench) -> None:
    story = package(*WARNED, boundary_timer("late", "handle", "= limits.due_at", kind="timeDate"))
    instance = bench.start(story, limits={"due_at": None})
    bench.clock.advance(hours=5)
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    due = bench.clock.now() + timedelta(hours=1)
    with bench.db.transaction() as tx:
        bench.engine.set_variables(
            tx, SetVariables(instance_id=instance.id, values={"limits": {"due_at": due}}, by="desk", reason="retarget")
        )
    assert bench.history(instance, TimerMoved)[0].due_at == due
    bench.clock.advance(hours=2)
    bench.worker.run_until_idle()
    assert bench.tasks(instance)["supervise"].created_at == due


def test_timers_that_are_due_together_fire_in_the_order_of_their_instants(bench: Bench) -> None:
    story = package(
        *WARNED, boundary_timer("late", "handle", "PT2H"),
        boundary_timer("soon", "handle", "PT1H"), person("remind"), end("reminded"), chain("soon", "remind", "reminded"),
    )  # fmt: skip
    instance = bench.start(story)
    bench.clock.advance(days=1)
    bench.worker.run_until_idle()
    created = [event.activity_id for event in bench.history(instance, TaskCreated)]
    assert created == ["handle", "remind", "supervise"]


def test_a_timer_without_a_usable_instant_is_an_incident_that_can_be_repaired(bench: Bench) -> None:
    story = package(*WARNED, boundary_timer("late", "handle", "= due", kind="timeDate"))
    instance = bench.start(story, due="tomorrow")
    with bench.db.reading() as tx:
        incident = queries.incidents(tx, bench.vault, instance_id=instance.id)[0]
    assert "no date and time" in incident.message
    with bench.db.transaction() as tx:
        values = {"due": NINE + timedelta(hours=1)}
        bench.engine.set_variables(tx, SetVariables(instance_id=instance.id, values=values, by="ana", reason="repair"))
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    with bench.db.reading() as tx:
        assert queries.incidents(tx, bench.vault, instance_id=instance.id) == []
        assert queries.timers(tx, instance.id)[0].due_at == NINE + timedelta(hours=1)


MAIL = (start(), activity("mail", "send", template="hello"), person("handle"), end(), chain("start", "mail", "handle", "end"))


def test_a_job_runs_after_the_commit_and_its_token_waits_for_the_answer(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox()
    instance = bench.start(package(*MAIL), who="Ana")
    assert (bench.tasks(instance), outbox.sent) == ({}, [])
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    assert bench.variables(instance)["mail"] == {"sent": 1}
    assert (outbox.sent[0].inputs, outbox.sent[0].headers) == ({"who": "Ana"}, {"template": "hello"})
    assert (outbox.sent[0].process_key, outbox.sent[0].version) == ("story", "1.0")


def test_a_send_task_does_not_wait(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox()
    story = package(
        start(), activity("mail", "send", kind="sendTask"), person("handle"), end(), chain("start", "mail", "handle", "end")
    )
    instance = bench.start(story)
    assert list(bench.tasks(instance)) == ["handle"]
    bench.do(instance, "handle")
    bench.worker.run_until_idle()
    assert len(outbox.sent) == 1
    with bench.db.reading() as tx:
        assert [job.state for job in queries.jobs(tx, instance_id=instance.id)] == [JobState.DONE]


def test_a_failing_job_is_retried_later_and_then_a_person_is_asked(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox(*[Fail(reason="mail server is down")] * 4, ValueError("odd"))
    instance = bench.start(package(*MAIL))
    bench.worker.run_until_idle()
    assert len(outbox.sent) == 1
    for _ in range(5):
        bench.clock.advance(hours=1)
        bench.worker.run_until_idle()
    assert len(outbox.sent) == 5
    assert len({call.idempotency_key for call in outbox.sent}) == 1
    with bench.db.reading() as tx:
        incident = queries.incidents(tx, bench.vault, instance_id=instance.id)[0]
    assert "ValueError: 'odd'" in incident.message
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    with bench.db.reading() as tx:
        assert queries.incidents(tx, bench.vault, instance_id=instance.id) == []


def test_a_snoozed_job_costs_no_retry(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox(*[Snooze(seconds=60)] * 9)
    instance = bench.start(package(*MAIL))
    for _ in range(10):
        bench.worker.run_until_idle()
        bench.clock.advance(seconds=61)
    assert len(outbox.sent) == 10
    assert list(bench.tasks(instance)) == ["handle"]


def test_a_job_whose_worker_died_is_taken_over_and_settled_once(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox()
    instance = bench.start(package(*MAIL))
    (dead,) = bench.engine.queue.lease(worker="dead", now=bench.clock.now(), seconds=60, limit=9)
    bench.worker.run_until_idle()
    assert outbox.sent == []
    bench.clock.advance(seconds=61)
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    # the dead worker comes back and reports: nobody listens
    with bench.db.transaction() as tx:
        Worker(bench.engine, name="dead").settle(tx, dead, Done())
    assert len(bench.history(instance, JobDone)) == 1


WAITING = (
    start(), race("wait"), catch_message("answered", "answer"), catch_timer("unanswered", "PT24H"),
    person("thank"), person("call"), end(), chain("start", "wait", "answered", "thank", "end"),
    chain("wait", "unanswered", "call", "end"),
)  # fmt: skip


def answer(bench: Bench, key: str, message_id: str | None = None) -> bool:
    with bench.db.transaction() as tx:
        return bench.engine.correlate(
            tx, CorrelateMessage(name="answer", correlation_key=key, by="ana", data={"ok": True}, message_id=message_id)
        )


def test_a_message_finds_its_instance_and_is_taken_once(bench: Bench) -> None:
    story = package(*WAITING, messages={"answer": "= number"})
    first, second = (bench.start(story, key, number=key) for key in ("K-1", "K-2"))
    assert answer(bench, "K-2", "m1")
    assert (list(bench.tasks(first)), list(bench.tasks(second))) == ([], ["thank"])
    assert bench.variables(second)["answered"] == {"ok": True}
    assert answer(bench, "K-2", "m1"), "taken before, and that is fine"
    assert not answer(bench, "K-2", "m2")
    with bench.db.reading() as tx:
        assert queries.timers(tx, second.id) == []


def test_a_message_after_the_deadline_finds_nobody(bench: Bench) -> None:
    instance = bench.start(package(*WAITING, messages={"answer": "= number"}), number="K-1")
    bench.clock.advance(hours=25)
    assert not answer(bench, "K-1")
    assert list(bench.tasks(instance)) == ["call"]


def test_a_boundary_message_opens_a_path_beside_and_may_come_again(bench: Bench) -> None:
    story = package(
        start(), person("handle"), terminate("closed"), chain("start", "handle", "closed"),
        boundary_message("asked", "handle", "help"), person("technical"), element("endEvent", "helped"),
        chain("asked", "technical", "helped"), messages={"help": "= number"},
    )  # fmt: skip
    instance = bench.start(story, number="K-1")
    for times in (1, 2):
        with bench.db.transaction() as tx:
            assert bench.engine.correlate(tx, CorrelateMessage(name="help", correlation_key="K-1", by="li"))
        with bench.db.reading() as tx:
            assert len(queries.tasks(tx, instance_id=instance.id)) == 1 + times
    assert bench.do(instance, "handle").state is InstanceState.COMPLETED
    assert bench.tasks(instance) == {}


@pytest.mark.parametrize("rounds", [60])
def test_the_cost_of_a_step_does_not_grow_with_what_has_been(bench: Bench, rounds: int) -> None:
    from tests.engine.test_instances import DONE, GATEWAY

    instance = bench.start(package(*GATEWAY, boundary_timer("late", "handle", "P9D"), end("e2"), chain("late", "e2"),
                                   forms={"handle": DONE}))  # fmt: skip
    sizes = []
    for _ in range(rounds):
        bench.do(instance, "handle", {"done": False})
        with bench.db.reading() as tx:
            sizes.append(len(tx.exec_driver_sql("SELECT snapshot FROM process_instance").scalar_one()))
        assert list(bench.tasks(instance)) == ["handle"]
    assert sizes[-1] <= sizes[1] * 1.1


def test_an_instance_that_cannot_go_on_stops_nobody_else_and_waits_for_a_person(bench: Bench) -> None:
    story = package(*WARNED, boundary_timer("late", "handle", "PT15M"))
    broken, sound = (bench.start(story, key) for key in ("K-1", "K-2"))
    of_broken = tables.process_instance.c.id == broken.id
    with bench.db.transaction() as tx:
        kept = tx.execute(select(tables.process_instance.c.snapshot).where(of_broken)).scalar_one()
        tx.execute(tables.process_instance.update().where(of_broken).values(snapshot=b"damaged"))
    bench.clock.advance(hours=1)
    bench.worker.run_until_idle()
    assert set(bench.tasks(sound)) == {"handle", "supervise"}
    with bench.db.reading() as tx:
        (incident,) = queries.incidents(tx, bench.vault)
    assert (incident.instance_id, "can't go on" in incident.message) == (broken.id, True)
    with bench.db.transaction() as tx:
        tx.execute(tables.process_instance.update().where(of_broken).values(snapshot=bytes(kept)))
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    bench.worker.run_until_idle()
    assert set(bench.tasks(broken)) == {"handle", "supervise"}
    assert len(bench.history(broken, IncidentResolved)) == 1


def test_a_job_with_which_every_worker_vanishes_is_given_up(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox()
    instance = bench.start(package(*MAIL))
    for _ in range(work.MOST_ATTEMPTS):
        assert bench.engine.queue.lease(worker="dying", now=bench.clock.now(), seconds=60, limit=9)
        bench.clock.advance(seconds=61)
        bench.engine.queue.tend(now=bench.clock.now(), seconds=60)
    bench.worker.run_until_idle()
    assert outbox.sent == []
    with bench.db.reading() as tx:
        (incident,) = queries.incidents(tx, bench.vault, instance_id=instance.id)
    assert "vanished" in incident.message
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]


def test_a_message_that_nobody_awaited_may_be_sent_again(bench: Bench) -> None:
    assert not answer(bench, "K-1", "m1")
    instance = bench.start(package(*WAITING, messages={"answer": "= number"}), number="K-1")
    assert answer(bench, "K-1", "m1")
    assert list(bench.tasks(instance)) == ["thank"]
