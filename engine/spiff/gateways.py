"""Gateways: exclusive, parallel, inclusive, event-based."""

from SpiffWorkflow.util.task import TaskState

from engine.spiff.happenings import FlowTaken
from engine.spiff.nodes import Flow, FlowNode
from engine.spiff.tokens import Token, TokenWorkflow


class RaceNode(FlowNode):
    """An event-based gateway: waits with all its events, goes on with the first."""

    waits_for = "race"
    may_have_default = False

    def _update_hook(self, my_task: Token) -> bool:
        my_task.entered()
        my_task._set_state(TaskState.STARTED)
        for flow in self.outgoing:
            raced = my_task.workflow.spawn(
                flow.target, parent=my_task, scope=my_task.scope, flow_id=flow.id, state=TaskState.WAITING
            )
            flow.target.announce_waiting(raced)
        return False

    def settle(self, gateway: Token, *, winner: Token) -> None:
        """Withdraw the events that lost; the gateway's token is spent, the winner's goes on."""
        winner.detach()
        gateway.cancel_children()
        gateway.left()
        gateway.workflow.announce(FlowTaken(flow_id=winner.flow_id))
        winner.entered()
        gateway._set_state(TaskState.COMPLETED)
        gateway.workflow._remove_task(gateway.id)


class ExclusiveNode(FlowNode):
    """Goes on along the first flow whose condition holds, in the diagram's order, else along the default flow."""

    def open_flows(self, token: Token) -> list[Flow]:
        ordinary = (flow for flow in self.outgoing if not flow.is_default)
        first = next((flow for flow in ordinary if self._holds(flow, token)), None)
        return [first] if first else self._default_flow()


class JoinNode(FlowNode):
    """Keeps arriving tokens until enough have come, then goes on with one of them; the others are spent."""

    waits_for = "join"

    def waiting_by_flow(self, token: Token) -> dict[str, Token]:
        """The oldest token that waits here for each incoming flow, `token` included, within its scope."""
        found: dict[str, Token] = {}
        for other in token.workflow.tasks.values():
            if other.task_spec is self and other.scope is token.scope and (other is token or other.state == TaskState.WAITING):
                found.setdefault(other.flow_id, other)
        return found

    def _merge(self, survivor: Token, tokens: list[Token]) -> None:
        for token in tokens:
            if token is not survivor:
                token.workflow._remove_task(token.id)
        survivor.entered()

    def _on_cancel(self, my_task: Token) -> None:
        """A token that waits for others has not entered the gateway yet, unless it is stuck at its way out."""
        if my_task.state != TaskState.WAITING:
            my_task.withdrawn()


class ParallelNode(JoinNode):
    """Waits for one token on each incoming flow; a surplus token waits for the next round."""

    may_have_default = False

    def _update_hook(self, my_task: Token) -> bool:
        arrived = self.waiting_by_flow(my_task)
        if len(arrived) < len(self.incoming):
            my_task._set_state(TaskState.WAITING)
            return False
        self._merge(my_task, list(arrived.values()))
        return True


class InclusiveNode(JoinNode):
    """Waits as long as a token elsewhere in its scope could still come by a flow on which none has come yet.

    By the standard's rule (BPMN 2.0.2, table 13.3) a token that could as well come by a flow on which one waits already
    does not count: else every loop around the gateway would keep it shut.
    """

    def __init__(self, wf_spec, bpmn_id: str, *, element: str) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.feeders: dict[str, frozenset[FlowNode]] = {}

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.incoming) > 1:
            my_task._set_state(TaskState.WAITING)
            return False
        my_task.entered()
        return True

    def fire_if_nothing_can_come(self, workflow: TokenWorkflow) -> bool:
        """Let the tokens of the first scope in which waiting has become vain go on as one; True if there was one."""
        for token in workflow.live:
            if token.task_spec is self and token.state == TaskState.WAITING:
                arrived = self.waiting_by_flow(token)
                if not self._more_may_come(token, arrived):
                    self._merge(token, list(arrived.values()))
                    token._ready()
                    return True
        return False

    def _more_may_come(self, token: Token, arrived: dict[str, Token]) -> bool:
        reached = frozenset().union(*(self.feeders[flow_id] for flow_id in arrived))
        awaited = frozenset().union(*(self.feeders[flow_id] for flow_id in self.feeders.keys() - arrived.keys()))
        others = {other.task_spec for other in token.workflow.live if other.scope is token.scope and not other.is_attached}
        return not others.isdisjoint(awaited - reached)
