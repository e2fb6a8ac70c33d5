"""Moving a token by hand: what is open where it stands is withdrawn, and another activity of its scope is entered."""

from collections.abc import Mapping

from engine.spiff.errors import MoveRefused
from engine.spiff.gateways import JoinNode, RaceNode
from engine.spiff.nodes import FlowNode
from engine.spiff.tokens import Token


def refusal(nodes: Mapping[str, FlowNode], token: Token, activity_id: str) -> str | None:
    """Why a token can't move there, as a key of `MoveRefused.FACTS`; None when it can."""
    target = nodes.get(activity_id)
    if token.is_attached:
        return "beside"
    if token.scope.task_spec.holds_runs:
        return "run"
    if target is None:
        return "unknown"
    if not target.incoming or any(isinstance(flow.source, RaceNode) for flow in target.incoming):
        return "event"
    if not token.scope.task_spec.holds(target):
        return "scope"
    return "join" if isinstance(target, JoinNode) and len(target.incoming) > 1 else None


def checked_target(nodes: Mapping[str, FlowNode], token: Token, activity_id: str) -> FlowNode:
    """The node to which a token shall move. Raises MoveRefused."""
    why = refusal(nodes, token, activity_id)
    if why is not None:
        raise MoveRefused(token.id, activity_id, why)
    return nodes[activity_id]


def move(token: Token, target: FlowNode) -> None:
    """Withdraw a token and let a fresh one enter `target` in the same scope."""
    token.cancel()
    target._update(token.workflow.spawn(target, parent=token.scope, scope=token.scope))
