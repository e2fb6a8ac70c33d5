"""Errors and escalations: thrown with a code, caught on the way out by an event sub-process or a boundary event.

An error withdraws what it came from and must be caught. An escalation may leave it running, and may be caught by nobody.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.spiff.errors import NotCaught
from engine.spiff.nodes import BoundaryNode, EventScopeNode, EventStartNode, FlowNode, ScopeNode
from engine.spiff.tokens import Token

ERROR, ESCALATION = "error", "escalation"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaughtBy:
    """The event that catches an error, and the multi-instance runs that it stands in, the innermost first."""

    activity_id: str
    within: tuple[str, ...]


class Catcher:
    """What catches a code, wherever it stands. It doesn't wait with a token of its own. `code` None catches every code."""

    trigger = ERROR
    code: str | None = None

    def catch(self, place: Token) -> None:
        """Take up what was thrown inside `place`, or by it."""
        raise NotImplementedError

    def scope_of(self, place: Token) -> Token:
        """The scope in which the catching token will stand."""
        raise NotImplementedError


class BoundaryCodeNode(Catcher, BoundaryNode):
    """An error or escalation on a boundary."""

    def arm(self, host: Token, *, follows: str | None = None) -> None:
        """Nothing waits: whoever throws looks for us."""

    def scope_of(self, place: Token) -> Token:
        return place.scope

    def catch(self, place: Token) -> None:
        scope = place.scope
        if self.interrupting:
            place.cancel()
        caught = scope.workflow.spawn(self, parent=scope, scope=scope)
        self._update(caught)


class CodeStartNode(Catcher, EventStartNode):
    """An error or escalation that starts an event sub-process."""

    def arm(self, scope: Token, *, follows: str | None = None) -> None:
        """Nothing waits: whoever throws looks for us."""

    def scope_of(self, place: Token) -> Token:
        return place

    def catch(self, place: Token) -> None:
        if self.interrupting:
            place.task_spec.clear(place)
        opened = self.event_scope.open(place)
        caught = place.workflow.spawn(self, parent=opened, scope=opened)
        self._update(caught)


class ErrorEndNode(FlowNode):
    """Ends by throwing an error. Raises NotCaught, so that the token sticks, when nothing around it catches the code."""

    code = ""

    def _run_hook(self, my_task: Token) -> bool:
        found = find_catcher(my_task, ERROR, self.code)
        if found is None:
            raise NotCaught(self.bpmn_id, self.code)
        my_task.left()
        my_task.vanish()
        catcher, place = found
        catcher.catch(place)
        return True


class EscalationNode(FlowNode):
    """Throws an escalation, in passing or as an end. Its token goes on unless what catches it interrupts."""

    code = ""

    def _run_hook(self, my_task: Token) -> bool:
        found = find_catcher(my_task, ESCALATION, self.code)
        if found is None:
            return super()._run_hook(my_task)
        catcher, place = found
        if not catcher.interrupting:
            catcher.catch(place)
            return super()._run_hook(my_task)
        my_task.left()
        my_task.vanish()
        catcher.catch(place)
        return True


def caught_by(thrower: Token, code: str) -> CaughtBy | None:
    """Who would catch an error; None when nothing would."""
    found = find_catcher(thrower, ERROR, code)
    return found and CaughtBy(activity_id=found[0].bpmn_id, within=found[0].scope_of(found[1]).within)


def throw_error(thrower: Token, *, code: str) -> None:
    """End the work of `thrower` by an error. Raises NotCaught."""
    found = find_catcher(thrower, ERROR, code)
    if found is None:
        raise NotCaught(thrower.activity_id, code)
    catcher, place = found
    catcher.catch(place)


def find_catcher(thrower: Token, trigger: str, code: str) -> tuple[Catcher, Token] | None:
    """Who catches a code, and the place that it catches for: from the thrower itself outward, the exact code first."""
    place, left_behind = thrower, None
    while place is not None:
        node = place.task_spec
        if isinstance(node, ScopeNode):
            caught = _best(_listening(node, left_behind), trigger, code)
            if caught is not None:
                return caught, place
        caught = _best(node.boundaries, trigger, code)
        if caught is not None:
            return caught, place
        left_behind = node
        place = place.scope
    return None


def _listening(scope: ScopeNode, left_behind: FlowNode | None) -> Iterator[FlowNode]:
    """The event starts of a scope that may still occur: not again the one from whose sub-process the throw comes."""
    if isinstance(left_behind, EventScopeNode) and left_behind.start.interrupting:
        return
    for event_start in scope.event_starts:
        if event_start.event_scope is not left_behind:
            yield event_start


def _best(nodes: Iterable[FlowNode], trigger: str, code: str) -> Catcher | None:
    fitting = [node for node in nodes if isinstance(node, Catcher) and node.trigger == trigger and node.code in (code, None)]
    return min(fitting, key=lambda node: node.code is None, default=None)
