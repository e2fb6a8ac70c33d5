"""Compensation: an event that lets the handlers of completed activities undo them, one after the other, the latest first.

While it does so it holds the running handler as a scope holds its tokens, and what is still to be undone in its memory.
Each completed run is taken out of its scope's memory when it is undone, so that nothing is ever undone twice.
"""

from collections.abc import Iterator

from SpiffWorkflow.util.task import TaskState

from engine.spiff.happenings import CompensationBegun
from engine.spiff.memory import Completed, forget, not_begun, path_to_next, take
from engine.spiff.nodes import BoundaryNode, EventScopeNode, EventStartNode, FlowNode, ScopeNode
from engine.spiff.tokens import Token


class CompensationBoundaryNode(BoundaryNode):
    """Says which activity undoes the one that it stands on; never waited for."""

    def arm(self, host: Token, *, follows: str | None = None) -> None:
        """Nothing waits: whoever compensates looks for the handler."""


class CompensationStartNode(EventStartNode):
    """Starts the event sub-process that undoes the completed sub-process in which it stands."""

    def arm(self, scope: Token, *, follows: str | None = None) -> None:
        """Nothing waits: whoever compensates looks for the handler."""


class CompensationNode(ScopeNode):
    """Throws compensation, in passing or as an end, and goes on when all handlers are through.

    `target` is the activity to undo; None for all that completed in the scope.
    """

    remembers = False
    target: str | None = None

    def _update_hook(self, my_task: Token) -> bool:
        my_task.entered()
        for scope in self._scopes(my_task):
            my_task.done = take(scope, self.target) + my_task.done
        if not self._begin_next(my_task):
            return True
        my_task._set_state(TaskState.STARTED)
        return False

    def _scopes(self, token: Token) -> Iterator[Token]:
        """The scope of the throw; around an event sub-process also the scope in which that stands."""
        scope = token.scope
        yield scope
        while isinstance(scope.task_spec, EventScopeNode) and scope.scope.task_spec.remembers:
            scope = scope.scope
            yield scope

    def _begin_next(self, token: Token) -> bool:
        """Let the handler of what comes next in; False when nothing is left."""
        while path := path_to_next(token.done):
            record = path[-1]
            if record.node.compensation is not None and not record.begun:
                record.begun = True
                self._begin(token, record, record.node.compensation)
                return True
            holder = path[-2].inner if len(path) > 1 else token.done
            forget(token.workflow, [holder.pop()])
        return False

    def _begin(self, token: Token, record: Completed, handler: FlowNode) -> None:
        if isinstance(handler, EventScopeNode):
            opened = handler.open(token)
            opened.done, record.inner = record.inner, []
            first = token.workflow.spawn(handler.start, parent=opened, scope=opened)
        else:
            first = token.workflow.spawn(handler, parent=token, scope=token)
        undoes = {"undone_activity_id": record.node.bpmn_id, "undone_token_id": record.token_id}
        token.workflow.announce(CompensationBegun(token_id=token.id, activity_id=self.bpmn_id, **undoes))
        first.task_spec._update(first)

    def runs_around(self, token: Token) -> tuple[str, ...]:
        """A handler sees what the run that it undoes has seen."""
        runs = [record.token_id for record in path_to_next(token.done) if record.node.has_own_variables]
        return (*reversed(runs), *token.within)

    def holds(self, node: FlowNode) -> bool:
        return True

    def on_emptied(self, token: Token) -> None:
        """One handler is through."""
        if not self._begin_next(token):
            token._ready()

    def _on_cancel(self, my_task: Token) -> None:
        """What was not begun yet may still be compensated by another throw."""
        left = not_begun(my_task.done)
        forget(my_task.workflow, [record for record in my_task.done if record.begun])
        my_task.scope.done = left + my_task.scope.done
        my_task.done = []
        super()._on_cancel(my_task)
