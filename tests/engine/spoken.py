"""The dialect of random blocks that the whole engine understands: people, handlers, instants and FEEL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bpmn.package import ProcessPackage
from engine.ports import Decision, HandlerCall
from tests.engine.blocks import Trigger
from tests.engine.drawing import Drawing
from tests.engine.spiff.diagrams import chain, end, error_end, exclusive, flow, repeated, start, task
from tests.support.packages import package, person, work, zeebe

USER = "<bpmn:extensionElements>" + zeebe("userTask") + "</bpmn:extensionElements>"
LONGEST_MINUTES = 60


class Spoken:
    """Writes parts as a package has them. `variables` are what its conditions read, `messages` what its events wait for."""

    def __init__(self) -> None:
        self.variables: dict[str, Any] = {}
        self.messages: dict[str, str] = {}

    def work(self, name: str, kind: str) -> str:
        return person(name) if kind == "person" else work(name, "job")

    def plain(self, name: str, kind: str) -> str:
        return task(name) if kind == "pass" else work(name, "decide")

    def failing(self, name: str, kind: str, never: str) -> str:
        if kind == "job":
            return work(name, "job") + task(never) + chain(name, never)
        gate, oops = f"{name}_gate", f"{name}_oops"
        ways = chain(name, gate, oops) + flow(gate, never, "= false")
        return person(name) + exclusive(gate, f"{gate}-{oops}") + error_end(oops, "lost") + task(never) + ways

    def each(self, name: str, times: int, *, sequential: bool) -> str:
        self.variables[f"{name}_items"] = list(range(times))
        loop = {"inputCollection": f"= {name}_items", "inputElement": "item"}
        collected = {"outputCollection": f"{name}_all", "outputElement": "= item * 10"}
        return repeated("userTask", name, USER, sequential=sequential, **loop, **collected)

    def lasts(self, event: str) -> timedelta:
        """Minutes, and a few odd microseconds so that no two timers are ever due at the same instant."""
        number = int("".join(sign for sign in event if sign.isdigit()))
        return timedelta(minutes=10 + number * 7 % LONGEST_MINUTES, microseconds=number * number * 104729 % 999983)

    def trigger(self, trigger: Trigger) -> str:
        if trigger.kind == "timer":
            seconds = f"{trigger.lasts.total_seconds():.6f}"
            return f"<bpmn:timerEventDefinition><bpmn:timeDuration>PT{seconds}S</bpmn:timeDuration></bpmn:timerEventDefinition>"
        self.messages[told_by(trigger.event)] = "= number"
        return f'<bpmn:messageEventDefinition messageRef="{told_by(trigger.event)}"/>'

    def condition(self, split: str, answers: list[bool], number: int) -> str:
        self.variables[split] = answers
        return f"= {split}[{number + 1}]"

    def rounds(self, ask: str, times: int) -> tuple[str, str, str]:
        counter = f"{ask}_count"
        self.variables[f"{ask}_times"] = times
        return work(counter, "count", of=ask), counter, f"= {counter}.round &lt; {ask}_times"


class Count:
    """A decider that counts the rounds of a loop, and begins anew when it has reached their number."""

    name = "count"

    def gather(self, call: HandlerCall, tx: Any) -> None:
        return None

    def decide(self, call: HandlerCall, facts: None) -> Decision:
        before = call.inputs.get(call.activity_id) or {"round": 0}
        of = call.headers["of"]
        return Decision(result={"round": before["round"] % call.inputs[f"{of}_times"] + 1}, reason="one more")


class Decide:
    """A decider that answers with the place where it was asked."""

    name = "decide"

    def gather(self, call: HandlerCall, tx: Any) -> None:
        return None

    def decide(self, call: HandlerCall, facts: None) -> Decision:
        return Decision(result={"at": call.activity_id}, reason="there is one answer only")


def written(block) -> tuple[object, ProcessPackage, dict[str, Any]]:
    """The block with its names, a package that runs it, and the variables with which an instance starts."""
    dialect = Spoken()
    made = Drawing(dialect).draw(block)
    ways = chain("start", made.first) + chain(made.last, "end")
    elements = (start(), *made.elements, end(), ways)
    return made.block, package(*elements, messages=dialect.messages), dialect.variables


def size(made: ProcessPackage) -> int:
    """How many nodes the package's diagram has."""
    return len(made.diagram.process("p").nodes)


def told_by(event: str) -> str:
    """The name of the message that an event waits for."""
    return f"told_{event}"
