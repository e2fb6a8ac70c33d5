"""SpiffWorkflow as it comes, with its own parser and script engine: for the tests of its traps."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from tests.engine.spiff.diagrams import (
    boundary_timer,
    chain,
    end,
    exclusive,
    flow,
    parallel,
    process,
    start,
    user,
)

LINE = process(start(), user("a"), user("b"), end(), chain("start", "a", "b", "end"))
LOOP = process(
    start(), user("a"), exclusive("again", "again-end"), end(), chain("start", "a", "again", "end"), flow("again", "a", "1 == 1")
)
FORK = process(
    start(), user("first"), parallel("fork"), user("a"), user("b"), parallel("join"), user("c"), end(),
    chain("start", "first", "fork", "a", "join", "c", "end"), chain("fork", "b", "join"),
)  # fmt: skip
TIMED = process(
    start(), user("a"), boundary_timer("late", "a", interrupting=False), user("b"), end(), end("over"),
    chain("start", "a", "end"), chain("late", "b", "over"),
)  # fmt: skip
HOUR = '"PT1H"'
SCRIPT = "<bpmn:script>n = n + 1\n1 / d</bpmn:script>"


def plain(xml: bytes, *, lasting: str = HOUR, engine: Any = None) -> BpmnWorkflow:
    """A workflow of SpiffWorkflow without anything of ours, run until it waits."""
    parser = BpmnParser()
    parser.add_bpmn_str(xml.replace(b"\n  ", b"").replace(b"PT15M", lasting.encode()))
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"), script_engine=engine)
    workflow.do_engine_steps()
    return workflow


def ready(workflow: BpmnWorkflow) -> list[str]:
    return sorted(each.task_spec.name for each in workflow.get_tasks(state=TaskState.READY))


def at(workflow: BpmnWorkflow, name: str) -> Task:
    """The newest task with that name."""
    return [each for each in workflow.get_tasks() if each.task_spec.name == name][-1]


def complete(workflow: BpmnWorkflow, name: str, **data: Any) -> None:
    task = at(workflow, name)
    task.data.update(data)
    task.run()
    workflow.do_engine_steps()


def make_due(timer: Task) -> None:
    timer.internal_data["event_value"] = "2001-01-01T00:00:00+00:00"


def serializer() -> BpmnWorkflowSerializer:
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())


def reloaded(workflow: BpmnWorkflow) -> BpmnWorkflow:
    return serializer().deserialize_json(serializer().serialize_json(workflow))
