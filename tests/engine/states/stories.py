"""Process instances brought to a standstill at every kind of place where a token can wait. Each has its story's name as key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bpmn.package import ProcessPackage
from engine.commands import ClaimTask
from engine.model import ProcessInstance
from engine.ports import Decision, Done, Fail, HandlerCall, JobOutcome, Snooze
from tests.engine.conftest import NINE, Bench
from tests.engine.spiff.diagrams import (
    a_signal,
    an_error,
    an_escalation,
    boundary,
    chain,
    element,
    end,
    error_end,
    escalation_throw,
    event_sub,
    exclusive,
    flow,
    inclusive,
    link_catch,
    link_throw,
    on_start,
    parallel,
    race,
    repeated,
    signal,
    start,
    sub,
    terminate,
)
from tests.support.packages import (
    URGENCY_TABLE,
    boundary_message,
    boundary_timer,
    catch_message,
    catch_timer,
    decision,
    extended,
    package,
    person,
    work,
    zeebe,
)

USER = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"
TOLD = '<bpmn:messageEventDefinition messageRef="told"/>'
HOUR = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>"
MESSAGES = {"told": "= number"}


class Vanished(BaseException):
    """A worker's sudden end."""


class Act:
    """A doer that answers by the story's name while the states are made, and later always with the same."""

    name = "act"

    def __init__(self, *, making: bool) -> None:
        self._making = making

    def do(self, call: HandlerCall) -> JobOutcome:
        key = call.business_key
        if self._making and key == "job-leased":
            raise Vanished
        if self._making and key == "job-failed":
            return Fail(reason="no answer", permanent=True)
        if self._making and key == "job-retried":
            return Fail(reason="no answer yet")
        if self._making and key == "runs-of-jobs" and call.inputs["loopCounter"] > 1:
            return Snooze(seconds=7200)
        return Done(result={"told": call.activity_id})


class Count:
    """A decider that counts its rounds."""

    name = "count"

    def gather(self, call: HandlerCall, tx: object) -> None:
        return None

    def decide(self, call: HandlerCall, facts: None) -> Decision:
        before = call.inputs.get("count") or {"round": 0}
        return Decision(result={"round": before["round"] + 1}, reason="one more")


def bring(bench: Bench, name: str, *elements: str, **variables: object) -> ProcessInstance:
    """Start the story's process with what every story knows."""
    made = package(*elements, key=name, messages=MESSAGES, tables={"urgency.dmn": URGENCY_TABLE})
    return begin(bench, made, **variables)


def begin(bench: Bench, made: ProcessPackage, **variables: object) -> ProcessInstance:
    typed = {"number": made.key, "typename": "datetime", "whole": 1, "real": 1.0, "yes": True, "at": NINE}
    return bench.start(made, made.key, **typed, **variables)


def user_task_with_boundary_timers(bench: Bench, name: str) -> None:
    bring(
        bench, name, start(), person("a"), end(), boundary_timer("warn", "a", "PT30M"), person("warned"), end("over"),
        boundary_timer("stop", "a", "PT3H", interrupting=True), person("stopped"), chain("start", "a", "end"),
        chain("warn", "warned", "over"), chain("stop", "stopped", "end"),
    )  # fmt: skip


def user_task_claimed(bench: Bench, name: str) -> None:
    instance = bring(bench, name, start(), person("a"), person("b"), end(), chain("start", "a", "b", "end"))
    with bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=bench.tasks(instance)["a"].id, by="li"))


def boundary_message_listening(bench: Bench, name: str) -> None:
    bring(
        bench, name, start(), person("a"), end(), boundary_message("hear", "a", "told"), person("heard"), end("over"),
        chain("start", "a", "end"), chain("hear", "heard", "over"),
    )  # fmt: skip


def timer_that_is_not_armed(bench: Bench, name: str) -> None:
    late = boundary_timer("late", "a", "= limits.due_at", kind="timeDate")
    bring(
        bench, name, start(), person("a"), end(), late, person("b"), end("over"), chain("start", "a", "end"),
        chain("late", "b", "over"), limits={"due_at": None},
    )  # fmt: skip


def parallel_half_joined(bench: Bench, name: str) -> None:
    forked = bring(
        bench, name, start(), parallel("fork"), person("a"), person("b"), person("c"), parallel("join"), person("after"),
        end(), chain("start", "fork", "a", "join", "after", "end"), chain("fork", "b", "join"), chain("fork", "c", "join"),
    )  # fmt: skip
    bench.do(forked, "b")


def inclusive_join_pending(bench: Bench, name: str) -> None:
    split = bring(
        bench, name, start(), inclusive("split", "split-c"), person("a"), person("b"), person("c"), inclusive("join"),
        person("after"), end(), chain("start", "split"), flow("split", "a", "= whole = 1"), flow("split", "b", "= yes"),
        chain("split", "c", "join"), chain("a", "join", "after", "end"), chain("b", "join"),
    )  # fmt: skip
    bench.do(split, "a")


def event_based_gateway(bench: Bench, name: str) -> None:
    bring(
        bench, name, start(), race("race"), catch_message("m", "told"), catch_timer("t", "PT2H"), signal("s", "red"),
        person("by_m"), person("by_t"), person("by_s"), end(), chain("start", "race", "m", "by_m", "end"),
        chain("race", "t", "by_t", "end"), chain("race", "s", "by_s", "end"),
    )  # fmt: skip


def message_wait(bench: Bench, name: str) -> None:
    bring(bench, name, start(), catch_message("m", "told"), person("after"), end(), chain("start", "m", "after", "end"))


def receive_task(bench: Bench, name: str) -> None:
    receiving = element("receiveTask", "m", messageRef="told")
    bring(bench, name, start(), receiving, person("after"), end(), chain("start", "m", "after", "end"))


def signal_wait(bench: Bench, name: str) -> None:
    bring(bench, name, start(), signal("s", "red"), person("after"), end(), chain("start", "s", "after", "end"))


def timer_wait(bench: Bench, name: str) -> None:
    waits = catch_timer("t", "= until", kind="timeDate")
    until = NINE + timedelta(hours=5)
    bring(bench, name, start(), waits, person("after"), end(), chain("start", "t", "after", "end"), until=until)


def sequential_runs(bench: Bench, name: str) -> None:
    ways = chain("start", "each", "after", "end")
    runs = bring(bench, name, start(), _each(sequential=True), person("after"), end(), ways, items=["x", "y", "z"])
    bench.do(runs, "each")


def parallel_runs(bench: Bench, name: str) -> None:
    ways = chain("start", "each", "after", "end")
    runs = bring(bench, name, start(), _each(sequential=False), person("after"), end(), ways, items=["x", "y", "z"])
    bench.do(runs, "each")


def _each(*, sequential: bool) -> str:
    loop = {"inputCollection": "= items", "inputElement": "item", "outputCollection": "all", "outputElement": '= item + "!"'}
    return repeated("userTask", "each", USER, sequential=sequential, **loop)


def runs_of_a_sub_process(bench: Bench, name: str) -> None:
    loop = {"inputCollection": "= items", "inputElement": "item", "outputCollection": "all", "outputElement": "= item * 2"}
    inside = start("s") + person("x") + person("y") + end("e") + chain("s", "x", "y", "e")
    each = repeated("subProcess", "each", inside, **loop)
    runs = bring(bench, name, start(), each, end(), chain("start", "each", "end"), items=[1, 2])
    bench.do(runs, "x")


def runs_of_jobs(bench: Bench, name: str) -> None:
    told = "<bpmn:extensionElements>" + zeebe("taskDefinition", type="act") + "</bpmn:extensionElements>"
    loop = {"inputCollection": "= items", "inputElement": "item", "outputCollection": "all", "outputElement": "= each.told"}
    each = repeated("serviceTask", "each", **loop).replace(">", ">" + told, 1)
    bring(bench, name, start(), each, person("after"), end(), chain("start", "each", "after", "end"), items=[1, 2, 3])
    bench.worker.run_until_idle()


def call_with_its_child_open(bench: Bench, name: str) -> None:
    bench.engine.deploy(package(start(), person("x"), end(), chain("start", "x", "end"), key="called"), by="ana")
    mapping = '<zeebe:ioMapping><zeebe:input source="= whole" target="given"/></zeebe:ioMapping>'
    call = extended("callActivity", "call", zeebe("calledElement", processId="called"), mapping)
    bring(bench, name, start(), call, person("after"), end(), chain("start", "call", "after", "end"))


def event_sub_processes_listening(bench: Bench, name: str) -> None:
    timed = event_sub("es1", on_start("on_time", HOUR, interrupting=False), person("by_time"), end("e1"),
                      chain("on_time", "by_time", "e1"))  # fmt: skip
    told = event_sub("es2", on_start("on_told", TOLD, interrupting=False), person("by_told"), end("e2"),
                     chain("on_told", "by_told", "e2"))  # fmt: skip
    hard = event_sub("es3", on_start("on_red", a_signal("red")), person("by_red"), end("e3"), chain("on_red", "by_red", "e3"))
    bring(bench, name, start(), person("a"), end(), chain("start", "a", "end"), timed, told, hard)


def job_failed(bench: Bench, name: str) -> None:
    bring(bench, name, start(), work("act", "act"), person("after"), end(), chain("start", "act", "after", "end"))
    bench.worker.run_until_idle()


def job_retried(bench: Bench, name: str) -> None:
    job_failed(bench, name)


def behind_a_link(bench: Bench, name: str) -> None:
    ways = chain("start", "a", "throw") + chain("catch", "b", "end")
    linked = (link_throw("throw", "L"), link_catch("catch", "L"))
    bring(bench, name, start(), person("a"), *linked, person("b"), end(), ways)


def inside_a_sub_process(bench: Bench, name: str) -> None:
    inner = (start("s"), person("x"), escalation_throw("up", "help"), person("y"), error_end("oops", "lost"),
             chain("s", "x", "up", "y", "oops"))  # fmt: skip
    story = bring(
        bench, name, start(), sub("sub", *inner), boundary("caught", "sub", an_error("lost")), person("mend"),
        boundary("helped", "sub", an_escalation("help"), interrupting=False), person("help"), end("over"),
        boundary_timer("late", "sub", "PT6H", interrupting=True), person("stopped"), end(), chain("start", "sub", "end"),
        chain("caught", "mend", "end"), chain("helped", "help", "over"), chain("late", "stopped", "end"),
    )  # fmt: skip
    bench.do(story, "x")


def third_round_of_a_loop(bench: Bench, name: str) -> None:
    looped = bring(
        bench, name, start(), exclusive("merge"), work("count", "count"), person("a"), exclusive("again", "again-end"), end(),
        chain("start", "merge", "count", "a", "again", "end"), flow("again", "merge", "= count.round &lt; 5"),
    )  # fmt: skip
    bench.do(looped, "a")
    bench.do(looped, "a")


def behind_a_table_and_conditions(bench: Bench, name: str) -> None:
    bring(
        bench, name, start(), decision("rate", "urgency", "found"), person("a"), person("big"), person("small"), terminate(),
        end(), chain("start", "rate", "a"), flow("a", "big", "= whole &lt; 5"), flow("a", "small", "= real &gt; 5"),
        chain("big", "terminate"), chain("small", "end"), blocked=True,
    )  # fmt: skip


def job_leased(bench: Bench, name: str) -> None:
    bring(bench, name, start(), work("act", "act"), person("after"), end(), chain("start", "act", "after", "end"))
    try:
        bench.worker.run_until_idle()
    except Vanished:
        return
    raise AssertionError("nobody took the job")


def job_available(bench: Bench, name: str) -> None:
    bring(bench, name, start(), work("act", "act"), person("after"), end(), chain("start", "act", "after", "end"))


STORIES: dict[str, Callable[[Bench, str], None]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        user_task_with_boundary_timers, user_task_claimed, boundary_message_listening, timer_that_is_not_armed,
        parallel_half_joined, inclusive_join_pending, event_based_gateway, message_wait, receive_task, signal_wait, timer_wait,
        sequential_runs, parallel_runs, runs_of_a_sub_process, runs_of_jobs, call_with_its_child_open,
        event_sub_processes_listening, job_failed, job_retried, behind_a_link, inside_a_sub_process, third_round_of_a_loop,
        behind_a_table_and_conditions, job_leased, job_available,
    )
}  # fmt: skip
"""In the order in which they are made: those that let a worker run come before the two that leave a job for one."""


def engine_bench(bench: Bench, *, making: bool) -> Bench:
    """The bench with the stories' handlers."""
    bench.handlers.update({"act": Act(making=making), "count": Count()})
    return bench
