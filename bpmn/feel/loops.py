"""for, some, every and filters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bpmn.feel.compare import less_or_equal
from bpmn.feel.numbers import whole
from bpmn.feel.runtime import Node, Scope
from bpmn.feel.temporal import FeelDate, date_from_ordinal
from bpmn.feel.values import Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration:
    """`name in domain`, or `name in domain .. end`."""

    name: str
    domain: Node
    end: Node | None = None


class _NotIterable(Exception):
    """A domain is null or has no steps; the whole loop is null."""


def loop(iterations: Sequence[Iteration], result: Node, *, uses_partial: bool) -> Node:
    """for … return …: a list; null when a domain can't be walked. `partial` holds the results so far."""

    def evaluate(scope: Scope) -> list | None:
        results: list = []
        try:
            for inner in _walk(iterations, scope):
                if uses_partial:
                    scope.run.spend(len(results) // 8)
                    inner = inner.inner({"partial": list(results)})
                results.append(result(inner))
        except _NotIterable:
            return None
        return results

    return evaluate


def quantified(iterations: Sequence[Iteration], condition: Node, *, decisive: bool) -> Node:
    """some (decisive is true) or every (decisive is false). Null when a condition isn't boolean."""

    def evaluate(scope: Scope) -> bool | None:
        outcome: bool | None = not decisive
        try:
            for inner in _walk(iterations, scope):
                truth = condition(inner)
                if truth is decisive:
                    return decisive
                if truth is None:
                    outcome = None
                elif not isinstance(truth, bool):
                    return None
        except _NotIterable:
            return None
        return outcome

    return evaluate


def filtered(value: Node, condition: Node) -> Node:
    """list[condition]: the items for which it is true, or the item at a position counted from 1 or from the end."""

    def evaluate(scope: Scope) -> object:
        found = value(scope)
        items = found if isinstance(found, list) else [] if found is None else [found]
        scope.run.spend(len(items) + 1)
        index = condition(scope)
        if isinstance(index, Decimal):
            return _item_at(items, index)
        return _matching(items, condition, scope)

    return evaluate


def boxed_filter(value: Node, condition: Node) -> Node:
    """A filter whose condition must be boolean for each item; else null."""

    def evaluate(scope: Scope) -> list | None:
        found = value(scope)
        if found is None:
            return None
        return _matching(found if isinstance(found, list) else [found], condition, scope)

    return evaluate


def _matching(items: list, condition: Node, scope: Scope) -> list | None:
    matching = []
    for item in items:
        scope.run.spend()
        names = {"item": item, **item} if isinstance(item, dict) else {"item": item}
        truth = condition(scope.inner(names))
        if truth is True:
            matching.append(item)
        elif truth is not None and not isinstance(truth, bool):
            return None
    return matching


def _item_at(items: list, index: Decimal) -> object:
    position = whole(index)
    if not position or abs(position) > len(items):
        return None
    return items[position - 1] if position > 0 else items[position]


def _walk(iterations: Sequence[Iteration], scope: Scope) -> Iterator[Scope]:
    first, rest = iterations[0], iterations[1:]
    for item in _domain(first, scope):
        scope.run.spend()
        inner = scope.inner({first.name: item})
        if rest:
            yield from _walk(rest, inner)
        else:
            yield inner


def _domain(iteration: Iteration, scope: Scope) -> Iterable:
    start = iteration.domain(scope)
    if iteration.end is not None:
        return _steps(start, iteration.end(scope))
    if isinstance(start, Range):
        return _range_steps(start)
    if start is None:
        raise _NotIterable
    return start if isinstance(start, list) else [start]


def _range_steps(range_: Range) -> Iterable:
    """A range value has only upward steps, and its open ends are left out."""
    if less_or_equal(range_.start, range_.end) is not True:
        raise _NotIterable
    return filter(lambda item: _within(item, range_), _steps(range_.start, range_.end))


def _within(item: object, range_: Range) -> bool:
    return (range_.start_included or item != range_.start) and (range_.end_included or item != range_.end)


def _steps(start: object, end: object) -> Iterable:
    """Whole numbers or days from start to end, downwards too."""
    if isinstance(start, FeelDate) and isinstance(end, FeelDate):
        return map(date_from_ordinal, _counted(start.ordinal, end.ordinal))
    if not (isinstance(start, Decimal) and isinstance(end, Decimal)):
        raise _NotIterable
    low, high = whole(start), whole(end)
    if low is None or high is None:
        raise _NotIterable
    return map(Decimal, _counted(low, high))


def _counted(start: int, end: int) -> range:
    return range(start, end + 1) if start <= end else range(start, end - 1, -1)
