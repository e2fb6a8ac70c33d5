"""Work for other programs: given to one at a time, taken over when its holder vanishes, told to the instance once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands import (
    CancelInstance,
    CompleteExternalTask,
    ExtendExternalTask,
    FailExternalTask,
    FetchExternalTasks,
    HeldTask,
    RetryIncident,
    ThrowExternalError,
)
from engine.db import queries
from engine.errors import DeploymentRefused, ExternalTaskLost, NotFound
from engine.external import ExternalTask, ExternalTasks
from engine.history import ErrorThrown, JobCreated, JobDone
from engine.model import InstanceState, JobState
from engine.ports import Done, HandlerCall
from tests.engine.conftest import NINE, Bench
from tests.engine.spiff.diagrams import an_error, boundary, chain, end, start
from tests.support.packages import extended, package, person, work, zeebe

STORY = (start(), work("ship", "external:shipping", lang="zh"), person("look"), end(), chain("start", "ship", "look", "end"))


class Programs:
    """What other programs do, each order in a transaction of its own."""

    def __init__(self, bench: Bench) -> None:
        self.db = bench.db
        self.tasks = ExternalTasks(bench.engine)

    def fetch(self, worker: str = "w1", *topics: str, most: int = 10, seconds: float = 60) -> list[ExternalTask]:
        command = FetchExternalTasks(worker=worker, topics=topics or ("shipping",), most=most, seconds=seconds)
        with self.db.transaction() as tx:
            return self.tasks.fetch(tx, command)

    def complete(self, task: ExternalTask, worker: str = "w1", **result) -> None:
        with self.db.transaction() as tx:
            self.tasks.complete(tx, CompleteExternalTask(held=held(task, worker), by="robot", result=result))

    def fail(self, task: ExternalTask, worker: str = "w1", **how) -> JobState:
        with self.db.transaction() as tx:
            return self.tasks.fail(tx, FailExternalTask(held=held(task, worker), by="robot", reason="no lorry", **how))

    def throw(self, task: ExternalTask, code: str, worker: str = "w1", **variables) -> None:
        with self.db.transaction() as tx:
            order = ThrowExternalError(held=held(task, worker), by="robot", error_code=code, variables=variables)
            self.tasks.throw(tx, order)

    def extend(self, task: ExternalTask, seconds: float, worker: str = "w1"):
        with self.db.transaction() as tx:
            return self.tasks.extend(tx, ExtendExternalTask(held=held(task, worker), seconds=seconds))

    def unlock(self, task: ExternalTask, worker: str = "w1") -> None:
        with self.db.transaction() as tx:
            self.tasks.unlock(tx, held(task, worker))


def held(task: ExternalTask, worker: str) -> HeldTask:
    return HeldTask(task_id=task.id, worker=worker, attempt=task.attempt)


@pytest.fixture
def programs(bench: Bench) -> Programs:
    return Programs(bench)


def jobs(bench: Bench):
    with bench.db.reading() as tx:
        return queries.jobs(tx)


def test_a_program_is_told_everything_that_it_needs(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY), weight=3)
    (task,) = programs.fetch()
    assert (task.topic, task.activity_id, task.business_key, task.process_key) == ("shipping", "ship", "K-1", "story")
    assert (dict(task.inputs), dict(task.headers), task.attempt) == ({"weight": 3}, {"lang": "zh"}, 1)
    assert task.lease_until == NINE + timedelta(seconds=60)
    assert task.idempotency_key.startswith(f"{instance.id}:ship:")


def test_a_completed_task_lets_the_token_go_on_with_its_result(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (task,) = programs.fetch()
    programs.complete(task, parcel="P1")
    assert "look" in bench.tasks(instance)
    assert bench.variables(instance)["ship"] == {"parcel": "P1"}
    (done,) = bench.history(instance, JobDone)
    assert (done.by, done.handler, done.result) == ("robot", "external:shipping", {"parcel": "P1"})
    assert bench.history(instance, JobCreated)


def test_our_own_workers_leave_external_tasks_alone(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    bench.worker.run_until_idle()
    assert len(programs.fetch()) == 1


def test_a_program_gets_only_its_topics_and_only_what_nobody_holds(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    assert programs.fetch("w2", "billing") == []
    assert len(programs.fetch("w1", "billing", "shipping")) == 1
    assert programs.fetch("w2") == []


def test_no_more_tasks_are_given_out_than_asked_for_the_oldest_first(bench: Bench, programs: Programs) -> None:
    for number in range(3):
        bench.start(package(*STORY), key=f"K-{number}")
    assert [task.business_key for task in programs.fetch(most=2)] == ["K-0", "K-1"]


def test_a_task_whose_program_vanished_goes_to_the_next_under_the_same_key(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (first,) = programs.fetch("w1")
    bench.clock.advance(seconds=61)
    (second,) = programs.fetch("w2")
    assert (second.id, second.idempotency_key, second.attempt) == (first.id, first.idempotency_key, 2)
    with pytest.raises(ExternalTaskLost, match="leased by w2") as lost:
        programs.complete(first, "w1", parcel="mine")
    assert lost.value.details["holder"] == "w2"
    programs.complete(second, "w2", parcel="yours")
    with pytest.raises(ExternalTaskLost, match="done"):
        programs.complete(first, "w1", parcel="mine")
    assert bench.variables(instance)["ship"] == {"parcel": "yours"}


def test_a_late_program_whose_task_nobody_took_may_still_complete_it(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (task,) = programs.fetch()
    bench.clock.advance(seconds=61)
    programs.complete(task)
    assert "look" in bench.tasks(instance)


def test_the_same_program_under_an_older_attempt_is_late_too(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (first,) = programs.fetch("w1")
    bench.clock.advance(seconds=61)
    programs.fetch("w1")
    with pytest.raises(ExternalTaskLost):
        programs.complete(first, "w1")


def test_saying_twice_that_a_task_is_done_is_taken_once(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (task,) = programs.fetch()
    programs.complete(task, parcel="P1")
    programs.complete(task, parcel="P2")
    assert bench.variables(instance)["ship"] == {"parcel": "P1"}
    assert len(bench.history(instance, JobDone)) == 1


def test_an_extended_lease_keeps_others_away(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (task,) = programs.fetch()
    assert programs.extend(task, 600) == NINE + timedelta(seconds=600)
    bench.clock.advance(seconds=300)
    assert programs.fetch("w2") == []
    with pytest.raises(ExternalTaskLost):
        programs.extend(task, 60, worker="w2")


def test_a_task_given_back_is_there_at_once_and_costs_no_retry(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (task,) = programs.fetch()
    programs.unlock(task)
    (again,) = programs.fetch("w2")
    assert (again.retries, again.attempt) == (task.retries, 2)


def test_a_failed_task_comes_again_after_a_growing_delay(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (task,) = programs.fetch()
    assert programs.fail(task) is JobState.AVAILABLE
    assert programs.fetch() == []
    bench.clock.advance(hours=1)
    (again,) = programs.fetch()
    assert again.retries == task.retries - 1


def test_a_program_may_say_how_long_to_wait_and_how_many_tries_are_left(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (task,) = programs.fetch()
    programs.fail(task, retries=9, retry_seconds=5)
    bench.clock.advance(seconds=5)
    (again,) = programs.fetch()
    assert again.retries == 9


def test_the_last_failure_raises_an_incident_whose_retry_gives_the_task_out_again(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (task,) = programs.fetch()
    assert programs.fail(task, retries=0) is JobState.FAILED
    with bench.db.reading() as tx:
        (incident,) = queries.incidents(tx, bench.vault)
    assert "no lorry" in incident.message
    assert programs.fetch() == []
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    (again,) = programs.fetch()
    programs.complete(again)
    assert "look" in bench.tasks(instance)


CAUGHT = (
    *STORY, boundary("gone", "ship", an_error("lost")), person("tell"), end("told"), chain("gone", "tell", "told"),
)  # fmt: skip


def test_an_error_that_the_diagram_catches_takes_the_other_way(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*CAUGHT))
    (task,) = programs.fetch()
    programs.throw(task, "lost", left=0)
    assert list(bench.tasks(instance)) == ["tell"]
    assert bench.variables(instance)["gone"] == {"left": 0, "errorCode": "lost"}
    assert bench.history(instance, ErrorThrown)


def test_an_error_that_nothing_catches_is_an_incident(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    (task,) = programs.fetch()
    programs.throw(task, "burnt")
    assert [job.state for job in jobs(bench)] == [JobState.FAILED]


def test_a_withdrawn_task_says_so_to_the_program_that_completes_it(bench: Bench, programs: Programs) -> None:
    instance = bench.start(package(*STORY))
    (task,) = programs.fetch()
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="ana", reason="x"))
    with pytest.raises(ExternalTaskLost, match="cancelled"):
        programs.complete(task)


def test_a_send_task_for_another_program_keeps_nobody_waiting(bench: Bench, programs: Programs) -> None:
    elements = (start(), work("tell", "external:sms", kind="sendTask"), end(), chain("start", "tell", "end"))
    instance = bench.start(package(*elements))
    assert instance.state is InstanceState.COMPLETED
    (task,) = programs.fetch("w1", "sms")
    programs.complete(task)
    assert [job.state for job in jobs(bench)] == [JobState.DONE]


def test_a_job_of_our_own_workers_is_no_external_task(bench: Bench, programs: Programs) -> None:
    class Sender:
        name = "send"

        def do(self, call: HandlerCall) -> Done:
            return Done()

    bench.handlers["send"] = Sender()
    bench.start(package(start(), work("send", "send"), end(), chain("start", "send", "end")))
    (job,) = jobs(bench)
    with pytest.raises(NotFound), bench.db.transaction() as tx:
        programs.tasks.unlock(tx, HeldTask(task_id=job.id, worker="w1", attempt=1))


def test_a_task_that_outlives_its_programs_becomes_an_incident(bench: Bench, programs: Programs) -> None:
    bench.start(package(*STORY))
    for _ in range(20):
        assert programs.fetch()
        bench.clock.advance(minutes=2)
    assert programs.fetch() == []
    with bench.db.reading() as tx:
        assert len(queries.incidents(tx, bench.vault)) == 1


@pytest.mark.parametrize("topic", ["", "a b", "-x", "x" * 81, "= topic"])
def test_a_topic_that_no_program_could_ask_for_is_refused_at_deployment(bench: Bench, topic: str) -> None:
    element = extended("serviceTask", "ship", zeebe("taskDefinition", type=f"external:{topic}"))
    with pytest.raises(DeploymentRefused, match="topic"):
        bench.start(package(start(), element, end(), chain("start", "ship", "end")))
