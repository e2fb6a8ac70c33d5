"""What a node of the diagram does to a token, as SpiffWorkflow task specs: passing, ending, work, sub-processes.

SpiffWorkflow calls `_update_hook` when a token arrives (True: it may run now), `_run_hook` when it runs, `_on_cancel`
when it is withdrawn. Specs are shared among threads and instances: after compiling nothing in them changes.
"""

from dataclasses import dataclass
from typing import ClassVar

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.spiff.errors import ConditionFailed
from engine.spiff.happenings import FlowTaken
from engine.spiff.scripts import FlowCondition
from engine.spiff.tokens import Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow that leaves a node, or a link, which is not drawn and whose passing is not told."""

    id: str
    source: "FlowNode"
    target: "FlowNode"
    condition: FlowCondition | None
    is_default: bool
    is_drawn: bool = True


class FlowNode(BpmnSpecMixin):
    """A node that passes its token on at once, along every open flow. Without any flow the token ends here."""

    waits_for: ClassVar[str] = "nothing"
    accepts: ClassVar[frozenset[str]] = frozenset()
    may_have_default: ClassVar[bool] = True
    holds_runs: ClassVar[bool] = False
    remembers: ClassVar[bool] = True

    def __init__(self, wf_spec, bpmn_id: str, *, element: str) -> None:
        super().__init__(wf_spec, bpmn_id)
        self.has_own_variables = False
        self.for_compensation = False
        self.compensation: FlowNode | None = None
        self.element = element
        self.outgoing: list[Flow] = []
        self.incoming: list[Flow] = []
        self.boundaries: list[FlowNode] = []

    @property
    def has_handler(self) -> bool:
        """Whether an activity of its own undoes this one, whatever stands inside it."""
        return self.compensation is not None and not isinstance(self.compensation, EventScopeNode)

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
            if flow.is_drawn:
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


class BoundaryNode(FlowNode):
    """An event on an activity's boundary. One that `repeats` waits again unless it interrupts."""

    def __init__(self, wf_spec, bpmn_id: str, *, element: str, interrupting: bool, repeats: bool) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.host: FlowNode | None = None
        self.interrupting = interrupting
        self.repeats = repeats

    def arm(self, host: Token, *, follows: str | None = None) -> None:
        """Begin to wait beside the activity; again, when the event of the token `follows` has occurred."""
        token = host.workflow.spawn(self, parent=host, scope=host.scope, state=TaskState.WAITING)
        self.announce_waiting(token, attached_to=host.activity_id, follows=follows)

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
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
            self.arm(host, follows=token.id)
        token.entered()


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
    accepts = frozenset({"complete", "throw_error"})

    def _update_hook(self, my_task: Token) -> bool:
        return self._hold(my_task, TaskState.WAITING)


class ScopeNode(ActivityNode):
    """An embedded sub-process: open as long as a token is inside."""

    waits_for = "scope"

    def __init__(self, wf_spec, bpmn_id: str, *, element: str) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.start: FlowNode | None = None
        self.event_starts: list[EventStartNode] = []

    def _update_hook(self, my_task: Token) -> bool:
        self._hold(my_task, TaskState.STARTED)
        self.begin(my_task, self.start)
        return False

    def begin(self, scope: Token, start: FlowNode) -> None:
        """Arm the event sub-processes inside, then let a first token in."""
        self.arm(scope)
        first = scope.workflow.spawn(start, parent=scope, scope=scope)
        start._update(first)

    def arm(self, scope: Token) -> None:
        """Let the event sub-processes inside wait for what starts them."""
        for event_start in self.event_starts:
            event_start.arm(scope)

    def clear(self, scope: Token, *, spare: Token | None = None) -> None:
        """Withdraw everything inside, and what would start further event sub-processes."""
        for child in scope.children:
            inside = child.scope is scope or isinstance(child.task_spec, EventStartNode)
            if inside and child is not spare:
                child.cancel()

    def holds(self, node: FlowNode) -> bool:
        """Whether a node stands directly inside this sub-process."""
        return node._wf_spec is self.start._wf_spec

    def runs_around(self, token: Token) -> tuple[str, ...]:
        """The multi-instance runs to which what begins in this scope belongs, the innermost first."""
        return token.within

    def on_emptied(self, token: Token) -> None:
        """The last token inside has ended, so the sub-process is done and nothing beside it may start any more."""
        token.cancel_children()
        token._ready()


class ProcessNode(ScopeNode):
    """Stands for the process itself: the root of the tree, never on the diagram."""

    def on_emptied(self, token: Token) -> None:
        token.cancel_children()
        token.workflow.scope_emptied()


class EventScopeNode(ScopeNode):
    """An event sub-process: no flow leads to it, an event starts it beside or instead of what its scope holds."""

    def open(self, scope: Token) -> Token:
        """A token for one run of this sub-process in `scope`; its first token is the event's."""
        opened = scope.workflow.spawn(self, parent=scope, scope=scope, state=TaskState.STARTED)
        opened.entered()
        self.arm(opened)
        return opened


class EventStartNode(FlowNode):
    """The event that starts an event sub-process. It waits beside its scope, like a boundary event on its inside."""

    def __init__(self, wf_spec, bpmn_id: str, *, element: str, interrupting: bool, repeats: bool) -> None:
        super().__init__(wf_spec, bpmn_id, element=element)
        self.event_scope: EventScopeNode | None = None
        self.interrupting = interrupting
        self.repeats = repeats

    def arm(self, scope: Token, *, follows: str | None = None) -> None:
        """Begin to wait beside the tokens of `scope`; again, when the event of the token `follows` has occurred."""
        token = scope.workflow.spawn(self, parent=scope, scope=scope.scope, state=TaskState.WAITING)
        self.announce_waiting(token, follows=follows)

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        """Tell the caller that `token` waits for this event."""
        raise NotImplementedError

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.is_attached:
            self._occur(my_task, my_task.parent)
        return super()._run_hook(my_task)

    def _occur(self, token: Token, scope: Token) -> None:
        if self.interrupting:
            scope.task_spec.clear(scope, spare=token)
        elif self.repeats:
            self.arm(scope, follows=token.id)
        token.move_into(self.event_scope.open(scope))
        token.entered()
