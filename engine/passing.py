"""What follows when a token enters a node, waits, leaves or is withdrawn: it is recorded, and told to whom it concerns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bpmn.diagram import Node, NodeKind
from engine.activities import Activities
from engine.awaiting import Awaiting
from engine.history import (
    ActivityCancelled,
    ActivityEntered,
    ActivityLeft,
    CompensationBegun,
    FlowTaken,
    InstanceCompleted,
)
from engine.ledger import Ledger
from engine.repetition import Repetition
from engine.spiff import happenings
from engine.timekeeping import Timekeeping
from engine.watching import Watching

WHOLE = "multiInstance"
"""The kind of a token that holds the runs of a multi-instance activity; the work is theirs."""


class Passing:
    """Takes the happenings of one transaction.

    `ended` is set once the process came to an end; `thrown` is the token that last threw an error that nothing here catches,
    with the error's code. `stop_called` stops what the call activity of a token has started.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        activities: Activities,
        awaiting: Awaiting,
        timekeeping: Timekeeping,
        watching: Watching,
        repetition: Repetition,
        stop_called: Callable[[str], None],
    ) -> None:
        self.ended = False
        self.thrown: tuple[str, str] | None = None
        self.repetition = repetition
        self._ledger = ledger
        self._activities = activities
        self._awaiting = awaiting
        self._timekeeping = timekeeping
        self._watching = watching
        self._stop_called = stop_called
        self._calls: deque[tuple[Node, str]] = deque()

    def take(self, happening: happenings.Happening) -> None:
        """Record one happening and do what it asks for."""
        match happening:
            case happenings.ActivityEntered(token_id=token_id, activity_id=activity_id, kind=kind):
                self._enter(token_id, activity_id, kind)
            case happenings.ActivityLeft(token_id=token_id, activity_id=activity_id):
                self._leave(token_id, activity_id)
            case happenings.ActivityCancelled(token_id=token_id, activity_id=activity_id):
                self._withdraw(token_id, activity_id)
            case happenings.TimerWaiting() | happenings.MessageWaiting() | happenings.SignalWaiting():
                self._wait(happening)
            case happenings.ConditionWaiting(token_id=token_id, activity_id=activity_id, follows=follows):
                self._watching.start(activity_id, token_id, again=follows is not None)
            case happenings.RunsWanted() | happenings.RunEnded() | happenings.RunForgotten():
                self._repeat(happening)
            case _:
                self._note(happening)

    def _enter(self, token_id: str, activity_id: str, kind: str) -> None:
        ledger, node = self._ledger, self._node(activity_id)
        properties = dict(node.work.properties) if node else {}
        ledger.record(ActivityEntered(at=ledger.at, activity_id=activity_id, token_id=token_id, kind=kind, properties=properties))
        if node is not None and kind != WHOLE:
            self.begin_work(node, token_id)

    def begin_work(self, node: Node, token_id: str) -> None:
        """Ask for what the node does: a called instance from `next_call`, anything else from the activities."""
        if node.kind is NodeKind.CALL_ACTIVITY:
            self._calls.append((node, token_id))
        else:
            self._activities.enter(node, token_id)

    def next_call(self) -> tuple[Node, str] | None:
        """The next call activity that wants its instance, with its token, which may be gone meanwhile; None for none."""
        return self._calls.popleft() if self._calls else None

    def _leave(self, token_id: str, activity_id: str) -> None:
        self._close(token_id)
        self._activities.leave(token_id)
        self._ledger.record(ActivityLeft(at=self._ledger.at, activity_id=activity_id, token_id=token_id))

    def _withdraw(self, token_id: str, activity_id: str) -> None:
        self._close(token_id)
        self._activities.cancel(token_id, activity_id)
        node = self._node(activity_id)
        if node is not None and node.kind is NodeKind.CALL_ACTIVITY:
            self._stop_called(token_id)
        self._ledger.forget_run(token_id)
        self._ledger.record(ActivityCancelled(at=self._ledger.at, activity_id=activity_id, token_id=token_id))

    def _close(self, token_id: str) -> None:
        """A token is through or gone: no timer, no condition, and nothing left to repair."""
        self._timekeeping.forget(token_id)
        self._watching.forget(token_id)
        self._ledger.resolve_incidents(token_id)

    def _node(self, activity_id: str) -> Node | None:
        """The node as drawn; None for one that the normaliser put in."""
        return self._ledger.definition.process.nodes.get(activity_id)

    def _wait(self, happening: happenings.Happening) -> None:
        node_of = self._ledger.definition.node
        match happening:
            case happenings.TimerWaiting(token_id=token_id, activity_id=activity_id, follows=follows):
                self._timekeeping.start(activity_id, token_id, follows=follows)
            case happenings.MessageWaiting(token_id=token_id, activity_id=activity_id):
                self._awaiting.begin(node_of(activity_id), token_id)
            case happenings.SignalWaiting(token_id=token_id, activity_id=activity_id):
                self._activities.await_signal(node_of(activity_id), token_id)

    def _repeat(self, happening: happenings.Happening) -> None:
        node_of = self._ledger.definition.node
        match happening:
            case happenings.RunsWanted(token_id=token_id, activity_id=activity_id):
                self.repetition.begin(node_of(activity_id), token_id)
            case happenings.RunEnded(token_id=token_id, activity_id=activity_id, whole_token_id=whole):
                self.repetition.ended(node_of(activity_id), token_id, whole)
            case happenings.RunForgotten(token_id=token_id):
                self._ledger.forget_run(token_id)

    def _note(self, happening: happenings.Happening) -> None:
        ledger = self._ledger
        match happening:
            case happenings.FlowTaken(flow_id=flow_id):
                ledger.record(FlowTaken(at=ledger.at, flow_id=flow_id))
            case happenings.CompensationBegun(token_id=token_id, activity_id=activity_id):
                undone = {"undone_activity_id": happening.undone_activity_id, "undone_token_id": happening.undone_token_id}
                ledger.record(CompensationBegun(at=ledger.at, activity_id=activity_id, token_id=token_id, **undone))
            case happenings.TokenStuck(token_id=token_id, activity_id=activity_id, reason=reason, error_code=code):
                self.thrown = (token_id, code) if code else self.thrown
                ledger.raise_incident(activity_id, token_id, reason)
            case happenings.ProcessEnded():
                self.ended = True
                ledger.record(InstanceCompleted(at=ledger.at))
