"""What each BPMN element does to a token, as SpiffWorkflow task specs.

SpiffWorkflow calls `_update_hook` when a token arrives (True: it may run now), `_run_hook` when it runs, `_on_cancel`
when it is withdrawn. Specs are shared among threads and instances: after compiling nothing in them changes.
"""

from dataclasses import dataclass
from typing import ClassVar

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.spiff.errors import ConditionFailed
from engine.spiff.happenings import FlowTaken, MessageWaiting, TimerWaiting
from engine.spiff.scripts import FlowCondition
from engine.spiff.tokens import Token, TokenWorkflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow that leaves a node."""

    id: str
    source: "FlowNode"
    target: "FlowNode"
    condition: FlowCondition | None
    is_default: bool


class FlowNode(BpmnSpecMixin):
    """A node that passes its token on at once, along every open flow. Without any flow the token ends here."""

    waits_for: ClassVar[str] = "nothing"
    accepts: ClassVar[frozenset[str]] = frozenset()
    may_have_default: ClassVar[bool] = True

    def __init__(self, wf_spec, bpmn_id: str, *, element: str) -> None:
        super().__init__(wf_spec, bpmn_id)
        self.element = element
        self.outgoing: list[Flow] = []
        self.incoming: list[Flow] = []
        self.boundaries: list[BoundaryNode] = []

    def test(self) -> None:
        """Nothing to test at run time: compiling has done it."""

    def _predict(self, my_task, seen=None, looked_ahead=0, mask=TaskState.PREDICTED_MASK) -> None:
        """The future is never laid out in the tree."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task.entered()
        return True

    def _on_ready_hook(self, my_task: Token) -> None:
        my_task.workflow.enqueue(my_task)

    def _run_hook(self, my_task: Token) -> bool:
        my_task.cancel_children()
        flows = self.open_flows(my_task)
        my_task.left()
        for flow in flows:
            my_task.workflow.announce(FlowTaken(flow_id=flow.id))
            my_task.workflow.spawn(flow.target, parent=my_task, scope=my_task.scope, flow_id=flow.id)
        if not flows:
            my_task.workflow.note_end(my_task)
        return True

    def _on_cancel(self, my_task: Token) -> None:
        my_task.withdrawn()

    def open_flows(self, token: Token) -> list[Flow]:
        """Every flow without a condition and every one whose condition holds; else the default flow.

        All conditions are answered before anything changes. Raises ConditionFailed when no flow is open.
        """
        ordinary = [flow for flow in self.outgoing if not flow.is_default]
        chosen = [flow for flow in ordinary if self._holds(flow, token)]
        return chosen or self._default_flow()

    def _holds(self, flow: Flow, token: Token) -> bool:
        return flow.condition is None or token.workflow.script_engine.evaluate(token, flow.condition)

    def _default_flow(self) -> list[Flow]:
        default = [flow for flow in self.outgoing if flow.is_default]
        if self.outgoing and not default:
            raise ConditionFailed(f'no condition of the flows out of "{self.bpmn_id}" holds, and it has no default flow')
        return default


class EndNode(FlowNode):
    """A plain end: the token ends here, others go on."""


class TerminateNode(FlowNode):
    """Ends its whole scope: every other token in it is withdrawn."""

    def _run_hook(self, my_task: Token) -> bool:
        for token in my_task.scope.tokens_inside:
            if token is not my_task:
                token.cancel()
        return super()._run_hook(my_task)


class ActivityNode(FlowNode):
    """A node that holds its token for a while, with its boundary events armed meanwhile."""

    def _hold(self, token: Token, state: int) -> bool:
        token.entered()
        token._set_state(state)
        for boundary in self.boundaries:
            boundary.arm(token)
        return False


class WorkNode(ActivityNode):
    """Work for a person, a handler or a decision: waits until the caller completes it."""

    waits_for = "work"
    accepts = frozenset({"complete"})

    def _update_hook(self, my_task: Token) -> bool:
        return self._hold(my_task, TaskState.WAITING)


class CatchNode(FlowNode):
    """Waits for a timer or a message, alone or in a race behind an event-based gateway."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task.entered()
        my_task._set_state(TaskState.WAITING)
        self.announce_waiting(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.is_attached:
            my_task.parent.task_spec.settle(my_task.parent, winner=my_task)
        return super()._run_hook(my_task)

    def announce_waiting(self, token: Token) -> None:
        """Tell the caller that `token` waits for this event."""
        raise NotImplementedError


class TimerCatchNode(CatchNode):
    """An intermediate timer; the caller knows when it is due."""

    waits_for = "timer"
    accepts = frozenset({"fire_timer"})

    def announce_waiting(self, token: Token) -> None:
        token.workflow.announce(TimerWaiting(token_id=token.id, activity_id=self.bpmn_id))


class MessageCatchNode(CatchNode):
    """An intermediate message; the caller knows its name and key."""

    waits_for = "message"
    accepts = frozenset({"deliver"})

    def announce_waiting(self, token: Token) -> None:
        token.workflow.announce(MessageWaiting(token_id=token.id, activity_id=self.bpmn_id))


class ReceiveNode(MessageCatchNode, ActivityNode):
    """A receive task: like a message event, but an activity, so that it may carry boundary events."""

    accepts = frozenset({"deliver", "complete"})

    def _update_hook(self, my_task: Token) -> bool:
        self._hold(my_task, TaskState.WAITING)
        self.announce_waiting(my_task)
        return False


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


class BoundaryNode(FlowNode):
    """A timer or message on an activity's boundary. One that `repeats` waits again unless it interrupts."""

    def __init__(self, wf_spec, bpmn_id: str, *, element: str, interrupting: bool, repeats: bool) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.interrupting = interrupting
        self.repeats = repeats

    def arm(self, host: Token) -> None:
        """Begin to wait beside the activity."""
        token = host.workflow.spawn(self, parent=host, scope=host.scope, state=TaskState.WAITING)
        self.announce_waiting(token, attached_to=host.activity_id)

    def announce_waiting(self, token: Token, *, attached_to: str) -> None:
        """Tell the caller that `token` waits for this event."""
        raise NotImplementedError

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.is_attached:
            self._occur(my_task, my_task.parent)
        return super()._run_hook(my_task)

    def _occur(self, token: Token, host: Token) -> None:
        token.detach()
        if self.interrupting:
            host.cancel()
        elif self.repeats:
            self.arm(host)
        token.entered()


class BoundaryTimerNode(BoundaryNode):
    """A timer on a boundary."""

    waits_for = "timer"
    accepts = frozenset({"fire_timer"})

    def announce_waiting(self, token: Token, *, attached_to: str) -> None:
        token.workflow.announce(TimerWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to))


class BoundaryMessageNode(BoundaryNode):
    """A message on a boundary."""

    waits_for = "message"
    accepts = frozenset({"deliver"})

    def announce_waiting(self, token: Token, *, attached_to: str) -> None:
        token.workflow.announce(MessageWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to))


class ScopeNode(ActivityNode):
    """An embedded sub-process: open as long as a token is inside."""

    waits_for = "scope"

    def __init__(self, wf_spec, bpmn_id: str, *, element: str) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.start: FlowNode | None = None

    def _update_hook(self, my_task: Token) -> bool:
        self._hold(my_task, TaskState.STARTED)
        inner = my_task.workflow.spawn(self.start, parent=my_task, scope=my_task)
        self.start._update(inner)
        return False

    def holds(self, node: FlowNode) -> bool:
        """Whether a node stands directly inside this sub-process."""
        return node._wf_spec is self.start._wf_spec

    def on_emptied(self, token: Token) -> None:
        """The last token inside has ended, so the sub-process is done."""
        token._ready()


class ProcessNode(ScopeNode):
    """Stands for the process itself: the root of the tree, never on the diagram."""

    def on_emptied(self, token: Token) -> None:
        token.workflow.scope_emptied()


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
            if other.task_spec is self and other.scope is token.scope and (
                other is token or other.state == TaskState.WAITING
            ):
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

    That is Camunda 8's reading, too: a token that could come either way is waited for.
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
        awaited = [feeders for flow_id, feeders in self.feeders.items() if flow_id not in arrived]
        others = {other.task_spec for other in token.workflow.live if other.scope is token.scope}
        return any(not others.isdisjoint(feeders) for feeders in awaited)
