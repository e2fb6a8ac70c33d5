"""TokenFlow: where the tokens of one process instance stand, and how orders move them.

A working copy belongs to one thread and one transaction: load, give orders, take the happenings, save the snapshot.
It knows no variables, no clock and no database.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Self

from SpiffWorkflow.util.task import TaskState

from engine.spiff.codes import CaughtBy, caught_by, throw_error
from engine.spiff.compiling import Spec
from engine.spiff.errors import FlowBroken, NotCaught, SnapshotRefused, TokenNotWaiting
from engine.spiff.events import raise_signal
from engine.spiff.gateways import JoinNode
from engine.spiff.happenings import Happening, Waiting
from engine.spiff.memory import from_rows, has_run, to_rows
from engine.spiff.moving import checked_target, move, refusal
from engine.spiff.nodes import ScopeNode
from engine.spiff.scripts import Conditions
from engine.spiff.snapshot import FlowState, decode, encode
from engine.spiff.tokens import Token, TokenWorkflow

STATE_CODES = {TaskState.WAITING: "w", TaskState.STARTED: "s", TaskState.ERROR: "e"}
STATES = {code: state for state, code in STATE_CODES.items()}


class TokenFlow:
    """One process instance's tokens. Every order runs until each token waits again.

    After an exception that is not one of the documented refusals the copy is broken and says so: throw it away and
    load the last snapshot again.
    """

    def __init__(self, spec: Spec, workflow: TokenWorkflow) -> None:
        """Use `start` or `load`."""
        self._spec = spec
        self._workflow = workflow
        self._broken = False

    @classmethod
    def start(cls, spec: Spec, *, conditions: Conditions, at: str | None = None) -> Self:
        """Begin a new instance and run until every token waits.

        `at` is the start event by which it begins; default the one without a trigger, or the only one.
        """
        flow = cls(spec, TokenWorkflow(spec, conditions))
        root = spec.process.start
        with flow._running():
            root.begin(flow._workflow.task_tree, spec.nodes[at] if at else root.start)
        return flow

    @classmethod
    def load(cls, spec: Spec, snapshot: bytes, *, conditions: Conditions) -> Self:
        """Take up an instance where `snapshot` left it.

        Raises SnapshotRefused when the snapshot is of another format or process definition, or damaged.
        """
        state = decode(snapshot, spec.hash)
        workflow = TokenWorkflow(spec, conditions)
        root = workflow.task_tree
        root.done = from_rows(spec.nodes, state.completed.get(root.id, ()), inside=root.task_spec)
        for row in state.tokens:
            token = _restore(workflow, spec, *row)
            token.done = from_rows(spec.nodes, state.completed.get(token.id, ()), inside=token.task_spec)
        workflow.next_number = state.next_number
        workflow.ends_reached = dict.fromkeys(state.ends_reached)
        workflow.success = not state.stopped
        workflow.completed = not state.tokens
        return cls(spec, workflow)

    @property
    def ended(self) -> bool:
        """Whether no token is left and an end was reached. A cancelled instance has not ended but stopped."""
        workflow = self._workflow
        return workflow.completed and workflow.success and not workflow.live and bool(workflow.ends_reached)

    def complete(self, token_id: str) -> None:
        """Finish the work at which a token waits. Raises TokenNotWaiting."""
        self._order("complete", token_id, Token._ready)

    def fire_timer(self, token_id: str) -> None:
        """Let a waiting timer occur. Raises TokenNotWaiting."""
        self._order("fire_timer", token_id, Token._ready)

    def deliver(self, token_id: str) -> None:
        """Let a waiting message occur. Raises TokenNotWaiting."""
        self._order("deliver", token_id, Token._ready)

    def signal(self, name: str, spared: Collection[str] = ()) -> None:
        """Let every token that waits for this signal go on, but those spared. Harmless when none does."""
        with self._running():
            raise_signal(self._workflow, name, spared)

    def catcher(self, token_id: str, error_code: str) -> CaughtBy | None:
        """The event that would catch an error thrown by the work at which a token waits; None when nothing would."""
        token = self._workflow.tasks.get(token_id)
        return caught_by(token, error_code) if token else None

    def throw_error(self, token_id: str, error_code: str) -> None:
        """Let the work at which a token waits end with an error. Raises TokenNotWaiting, and NotCaught without any change."""
        if token_id in self._workflow.tasks and self.catcher(token_id, error_code) is None:
            raise NotCaught(self._workflow.tasks[token_id].activity_id, error_code)
        self._order("throw_error", token_id, partial(throw_error, code=error_code))

    def begin_runs(self, token_id: str, count: int, introduce: Callable[[int, str], None]) -> None:
        """Begin more runs of a multi-instance activity. Raises TokenNotWaiting.

        `introduce` is told the number (from 0) and the token id of each before any of them begins.
        """
        self._order("begin_runs", token_id, lambda token: token.task_spec.begin_runs(token, count, introduce))

    def within(self, token_id: str) -> tuple[str, ...]:
        """The ids of the multi-instance runs that a token belongs to, the innermost first; it may have gone on already."""
        return self._workflow.within.get(token_id, ())

    def remembers(self, token_id: str) -> bool:
        """Whether a completed run of a multi-instance activity may still be compensated, so that what it saw is needed."""
        return any(has_run(token.done, token_id) for token in self._workflow.tasks.values())

    def retry(self, token_id: str) -> None:
        """Let a stuck token try again to go on. Raises TokenNotWaiting."""
        self._order("retry", token_id, _unstick)

    def move(self, token_id: str, activity_id: str) -> str:
        """Withdraw a token with all that depends on it, and enter another activity of its scope; where it stood.

        Raises TokenNotWaiting, and MoveRefused without any change.
        """
        self._refuse_if_broken()
        token = self._workflow.tasks.get(token_id)
        if token is None or token is self._workflow.task_tree:
            raise TokenNotWaiting(token_id, None, command="move")
        target = checked_target(self._spec.nodes, token, activity_id)
        with self._running():
            move(token, target)
        return token.activity_id

    def targets(self, token_id: str) -> list[str]:
        """The activities to which a token can be moved; none for a token that can't be moved, or is gone."""
        token = self._workflow.tasks.get(token_id)
        if token is None or token is self._workflow.task_tree:
            return []
        return [activity_id for activity_id in self._spec.nodes if refusal(self._spec.nodes, token, activity_id) is None]

    def cancel(self) -> None:
        """Withdraw every open token. The instance is stopped, `ended` stays false. Harmless when nothing is open."""
        with self._running():
            if self._workflow.live:
                self._workflow.cancel()

    def take_happenings(self) -> list[Happening]:
        """What came about since the last call, in order."""
        happenings, self._workflow.happenings = self._workflow.happenings, []
        return happenings

    def waiting(self) -> list[Waiting]:
        """What is open now, oldest first."""
        return [
            Waiting(token_id=token.id, activity_id=token.activity_id, kind=_waits_for(token)) for token in self._workflow.live
        ]

    def snapshot(self) -> bytes:
        """The bytes from which `load` takes this instance up again. Equal flows give equal bytes."""
        self._refuse_if_broken()
        workflow = self._workflow
        state = FlowState(
            next_number=workflow.next_number,
            stopped=not workflow.success,
            ends_reached=list(workflow.ends_reached),
            tokens=[_row(token) for token in workflow.live],
            completed={token.id: to_rows(token.done) for token in workflow.tasks.values() if token.done},
        )
        return encode(state, self._spec.hash)

    def _order(self, command: str, token_id: str, action: Callable[[Token], None]) -> None:
        self._refuse_if_broken()
        token = self._workflow.tasks.get(token_id)
        if token is None or token is self._workflow.task_tree:
            raise TokenNotWaiting(token_id, None, command=command)
        stuck = token.state == TaskState.ERROR
        accepted = stuck if command == "retry" else token.state == TaskState.WAITING and command in token.task_spec.accepts
        if not accepted:
            raise TokenNotWaiting(token_id, token.activity_id, command=command, waits_for=_waits_for(token))
        with self._running():
            action(token)

    @contextmanager
    def _running(self) -> Iterator[None]:
        self._refuse_if_broken()
        self._broken = True
        yield
        self._workflow.run_until_all_wait()
        self._broken = False

    def _refuse_if_broken(self) -> None:
        if self._broken:
            raise FlowBroken("An earlier run of this token flow was torn; load the last snapshot and start again.")


def _waits_for(token: Token) -> str:
    return "stuck" if token.state == TaskState.ERROR else token.task_spec.waits_for


def _unstick(token: Token) -> None:
    token._set_state(TaskState.WAITING)
    token._ready()


def _row(token: Token) -> list:
    parent = None if token._parent == token.workflow.task_tree.id else token._parent
    flow_id = token.flow_id if token.is_attached or isinstance(token.task_spec, JoinNode) else None
    return [token.id, token.activity_id, parent, STATE_CODES[token.state], flow_id]


def _restore(
    workflow: TokenWorkflow, spec: Spec, token_id: str, activity_id: str, parent_id: str | None, code: str, flow_id: str | None
) -> Token:
    node = spec.nodes.get(activity_id)
    parent = workflow.tasks.get(parent_id) if parent_id else workflow.task_tree
    if node is None or parent is None or code not in STATES:
        raise SnapshotRefused(f"token {token_id} at {activity_id} has no place in this process definition")
    if parent.task_spec.holds_runs and parent.activity_id == activity_id:
        node = parent.task_spec.body
    scope = parent if isinstance(parent.task_spec, ScopeNode) and parent.task_spec.holds(node) else parent.scope
    return Token(workflow, node, id=token_id, parent=parent, scope=scope, state=STATES[code], flow_id=flow_id)
