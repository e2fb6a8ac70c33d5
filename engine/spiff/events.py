"""Timers and messages: between activities, in a race behind an event-based gateway, or on an activity's boundary.

No timer knows an instant and no message a name here: the caller reads them from the diagram by the activity's id.
"""

from SpiffWorkflow.util.task import TaskState

from engine.spiff.happenings import MessageWaiting, TimerWaiting
from engine.spiff.nodes import ActivityNode, BoundaryNode, FlowNode
from engine.spiff.tokens import Token


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
