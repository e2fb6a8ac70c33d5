"""A deployed process, ready to run: its package, its nodes by id, its expressions parsed once. Shared among threads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bpmn.diagram import EventKind, Node, Process, feel_source
from bpmn.dmn import DecisionFailed
from bpmn.feel import Expression, FeelError, Question, Unplain, parse, to_python, without_functions
from bpmn.kept import Kept
from bpmn.normalise import normalise
from bpmn.package import ProcessPackage
from engine.errors import ExpressionFailed
from engine.model import Deployment
from engine.ports import Answer
from engine.spiff import Spec, compile_process

RESULT_VARIABLE = "resultVariable"


@dataclass(slots=True, kw_only=True)
class Definition:
    """One deployment made ready. Nothing in it changes but the cache of parsed expressions.

    `has_runs` tells whether any activity runs several times, `has_conditions` whether any event waits for a condition;
    `dated` are the user tasks whose due date is an expression. `lookups` are functions that expressions may call.
    """

    deployment: Deployment
    package: ProcessPackage
    process: Process
    spec: Spec
    has_runs: bool
    has_conditions: bool
    dated: tuple[Node, ...] = ()
    lookups: Mapping[str, Answer] = field(default_factory=dict)
    _parsed: dict[str, Expression] = field(default_factory=dict)

    @classmethod
    def ready(cls, deployment: Deployment, package: ProcessPackage) -> Definition:
        """Parse and compile a package that was checked when it was deployed; the same content once in this process."""
        made = _MADE.get(package.content_hash, lambda: cls._made(deployment, package))
        return replace(made, deployment=deployment, _parsed={})

    @classmethod
    def _made(cls, deployment: Deployment, package: ProcessPackage) -> Definition:
        process = executable_process(package)
        spec = compile_process(normalise(package.diagram_bytes), process.id)
        has_runs = any(node.loop is not None for node in process.nodes.values())
        has_conditions = any(node.event and node.event.kind is EventKind.CONDITIONAL for node in process.nodes.values())
        dated = tuple(node for node in process.nodes.values() if feel_source(node.work.due_date) is not None)
        told = {"has_runs": has_runs, "has_conditions": has_conditions, "dated": dated}
        return cls(deployment=deployment, package=package, process=process, spec=spec, **told)

    def asking(self, lookups: Mapping[str, Answer]) -> Definition:
        """The same with these functions for its expressions, for one instance in one transaction."""
        return replace(self, lookups=lookups) if lookups else self

    def node(self, activity_id: str) -> Node:
        """The node with that id; KeyError where there is none."""
        return self.process.nodes[activity_id]

    def start_node(self) -> Node:
        """The start event by which a person or a program starts: the one without a trigger, or the only one."""
        starts = [node for node in self.process.inside(None) if node.kind == "startEvent"]
        return next((node for node in starts if node.event is None), starts[0])

    def result_variable(self, node: Node) -> str:
        """The name of the variable that takes the activity's result."""
        return node.work.result_variable or node.work.properties.get(RESULT_VARIABLE) or node.id

    def expression(self, source: str) -> Expression:
        """A FEEL source, parsed once."""
        parsed = self._parsed.get(source)
        if parsed is None:
            parsed = self._parsed[source] = parse(source)
        return parsed

    def value(self, activity_id: str, text: str | None, variables: Mapping[str, Any], at: datetime) -> Any:
        """What a text of the diagram means: FEEL after a leading "=", else the text itself; None for none.

        Raises ExpressionFailed, naming activity and text, when FEEL gives up.
        """
        source = feel_source(text)
        if source is None:
            return text
        expression = self.expression(source)
        if expression.question is not None and expression.question.function in self.lookups:
            # what plain Python can't answer is evaluated, and fails there in FEEL's words if it must
            with suppress(Unplain, FeelError):
                return expression.question.answer(variables, self.lookups)
        asked = {name: self.lookups[name] for name in expression.calls & self.lookups.keys()} if self.lookups else None
        try:
            value = to_python(expression.evaluate(variables, now=at, functions=asked))
        except FeelError as error:
            raise ExpressionFailed(activity_id, text or "", f"failed ({error})") from error
        return without_functions(value) if asked else value

    def decide(
        self, node: Node, decision_id: str, inputs: Mapping[str, Any], at: datetime
    ) -> tuple[Any, tuple[Mapping[str, Any], ...]]:
        """What a decision answers, and the rows of its tables that fired. Raises ExpressionFailed, naming the table."""
        try:
            answer = self.package.decisions[decision_id].evaluate(decision_id, inputs, now=at, functions=self.lookups)
        except (FeelError, DecisionFailed) as error:
            raise ExpressionFailed(node.id, decision_id, f"failed ({error})") from error
        rows = tuple(
            {"decision": hit.decision_id, "rule": hit.rule_id, "row": hit.index, "why": "; ".join(hit.annotations)}
            for hit in answer.hits
        )
        return without_functions(answer.value) if self.lookups else answer.value, rows

    def question(self, text: str | None) -> Question | None:
        """The single question to a lookup that a text of the diagram is, None where it is more than that."""
        source = feel_source(text) if self.lookups else None
        asked = None if source is None else self.expression(source).question
        return asked if asked is not None and asked.function in self.lookups else None

    def names_read(self, text: str | None) -> frozenset[str]:
        """The variables that a text of the diagram reads, and the lookups that it asks."""
        source = feel_source(text)
        return frozenset() if source is None else self.expression(source).names | self.lookups_asked(text)

    def lookups_asked(self, text: str | None) -> frozenset[str]:
        """The lookups that a text of the diagram asks."""
        source = feel_source(text) if self.lookups else None
        return frozenset() if source is None else self.expression(source).calls & self.lookups.keys()


_MADE: Kept[Definition] = Kept(most=64)


def executable_process(package: ProcessPackage) -> Process:
    """The process that the manifest names; lint lets only packages through that have it."""
    return package.diagram.process(package.manifest.process_id)
