"""Stories of what later versions brought. One that lets a worker run belongs before those that leave a job for one."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands import CorrelateMessage, FetchExternalTasks, SuspendInstance
from engine.db import queries
from engine.external import ExternalTasks
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import chain, compensated, compensation_throw, element, end, start
from tests.engine.states.stories import USER, bring
from tests.support.packages import boundary_timer, catch_message, person, work


def compensation_to_come(bench: Bench, name: str) -> None:
    undo = element("userTask", "undo-b", USER, isForCompensation="true")
    by_job = work("undo-a", "act").replace("<bpmn:serviceTask", '<bpmn:serviceTask isForCompensation="true"')
    story = bring(
        bench, name, start(), person("a"), person("b"), person("c"), compensation_throw("undo"), person("after"), end(),
        compensated("a", by_job), compensated("b", undo), chain("start", "a", "b", "c", "undo", "after", "end"),
    )  # fmt: skip
    bench.do(story, "a")
    bench.do(story, "b")


def compensation_begun(bench: Bench, name: str) -> None:
    compensation_to_come(bench, name)
    with bench.db.reading() as tx:
        bench.do(queries.instance_by_key(tx, name), "c")


def message_that_came_early(bench: Bench, name: str) -> None:
    waits = catch_message("m", "told")
    bring(bench, name, start(), person("a"), waits, person("after"), end(), chain("start", "a", "m", "after", "end"))
    told = CorrelateMessage(name="told", correlation_key=name, by="ana", data={"early": True}, ttl_seconds=864000)
    with bench.db.transaction() as tx:
        bench.engine.correlate(tx, told)


def external_task_available(bench: Bench, name: str) -> None:
    ways = chain("start", "ship", "after", "end")
    bring(bench, name, start(), work("ship", f"external:{name}"), person("after"), end(), ways)


def external_task_held(bench: Bench, name: str) -> None:
    external_task_available(bench, name)
    with bench.db.transaction() as tx:
        ExternalTasks(bench.engine).fetch(tx, FetchExternalTasks(worker="robot", topics=(name,), seconds=600))


def suspended(bench: Bench, name: str) -> None:
    story = bring(
        bench, name, start(), person("a"), boundary_timer("late", "a", "PT30M"), person("b"), end(), end("over"),
        chain("start", "a", "end"), chain("late", "b", "over"),
    )  # fmt: skip
    with bench.db.transaction() as tx:
        bench.engine.operations.suspend(tx, SuspendInstance(instance_id=story.id, by="ana", reason="a holiday"))


LATER_STORIES: dict[str, Callable[[Bench, str], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        compensation_to_come, compensation_begun, message_that_came_early, external_task_available, external_task_held,
        suspended,
    )
}  # fmt: skip
