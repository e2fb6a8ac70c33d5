"""Activities that run several times: one token holds the runs of the body; the caller says how many and when it is enough."""

from collections.abc import Callable

from SpiffWorkflow.util.task import TaskState

from engine.spiff.happenings import RunsWanted
from engine.spiff.nodes import FlowNode, ScopeNode
from engine.spiff.tokens import Token


class RepeatedNode(ScopeNode):
    """Holds the runs of `body`, of a multi-instance activity or a standard loop.

    Flows and boundary events belong to the whole, so they are ours and not the body's.
    """

    waits_for = "runs"
    accepts = frozenset({"complete", "begin_runs"})
    holds_runs = True

    def __init__(self, wf_spec, bpmn_id: str, *, body: FlowNode) -> None:
        super().__init__(wf_spec, bpmn_id, element="multiInstance")
        self.body = body

    def _update_hook(self, my_task: Token) -> bool:
        self._hold(my_task, TaskState.WAITING)
        my_task.workflow.announce(RunsWanted(token_id=my_task.id, activity_id=self.bpmn_id))
        return False

    def begin_runs(self, token: Token, count: int, introduce: Callable[[int, str], None]) -> None:
        """Begin `count` more runs; `introduce` is told number (from 0) and token id of each before any of them begins."""
        runs = [token.workflow.spawn(self.body, parent=token, scope=token) for _ in range(count)]
        for number, run in enumerate(runs):
            introduce(number, run.id)
        for run in runs:
            self.body._update(run)

    def holds(self, node: FlowNode) -> bool:
        return node is self.body

    def on_emptied(self, token: Token) -> None:
        """The caller was told of each run's end and says what follows."""
