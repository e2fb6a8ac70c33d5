"""SpiffWorkflow's Task and Workflow, made lean: the tree holds what is open, never what has been (P1).

In this tree a child is *contained* in its parent: tokens in the scope that holds them (the process or an embedded
sub-process), waiting boundary events in the activity that they stand on, raced events in their event-based gateway.
So withdrawing a token withdraws whatever depends on it. A completed token is folded at once: the tokens that it
brought forth move up to its scope, and it leaves the tree. No business data is ever kept (P2 to P7), nothing is
predicted, and no clock is read (P15).
"""

from collections import Counter, deque

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

from engine.spiff.errors import ConditionFailed, FlowBroken, NotCaught
from engine.spiff.happenings import (
    ActivityCancelled,
    ActivityEntered,
    ActivityLeft,
    Happening,
    ProcessEnded,
    RunEnded,
    TokenStuck,
)
from engine.spiff.memory import Completed, forget, remember
from engine.spiff.scripts import ConditionsOnly

ROOT_ID = "process"

PASSES_PER_RUN = 100
"""How often one activity may be passed within one run, in which no answer can change, before we call it a circle."""


class Token(Task):
    """A Task that is one token: a short id, its scope, and the flow by which it came.

    `within` are the ids of the multi-instance runs that it belongs to, the innermost first. `done` is what completed in it
    and can be compensated.

    At rest its state is WAITING (for an order, an event or other tokens), STARTED (something inside it is open) or
    ERROR (stuck).
    """

    def __init__(self, workflow, spec, *, id, parent, scope, state=TaskState.FUTURE, flow_id=None):
        self.id = id
        self.workflow = workflow
        self.task_spec = spec
        self.scope = scope
        self.flow_id = flow_id
        self._state = state
        self._parent = None if parent is None else parent.id
        self._children = []
        self.triggered = False
        self.thread_id = 0
        self.data = {}
        self.internal_data = {}
        self.last_state_change = 0.0
        self.done: list[Completed] = []
        around = () if scope is None else scope.task_spec.runs_around(scope)
        self.within = (id, *around) if spec.has_own_variables else around
        if self.within:
            workflow.within[id] = self.within
        workflow.tasks[id] = self
        if parent is not None:
            parent._child_added_notify(self)

    @property
    def activity_id(self) -> str:
        return self.task_spec.bpmn_id

    @property
    def is_attached(self) -> bool:
        """Whether this token waits beside or behind another one instead of freely in its scope."""
        return self.scope is None or self._parent != self.scope.id

    @property
    def tokens_inside(self) -> list["Token"]:
        """The tokens for which this one is the scope."""
        return [child for child in self.children if child.scope is self]

    def cancel(self) -> None:
        """Withdraw this token and, before it, everything that depends on it."""
        self.cancel_children()
        self.task_spec._on_cancel(self)
        self.forget_all()
        self._set_state(TaskState.CANCELLED)
        self.workflow._remove_task(self.id)

    def forget_all(self) -> None:
        """Nothing that completed in this token will be compensated any more."""
        forget(self.workflow, self.done)
        self.done = []

    def cancel_children(self) -> None:
        for child in self.children:
            child.cancel()

    def detach(self) -> None:
        """Move freely into the scope, so that the former parent may go without this token."""
        self.move_into(self.scope)

    def move_into(self, scope: "Token") -> None:
        """Stand freely in a scope from now on, behind it in the order of the tokens."""
        self.parent._children.remove(self.id)
        self.scope = scope
        self._parent = scope.id
        scope._children.append(self.id)
        self.workflow.tasks[self.id] = self.workflow.tasks.pop(self.id)

    def vanish(self) -> None:
        """Leave the tree in the middle of its own run, so that what holds it may be withdrawn without it."""
        self.workflow._remove_task(self.id)

    def entered(self) -> None:
        spec = self.task_spec
        self.workflow.announce(ActivityEntered(token_id=self.id, activity_id=spec.bpmn_id, kind=spec.element))

    def left(self) -> None:
        remember(self)
        self.workflow.announce(ActivityLeft(token_id=self.id, activity_id=self.activity_id))

    def withdrawn(self) -> None:
        self.workflow.announce(ActivityCancelled(token_id=self.id, activity_id=self.activity_id))

    def _set_state(self, value: int) -> None:
        self._state = value


class TokenWorkflow(Workflow):
    """A Workflow that runs from a queue of ready tokens and folds completed ones."""

    def __init__(self, spec, conditions) -> None:
        super().__init__(spec.process, deserializing=True)
        self.script_engine = ConditionsOnly(conditions)
        self.happenings: list[Happening] = []
        self.within: dict[str, tuple[str, ...]] = {}
        self.ends_reached: dict[str, None] = {}
        self.next_number = 1
        self._inclusive_joins = spec.inclusive_joins
        self._ready: deque[Token] = deque()
        self._passes: Counter[str] = Counter()
        self.task_tree = Token(self, spec.process.start, id=ROOT_ID, parent=None, scope=None, state=TaskState.STARTED)

    @property
    def live(self) -> list[Token]:
        """Every open token, oldest first."""
        return [token for token in self.tasks.values() if token is not self.task_tree]

    def announce(self, happening: Happening) -> None:
        self.happenings.append(happening)

    def spawn(self, spec, *, parent, scope, flow_id=None, state=TaskState.FUTURE) -> Token:
        """Make a token with an id that was never given before in this instance."""
        token_id = f"t{self.next_number}"
        self.next_number += 1
        return Token(self, spec, id=token_id, parent=parent, scope=scope, flow_id=flow_id, state=state)

    def enqueue(self, token: Token) -> None:
        self._ready.append(token)

    def run_until_all_wait(self) -> None:
        """Run ready tokens to a fixed point (P12). Raises nothing for a stuck token: that is a happening."""
        self._passes.clear()
        while True:
            while self._ready:
                token = self._ready.popleft()
                if token.state == TaskState.READY:
                    self._run_one(token)
            if not any(join.fire_if_nothing_can_come(self) for join in self._inclusive_joins):
                break
        self._name_deadlock()
        self._cross_check()

    def cancel(self, success: bool = False) -> list[Task]:
        """Withdraw every open token; the process then counts as stopped, not as ended."""
        self.success = success
        self.completed = True
        self.task_tree.cancel_children()
        self.task_tree.forget_all()
        return []

    def note_end(self, token: Token) -> None:
        """Remember that the process itself, not a sub-process, came to an end here."""
        if token.scope is self.task_tree:
            self.ends_reached.setdefault(token.activity_id)

    def scope_emptied(self) -> None:
        """The process holds no token any more."""
        self.completed = True
        self.task_tree.forget_all()
        self.announce(ProcessEnded(end_activity_ids=tuple(self.ends_reached)))

    def stick(self, token: Token, reason: str, *, error_code: str | None = None) -> None:
        token._set_state(TaskState.ERROR)
        stuck = TokenStuck(token_id=token.id, activity_id=token.activity_id, reason=reason, error_code=error_code)
        self.announce(stuck)

    def _run_one(self, token: Token) -> None:
        self._passes[token.activity_id] += 1
        if self._passes[token.activity_id] > PASSES_PER_RUN:
            self.stick(token, f"passed here {PASSES_PER_RUN} times without ever having to wait: the diagram runs in a circle")
            return
        try:
            token.run()
        except ConditionFailed as failure:
            self.stick(token, str(failure))
        except NotCaught as failure:
            self.stick(token, str(failure), error_code=failure.error_code)

    def _task_completed_notify(self, task: Token) -> None:
        """Fold a completed token: what it brought forth moves up into its scope, and it leaves the tree.

        A token that was withdrawn by what it threw is gone already.
        """
        if task.id not in self.tasks:
            return
        parent = task.parent
        parent._children.remove(task.id)
        for child in task.children:
            child._parent = parent.id
            parent._children.append(child.id)
        del self.tasks[task.id]
        if task.scope.task_spec.holds_runs:
            self.announce(RunEnded(token_id=task.id, activity_id=task.activity_id, whole_token_id=task.scope.id))
        if not task.scope.tokens_inside:
            task.scope.task_spec.on_emptied(task.scope)

    def _name_deadlock(self) -> None:
        """Say so when every token waits for another one that can no longer come. What may still begin runs is none of them."""
        held = (token for token in self.live if token.state != TaskState.STARTED)
        resting = [token for token in held if not (token.task_spec.holds_runs and token.tokens_inside)]
        if resting and all(token.task_spec.waits_for == "join" and token.state == TaskState.WAITING for token in resting):
            for token in resting:
                reason = "waits for a token that can no longer come: a gateway before it opened too few flows"
                self.announce(TokenStuck(token_id=token.id, activity_id=token.activity_id, reason=reason))

    def _cross_check(self) -> None:
        """Two independent records, the flat table and the tree, must agree on whether anything is open (P1)."""
        open_in_tree = bool(self.task_tree._children)
        agree = open_in_tree is (len(self.tasks) > 1) and open_in_tree is not self.completed
        ended_nowhere = self.completed and self.success and not self.ends_reached
        if not agree or ended_nowhere:
            raise FlowBroken("The token flow lost or kept a token against its own rule; nothing of this run may be saved.")
