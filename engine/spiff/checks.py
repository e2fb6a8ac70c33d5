"""What must hold between connected nodes before a token may run along them."""

from collections.abc import Iterable, Mapping

from engine.spiff import compensation, events, gateways, nodes
from engine.spiff.errors import CompileRefused


def check_connections(every: Iterable[nodes.FlowNode]) -> None:
    """Raises CompileRefused for the first node whose connections have no clear meaning."""
    for node in every:
        _check_ends(node)
        _check_conditions(node)
        if isinstance(node, gateways.RaceNode):
            _check_race(node)


def check_compensation(found: Mapping[str, nodes.FlowNode]) -> None:
    """Raises CompileRefused for a handler that stands in the flow or that nothing leads to, and for a throw without effect."""
    handlers = {id(node.compensation) for node in _with_bodies(found) if node.compensation is not None}
    for node in found.values():
        if node.for_compensation and (node.incoming or node.outgoing or node.boundaries or id(node) not in handlers):
            raise CompileRefused(
                f'"{node.bpmn_id}" is for compensation: one compensation boundary event must be associated with it, '
                "and no flow or boundary event may be connected to it."
            )
        if isinstance(node, compensation.CompensationBoundaryNode) and node.outgoing:
            raise CompileRefused(f'"{node.bpmn_id}" is a compensation event: associate it with its handler, draw no flow.')
        if isinstance(node, compensation.CompensationNode) and node.target is not None:
            _check_target(node, found)


def _check_target(node: compensation.CompensationNode, found: Mapping[str, nodes.FlowNode]) -> None:
    target = found.get(node.target)
    if target is None or target._wf_spec not in _seen_from(node, found) or not _is_compensable(target, found):
        raise CompileRefused(
            f'"{node.bpmn_id}" compensates "{node.target}", which is no activity of the same (sub-)process with a '
            "compensation; choose another one, or none for all."
        )


def _seen_from(node: nodes.FlowNode, found: Mapping[str, nodes.FlowNode]) -> list:
    """The scope of a node; inside an event sub-process also the scope in which that stands."""
    outside = {id(each.start._wf_spec): each._wf_spec for each in found.values() if isinstance(each, nodes.EventScopeNode)}
    seen = [node._wf_spec]
    while id(seen[-1]) in outside:
        seen.append(outside[id(seen[-1])])
    return seen


def _is_compensable(node: nodes.FlowNode, found: Mapping[str, nodes.FlowNode]) -> bool:
    if node.holds_runs:
        return _is_compensable(node.body, found)
    if node.compensation is not None or not isinstance(node, nodes.ScopeNode) or node.start is None:
        return node.compensation is not None
    return any(_is_compensable(inner, found) for inner in found.values() if inner._wf_spec is node.start._wf_spec)


def _with_bodies(found: Mapping[str, nodes.FlowNode]) -> Iterable[nodes.FlowNode]:
    return [node.body if node.holds_runs else node for node in found.values()]


def _check_ends(node: nodes.FlowNode) -> None:
    if node.element in ("startEvent", "boundaryEvent") and node.incoming:
        raise CompileRefused(f'"{node.bpmn_id}" is a {node.element}, so no flow may lead to it.')
    if isinstance(node, nodes.EventScopeNode) and (node.incoming or node.outgoing or node.boundaries):
        raise CompileRefused(f'"{node.bpmn_id}" is an event sub-process: it has no flows and no boundary events.')
    if node.element == "endEvent" and node.outgoing:
        raise CompileRefused(f'"{node.bpmn_id}" is an end event, so no flow may leave it.')


def _check_conditions(node: nodes.FlowNode) -> None:
    conditional = [flow for flow in node.outgoing if flow.condition]
    if conditional and isinstance(node, gateways.ParallelNode | gateways.RaceNode):
        raise CompileRefused(
            f'The flow "{conditional[0].id}" leaves the {node.element} "{node.bpmn_id}", where a condition means nothing; '
            "remove the condition or use another gateway."
        )
    if isinstance(node, gateways.ExclusiveNode | gateways.InclusiveNode) and len(node.outgoing) > 1:
        for flow in node.outgoing:
            if not flow.condition and not flow.is_default:
                raise CompileRefused(
                    f'The flow "{flow.id}" leaves the {node.element} "{node.bpmn_id}" without a condition; '
                    "give it one or make it the default flow."
                )


def _check_race(node: gateways.RaceNode) -> None:
    if len(node.outgoing) < 1:
        raise CompileRefused(f'The event-based gateway "{node.bpmn_id}" has no event behind it.')
    for flow in node.outgoing:
        target = flow.target
        if not isinstance(target, events.CatchNode) or len(target.incoming) > 1 or target.boundaries:
            raise CompileRefused(
                f'"{target.bpmn_id}" stands behind the event-based gateway "{node.bpmn_id}": there must be a timer, '
                "a message or a receive task, reached from this gateway only and without boundary events."
            )


def find_feeders(gateway: gateways.InclusiveNode) -> dict[str, frozenset[nodes.FlowNode]]:
    """For each flow into an inclusive gateway: the nodes from which a token could still come by it.

    Ways through the gateway itself do not count. A boundary event is fed by the activity that it stands on.
    """
    return {flow.id: _upstream(flow.source, without=gateway) for flow in gateway.incoming}


def _upstream(node: nodes.FlowNode, *, without: nodes.FlowNode) -> frozenset[nodes.FlowNode]:
    found: set[nodes.FlowNode] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current is without or current in found:
            continue
        found.add(current)
        waiting.extend(flow.source for flow in current.incoming)
        if isinstance(current, nodes.BoundaryNode):
            waiting.append(current.host)
    return frozenset(found)
