"""Timers, messages, signals and conditions: between activities, in a race behind an event-based gateway, on an activity's
boundary, or as the start of an event sub-process.

No timer knows an instant, no message a name and no condition its text here: the caller reads them from the diagram by the
activity's id. A signal's name is known, since a thrown one is caught at once by whatever waits for it in the same instance.
"""

from collections.abc import Collection

from SpiffWorkflow.util.task import TaskState

from engine.spiff.happenings import ConditionWaiting, MessageWaiting, SignalWaiting, TimerWaiting
from engine.spiff.nodes import ActivityNode, BoundaryNode, EventStartNode, FlowNode
from engine.spiff.tokens import Token, TokenWorkflow


class Timer:
    """What a timer event is, wherever it stands; the caller knows when it is due."""

    waits_for = "timer"
    accepts = frozenset({"fire_timer"})

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        waiting = TimerWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to, follows=follows)
        token.workflow.announce(waiting)


class Message:
    """What a message event is, wherever it stands; the caller knows its name and key."""

    waits_for = "message"
    accepts = frozenset({"deliver"})

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        token.workflow.announce(MessageWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to))


class Signal:
    """What a catching signal event is, wherever it stands."""

    waits_for = "signal"
    accepts = frozenset({"deliver"})
    signal = ""

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        token.workflow.announce(SignalWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to))


class Condition:
    """What a conditional event is, wherever it stands; the caller knows when its condition holds."""

    waits_for = "condition"
    accepts = frozenset({"deliver"})

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        waiting = ConditionWaiting(token_id=token.id, activity_id=self.bpmn_id, attached_to=attached_to, follows=follows)
        token.workflow.announce(waiting)


class CatchNode(FlowNode):
    """Waits for an event, alone or in a race behind an event-based gateway."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task.entered()
        my_task._set_state(TaskState.WAITING)
        self.announce_waiting(my_task)
        return False

    def _run_hook(self, my_task: Token) -> bool:
        if my_task.is_attached:
            my_task.parent.task_spec.settle(my_task.parent, winner=my_task)
        return super()._run_hook(my_task)

    def announce_waiting(self, token: Token, *, attached_to: str | None = None, follows: str | None = None) -> None:
        """Tell the caller that `token` waits for this event."""
        raise NotImplementedError


class TimerCatchNode(Timer, CatchNode):
    """An intermediate timer."""


class MessageCatchNode(Message, CatchNode):
    """An intermediate message."""


class SignalCatchNode(Signal, CatchNode):
    """An intermediate signal that is waited for."""


class ConditionCatchNode(Condition, CatchNode):
    """An intermediate conditional event."""


class ReceiveNode(MessageCatchNode, ActivityNode):
    """A receive task: like a message event, but an activity, so that it may carry boundary events."""

    accepts = frozenset({"deliver", "complete", "throw_error"})

    def _update_hook(self, my_task: Token) -> bool:
        self._hold(my_task, TaskState.WAITING)
        self.announce_waiting(my_task)
        return False


class BoundaryTimerNode(Timer, BoundaryNode):
    """A timer on a boundary."""


class BoundaryMessageNode(Message, BoundaryNode):
    """A message on a boundary."""


class BoundarySignalNode(Signal, BoundaryNode):
    """A signal on a boundary."""


class BoundaryConditionNode(Condition, BoundaryNode):
    """A conditional event on a boundary."""


class TimerStartNode(Timer, EventStartNode):
    """A timer that starts an event sub-process."""


class MessageStartNode(Message, EventStartNode):
    """A message that starts an event sub-process."""


class SignalStartNode(Signal, EventStartNode):
    """A signal that starts an event sub-process."""


class ConditionStartNode(Condition, EventStartNode):
    """A conditional event that starts an event sub-process."""


class SignalThrowNode(FlowNode):
    """Throws a signal: every token of the instance that waits for it may go on."""

    signal = ""

    def _run_hook(self, my_task: Token) -> bool:
        raise_signal(my_task.workflow, self.signal)
        return super()._run_hook(my_task)


def raise_signal(workflow: TokenWorkflow, name: str, spared: Collection[str] = ()) -> None:
    """Let every token go on that waits for this signal, but those spared, the oldest first; it is forgotten at once."""
    for token in workflow.live:
        if token.id in spared:
            continue
        if isinstance(token.task_spec, Signal) and token.task_spec.signal == name and token.state == TaskState.WAITING:
            token._ready()
