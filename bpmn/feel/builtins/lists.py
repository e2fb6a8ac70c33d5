"""Functions over lists. Where a list is wanted, a single value counts as a list of one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.compare import all_of, any_of, equal, less
from bpmn.feel.numbers import CONTEXT, whole
from bpmn.feel.runtime import Run
from bpmn.feel.values import Function


def _over_values(name: str) -> Callable:
    """Declare a function that takes one list, or its items as arguments; without any argument it gives null."""

    def declare(body: Callable[[list], object]) -> Callable:
        builtin(f"{name}(list: list)")(body)
        builtin(f"{name}(first:, second:, more*:)")(lambda *items: body(list(items)))
        return body

    return declare


def _numbers(items: list) -> list[Decimal]:
    if not items or not all(isinstance(item, Decimal) for item in items):
        raise ValueError("not a list of numbers")
    return items


@_over_values("sum")
def total(items: list) -> Decimal:
    return functools.reduce(CONTEXT.add, _numbers(items))


@_over_values("product")
def product(items: list) -> Decimal:
    return functools.reduce(CONTEXT.multiply, _numbers(items))


@_over_values("mean")
def mean(items: list) -> Decimal:
    return CONTEXT.divide(total(items), Decimal(len(items)))


@_over_values("median")
def median(items: list) -> Decimal:
    ordered = sorted(_numbers(items))
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else CONTEXT.divide(CONTEXT.add(ordered[half - 1], ordered[half]), Decimal(2))


@_over_values("stddev")
def stddev(items: list) -> Decimal | None:
    """The sample's standard deviation; null for fewer than two numbers."""
    if len(_numbers(items)) < 2:
        return None
    middle = mean(items)
    deviations = [CONTEXT.subtract(item, middle) for item in items]
    squares = functools.reduce(CONTEXT.add, [CONTEXT.multiply(each, each) for each in deviations])
    return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(items) - 1)))


@_over_values("mode")
def mode(items: list) -> list:
    """The most frequent numbers in ascending order."""
    if not items:
        return []
    counts: dict[Decimal, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    return sorted(item for item, count in counts.items() if count == most)


@_over_values("min")
def least(items: list) -> object:
    return _extreme(items, less)


@_over_values("max")
def greatest(items: list) -> object:
    return _extreme(items, lambda left, right: less(right, left))


@_over_values("all")
def conjunction(items: list) -> bool | None:
    return all_of(_booleans(items))


@_over_values("any")
def disjunction(items: list) -> bool | None:
    return any_of(_booleans(items))


@builtin("count(list: list)")
def count(items: list) -> Decimal:
    return Decimal(len(items))


@builtin("list contains(list: list, element:)", wants_run=True)
def list_contains(run: Run, items: list, element: object) -> bool:
    return any(equal(item, element, run) is True for item in items)


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(items: list, start: Decimal, length: Decimal | None = None) -> list | None:
    begin = _index(items, start)
    if length is None:
        return items[begin:]
    size = int(length)
    return None if size < 0 or begin + size > len(items) else items[begin : begin + size]


@builtin("append(list: list, item:, more*:)")
def append(items: list, *more: object) -> list:
    return [*items, *more]


@builtin("concatenate(list*: list)")
def concatenate(*lists: list) -> list:
    return [item for items in lists for item in items]


@builtin("union(list*: list)", wants_run=True)
def union(run: Run, *lists: list) -> list:
    return distinct_values(run, concatenate(*lists))


@builtin("insert before(list: list, position: number, newItem:)")
def insert_before(items: list, position: Decimal, new_item: object) -> list:
    at = len(items) if whole(position) == len(items) + 1 else _index(items, position)
    return [*items[:at], new_item, *items[at:]]


@builtin("remove(list: list, position: number)")
def remove(items: list, position: Decimal) -> list:
    at = _index(items, position)
    return [*items[:at], *items[at + 1 :]]


@builtin("list replace(list: list, position: number, newItem:)")
def list_replace(items: list, position: Decimal, new_item: object) -> list:
    at = _index(items, position)
    return [*items[:at], new_item, *items[at + 1 :]]


@builtin("list replace(list: list, match: function, newItem:)", wants_run=True)
def list_replace_matching(run: Run, items: list, match: Function, new_item: object) -> list | None:
    """Replace what the function `match(item, newItem)` answers with true; null if it ever answers anything else."""
    result = []
    for item in items:
        run.spend()
        truth = match.invoke(run, [item, new_item])
        if not isinstance(truth, bool):
            return None
        result.append(new_item if truth else item)
    return result


@builtin("reverse(list: list)")
def reverse(items: list) -> list:
    return items[::-1]


@builtin("index of(list: list, match:)", wants_run=True)
def index_of(run: Run, items: list, match: object) -> list:
    return [Decimal(index) for index, item in enumerate(items, 1) if equal(item, match, run) is True]


@builtin("distinct values(list: list)", wants_run=True)
def distinct_values(run: Run, items: list) -> list:
    result: list = []
    for item in items:
        run.spend(1 + len(result) // 4)
        if not any(equal(item, other, run) is True for other in result):
            result.append(item)
    return result


@builtin("flatten(list: list)", wants_run=True)
def flatten(run: Run, items: list) -> list:
    result: list = []
    for item in items:
        run.spend()
        result.extend(flatten(run, item)) if isinstance(item, list) else result.append(item)
    return result


@builtin("sort(list: list)", wants_run=True)
def sort(run: Run, items: list) -> list:
    return _sorted(run, items, less)


@builtin("sort(list: list, precedes: function)", wants_run=True)
def sort_by(run: Run, items: list, precedes: Function) -> list:
    return _sorted(run, items, lambda left, right: precedes.invoke(run, [left, right]))


def _sorted(run: Run, items: list, precedes: Callable) -> list:
    def order(left: object, right: object) -> int:
        run.spend()
        if precedes(left, right) is True:
            return -1
        return 1 if precedes(right, left) is True else 0

    return sorted(items, key=functools.cmp_to_key(order))


def _extreme(items: list, precedes: Callable) -> object:
    """The item that precedes all others; null when two can't be compared."""
    if not items:
        return None
    best = items[0]
    for item in items:
        truth = precedes(item, best)
        if truth is None:
            return None
        best = item if truth else best
    return best


def _booleans(items: list) -> list:
    if not all(item is None or isinstance(item, bool) for item in items):
        raise ValueError("not a list of booleans")
    return items


def _index(items: list, position: Decimal) -> int:
    """A position counted from 1, or from the end if negative, as an index. Raises ValueError out of the list."""
    number = int(position)
    if number == 0 or abs(number) > len(items):
        raise ValueError("no such position")
    return number - 1 if number > 0 else len(items) + number
