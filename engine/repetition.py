"""Activities that run several times: how many runs, what each of them sees, what they bring, and when it is enough.

A standard loop is like a flow back: its runs come one after the other and see and set what the activity sees and sets.
A whole keeps its items and how far it has come beside the token flow, under its token; so does each run what only it sees.
Results inside a run of a multi-instance activity stay in that run: what shall leave it goes through the output collection,
so that runs never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.diagram import Loop, Node, feel_source
from engine.errors import ExpressionFailed
from engine.ledger import Ledger
from engine.spiff import TokenFlow

MOST_RUNS = 1000
COUNTER = "loopCounter"


class Repetition:
    """The repeated activities of the instance at hand."""

    def __init__(self, ledger: Ledger, flow: TokenFlow) -> None:
        self._ledger = ledger
        self._flow = flow

    def begin(self, node: Node, whole: str) -> None:
        """A token came to the activity: begin all its runs, or the first; with nothing to do it goes on at once."""
        if not self._waits(whole):
            return
        try:
            items = self._items(node, _loop(node), whole) if _loop(node).multi_instance else []
        except ExpressionFailed as error:
            self._ledger.raise_incident(node.id, whole, error.message)
            return
        state = {"items": items, "begun": 0, "ended": 0, "unread": [], "results": [None] * len(items)}
        self._ledger.keep_for_run(whole, state)
        self._go_on(node, whole)

    def ended(self, node: Node, run: str, whole: str) -> None:
        """One run is over: take what it brings, then begin the next, or let the whole go on when it is enough."""
        state = self._ledger.runs.get(whole)
        if state is None or not self._waits(whole):
            self._forget(run)
            return
        unread = [*state["unread"], run] if _loop(node).multi_instance else []
        self._ledger.keep_for_run(whole, {"unread": unread, "ended": state["ended"] + 1})
        if not self._ledger.is_broken(whole):
            self._go_on(node, whole)

    def retry(self, node: Node, whole: str) -> None:
        """Try again what an expression of the activity stopped."""
        if whole in self._ledger.runs:
            self._go_on(node, whole)
        else:
            self.begin(node, whole)

    def _go_on(self, node: Node, whole: str) -> None:
        loop, state = _loop(node), self._ledger.runs[whole]
        if not loop.multi_instance:
            self._loop_on(node, loop, whole)
            return
        total = len(state["items"])
        try:
            enough = self._read_results(node, loop, whole) or state["ended"] == total
        except ExpressionFailed as error:
            self._ledger.raise_incident(node.id, whole, error.message)
            return
        if enough:
            self._finish(node, loop, whole)
        elif state["begun"] == state["ended"]:
            self._begin_runs(loop, whole, 1 if loop.sequential else total)

    def _loop_on(self, node: Node, loop: Loop, whole: str) -> None:
        """Begin the next run of a standard loop, or let it go on when its condition or its maximum says so."""
        done = self._ledger.runs[whole]["ended"]
        try:
            again = self._is_wanted(node, loop, whole, done)
        except ExpressionFailed as error:
            self._ledger.raise_incident(node.id, whole, error.message)
            return
        if not again:
            self._ledger.forget_run(whole)
            self._flow.complete(whole)
        elif done == self._ledger.runs[whole]["begun"]:
            self._ledger.keep_for_run(whole, {"begun": done + 1})
            self._flow.begin_runs(whole, 1, _introduce_nothing)

    def _is_wanted(self, node: Node, loop: Loop, whole: str, done: int) -> bool:
        """Whether a standard loop that has run so often runs again."""
        if loop.maximum is not None and done >= int(loop.maximum):
            return False
        if loop.condition and (loop.test_before or done):
            seen = {**self._ledger.seen_by(whole), COUNTER: done}
            return self._yes_or_no(node, loop.condition, seen) and self._may_still_run(node, loop.condition, done)
        return True

    def _may_still_run(self, node: Node, condition: str, done: int) -> bool:
        if done < MOST_RUNS:
            return True
        raise ExpressionFailed(node.id, condition, f"still gives true after {MOST_RUNS} runs")

    def _yes_or_no(self, node: Node, condition: str, seen: Mapping[str, Any]) -> bool:
        value = self._ledger.definition.value(node.id, condition, seen, self._ledger.at)
        if not isinstance(value, bool):
            raise ExpressionFailed(node.id, condition, f"gives {value!r}, neither true nor false")
        return value

    def _forget(self, run: str) -> None:
        """What a run has seen is needed no more, unless the run may still be compensated."""
        if not self._flow.remembers(run):
            self._ledger.forget_run(run)

    def _waits(self, whole: str) -> bool:
        return any(entry.token_id == whole and entry.kind == "runs" for entry in self._flow.waiting())

    def _items(self, node: Node, loop: Loop, whole: str) -> list[Any]:
        """What to run for: the input collection, or as many numbers as the cardinality says."""
        ledger = self._ledger
        text = loop.input_collection or loop.cardinality or ""
        given = ledger.definition.value(node.id, text, ledger.seen_by(whole), ledger.at)
        if loop.input_collection is None:
            given = _numbers(node, text, given)
        if not isinstance(given, list):
            raise ExpressionFailed(node.id, text, f"gives {type(given).__name__}, not a list")
        if len(given) > MOST_RUNS:
            raise ExpressionFailed(node.id, text, f"gives {len(given)} items, more than {MOST_RUNS} runs")
        return given

    def _begin_runs(self, loop: Loop, whole: str, count: int) -> None:
        ledger = self._ledger
        state = ledger.runs[whole]
        first, items = state["begun"], state["items"]

        def introduce(number: int, run: str) -> None:
            values = {COUNTER: first + number + 1}
            if loop.input_element:
                values[loop.input_element] = items[first + number]
            ledger.keep_for_run(run, values)

        ledger.keep_for_run(whole, {"begun": first + count})
        self._flow.begin_runs(whole, count, introduce)

    def _read_results(self, node: Node, loop: Loop, whole: str) -> bool:
        """Collect what ended runs bring, one after the other; True when the completion condition holds after one."""
        ledger = self._ledger
        while unread := ledger.runs[whole]["unread"]:
            seen = {**ledger.seen_by(whole), **ledger.runs[unread[0]]}
            results = list(ledger.runs[whole]["results"])
            if loop.output_element:
                results[seen[COUNTER] - 1] = ledger.definition.value(node.id, loop.output_element, seen, ledger.at)
            enough = self._is_enough(node, loop, whole, seen)
            ledger.keep_for_run(whole, {"unread": unread[1:], "results": results})
            self._forget(unread[0])
            if enough:
                return True
        return False

    def _is_enough(self, node: Node, loop: Loop, whole: str, seen: Mapping[str, Any]) -> bool:
        if not loop.condition:
            return False
        state = self._ledger.runs[whole]
        ended = state["ended"] - len(state["unread"]) + 1
        counts = {
            "numberOfInstances": len(state["items"]),
            "numberOfCompletedInstances": ended,
            "numberOfActiveInstances": state["begun"] - ended,
        }
        return self._yes_or_no(node, loop.condition, {**seen, **counts})

    def _finish(self, node: Node, loop: Loop, whole: str) -> None:
        ledger = self._ledger
        results = ledger.runs[whole]["results"]
        for run in ledger.runs[whole]["unread"]:
            self._forget(run)
        ledger.forget_run(whole)
        if loop.output_collection:
            ledger.set_result({loop.output_collection: results}, within=ledger.within(whole), activity_id=node.id)
        self._flow.complete(whole)


def _loop(node: Node) -> Loop:
    if node.loop is None:
        raise LookupError(f"{node.id} is no repeated activity")
    return node.loop


def _introduce_nothing(number: int, run: str) -> None:
    """A run of a standard loop keeps nothing for itself."""


def _numbers(node: Node, text: str, given: Any) -> list[int]:
    """1 to the number that a cardinality means."""
    count = given
    if feel_source(text) is None and isinstance(given, str) and given.strip().isascii() and given.strip().isdigit():
        count = int(given.strip()[:9])
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= MOST_RUNS:
        raise ExpressionFailed(node.id, text, f"gives {given!r}, not a number from 0 to {MOST_RUNS}")
    return list(range(1, count + 1))
