"""Functions that expressions call: those of FEEL, and those that the product brings."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import Node, feel_source
from bpmn.expressions import feel_calls, feel_problem
from bpmn.lint.finding import Fault, Located
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_UNKNOWN = Wording("“{name}” calls the function “{given}”, which does not exist", "“{name}”调用的函数“{given}”不存在")
_CALL_ANOTHER = Wording(
    "Call a function of FEEL, or one of the product: {known}", "请调用 FEEL 的函数，或产品提供的函数：{known}"
)


def known_function(subject: Subject) -> Iterator[Fault]:
    """What an expression of the diagram calls exists: a call of anything else is null, so that a timer would never be armed."""
    if subject.functions is None:
        return
    listed = ", ".join(sorted(subject.functions)) or "–"
    for at, text in _texts(subject):
        source = feel_source(text)
        if source is None or feel_problem(source):
            continue
        for name in sorted(feel_calls(source) - set(subject.functions)):
            yield Fault(at=at, message=_UNKNOWN, way_out=_CALL_ANOTHER, params={"given": name, "known": listed})


def _texts(subject: Subject) -> Iterator[tuple[Located, str | None]]:
    """The texts of a diagram that may be expressions, each with the element at which it stands."""
    for _, flow in subject.diagram.flows():
        yield flow, flow.condition
    for message in subject.diagram.messages.values():
        yield message, message.correlation_key
    for node in subject.nodes():
        for text in dict.fromkeys(_texts_of(node)):
            yield node, text


def _texts_of(node: Node) -> Iterator[str | None]:
    work, loop = node.work, node.loop
    yield node.event.expression if node.event else None
    yield from (source for source, _ in (*work.inputs, *work.outputs))
    yield from (work.assignee, work.candidate_groups, work.candidate_users, work.due_date, work.follow_up_date, work.priority)
    if loop is not None:
        yield from (loop.input_collection, loop.output_element, loop.cardinality, loop.condition)
