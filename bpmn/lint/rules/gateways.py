"""Where flows part: conditions present, in the right place, and a way left when none holds."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import Node, NodeKind
from bpmn.lint.finding import Fault
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_DECIDING = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)

_NEVER_ASKED = Wording("The condition on the flow “{name}” is never looked at", "顺序流“{name}”上的条件不会被判断")


def no_complex_gateway(subject: Subject) -> Iterator[Fault]:
    """Complex gateways do not run here."""
    for node in subject.nodes(NodeKind.COMPLEX_GATEWAY):
        yield Fault(
            at=node,
            message=Wording("Complex gateway “{name}” does not run here", "复杂网关“{name}”在此无法运行"),
            way_out=Wording("Use exclusive, parallel or inclusive gateways", "请使用排他、并行或包容网关"),
        )


def condition_ignored(subject: Subject) -> Iterator[Fault]:
    """Conditions where a gateway asks for none: out of parallel and event-based gateways."""
    for process, flow in subject.diagram.flows():
        source = process.nodes.get(flow.source)
        if flow.condition is not None and source and source.kind.is_gateway and source.kind not in _DECIDING:
            yield Fault(
                at=flow,
                message=_NEVER_ASKED,
                way_out=Wording("Remove it, or make “{source}” an exclusive gateway", "请删除条件，或将“{source}”改为排他网关"),
                params={"source": source.label},
            )


def condition_on_default(subject: Subject) -> Iterator[Fault]:
    """A default flow is taken when no other condition holds; its own is never looked at."""
    for process, flow in subject.diagram.flows():
        source = process.nodes.get(flow.source)
        if flow.condition is not None and source and source.default_flow == flow.id and _decides(source):
            yield Fault(
                at=flow,
                message=_NEVER_ASKED,
                way_out=Wording("The default flow needs no condition: remove it", "默认顺序流不需要条件，请删除"),
            )


def known_default(subject: Subject) -> Iterator[Fault]:
    """A default flow is one of those that leave its element."""
    for node in subject.nodes():
        if node.default_flow and node.default_flow not in node.outgoing:
            yield Fault(
                at=node,
                message=Wording(
                    "“{name}” names “{default}” as its default flow, but no such flow leaves it",
                    "“{name}”的默认顺序流为“{default}”，但它并不从此处流出",
                ),
                way_out=Wording("Mark one of its flows as the default flow", "请将其中一条顺序流设为默认"),
                params={"default": node.default_flow},
            )


def gateway_conditions(subject: Subject) -> Iterator[Fault]:
    """Every flow out of a deciding gateway needs a condition, unless it is the default or the only one."""
    for process, node in subject.diagram.nodes():
        if node.kind not in _DECIDING or len(node.outgoing) < 2:
            continue
        for flow in (process.flows[flow_id] for flow_id in node.outgoing):
            if not flow.condition and flow.id != node.default_flow:
                yield Fault(
                    at=flow,
                    message=Wording(
                        "The flow “{name}” out of “{gateway}” has no condition", "“{gateway}”流出的顺序流“{name}”没有条件"
                    ),
                    way_out=Wording(
                        'Add a condition such as = priority = "urgent", or make it the default flow',
                        '请添加条件，例如 = priority = "urgent"，或设为默认顺序流',
                    ),
                    params={"gateway": node.label},
                )


def gateway_default(subject: Subject) -> Iterator[Fault]:
    """A deciding gateway without default, or an activity all of whose flows have conditions, stops the case when none holds."""
    for process, node in subject.diagram.nodes():
        flows = [process.flows[flow_id] for flow_id in node.outgoing]
        conditional = bool(flows) and all(flow.condition is not None for flow in flows)
        asks = conditional if not node.kind.is_gateway else node.kind in _DECIDING and len(flows) > 1
        if not asks or node.default_flow in node.outgoing:
            continue
        yield Fault(
            at=node,
            message=Wording(
                "“{name}” has no default flow: a case for which no condition holds stops here",
                "“{name}”没有默认顺序流：若所有条件都不成立，案件会停在此处",
            ),
            way_out=Wording("Mark one of its flows as the default flow", "请将其中一条顺序流设为默认"),
        )


def _decides(node: Node) -> bool:
    return node.kind in _DECIDING or not node.kind.is_gateway
