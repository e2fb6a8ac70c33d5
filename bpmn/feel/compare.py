"""Comparison and the logic of three values: true, false and null (unknown, or not comparable)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bpmn.feel.runtime import Run
from bpmn.feel.temporal import FeelDateTime, FeelTime
from bpmn.feel.values import Range, kind_of

Truth = bool | None

_SCALARS = frozenset((str, Decimal, bool))
_ORDERED = frozenset(("number", "string", "date", "time", "date and time", "days and time duration", "years and months duration"))


def all_of(truths: Iterable[Truth]) -> Truth:
    """false as soon as one is false, else null if one is null."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if truth is not True:
            result = None
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """true as soon as one is true, else null if one is null."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if truth is not False:
            result = None
    return result


def negated(truth: Truth) -> Truth:
    return (not truth) if isinstance(truth, bool) else None


def equal(left: object, right: object, run: Run) -> Truth:
    """Null when the kinds differ; null equals only null."""
    if type(left) is type(right) and type(left) in _SCALARS:
        return left == right
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    if kind != kind_of(right):
        return None
    compare = _EQUALITY.get(kind)
    return compare(left, right, run) if compare else left == right


def less(left: object, right: object) -> Truth:
    """Null when the kinds differ or have no order, or when only one of two times has a zone."""
    if type(left) is type(right) is Decimal:
        return left < right
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in _ORDERED:
        return None
    if isinstance(left, FeelTime | FeelDateTime):
        return left.instant < right.instant if _same_zoning(left, right) else None
    return left < right


def less_or_equal(left: object, right: object) -> Truth:
    return negated(less(right, left))


def between(value: object, low: object, high: object) -> Truth:
    return all_of((less_or_equal(low, value), less_or_equal(value, high)))


def in_range(value: object, range_: Range) -> Truth:
    """Whether the value lies in the range; null when it can't be compared with its ends."""
    low, high = range_.start, range_.end
    after = True if low is None else (less_or_equal if range_.start_included else less)(low, value)
    before = True if high is None else (less_or_equal if range_.end_included else less)(value, high)
    return all_of((after, before))


def satisfies(value: object, test: object, run: Run) -> Truth:
    """Whether a value passes one unary test whose operand evaluated to `test`: a range, a list or a value."""
    if type(test) in _SCALARS and not isinstance(value, list):
        return equal(value, test, run)
    if isinstance(test, Range):
        return equal(value, test, run) if isinstance(value, Range) else in_range(value, test)
    if isinstance(test, list):
        run.spend(len(test))
        whole = isinstance(value, list) and equal(value, test, run) is True
        return whole or any(satisfies(value, item, run) is True for item in test)
    if isinstance(value, list):
        run.spend(len(value))
        return any(equal(item, test, run) is True for item in value)
    return equal(value, test, run)


def _same_zoning(left: FeelTime | FeelDateTime, right: FeelTime | FeelDateTime) -> bool:
    return (left.offset is None) == (right.offset is None)


def _equal_times(left, right, run: Run) -> Truth:
    return _same_zoning(left, right) and left.instant == right.instant


def _equal_lists(left: list, right: list, run: Run) -> Truth:
    run.spend(len(left))
    if len(left) != len(right):
        return False
    return all_of(equal(a, b, run) for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict, right: dict, run: Run) -> Truth:
    run.spend(len(left))
    if left.keys() != right.keys():
        return False
    return all_of(equal(left[key], right[key], run) for key in left)


def _equal_ranges(left: Range, right: Range, run: Run) -> Truth:
    included = (left.start_included, left.end_included) == (right.start_included, right.end_included)
    return included and equal(left.start, right.start, run) is True and equal(left.end, right.end, run) is True


_EQUALITY = {
    "list": _equal_lists,
    "context": _equal_contexts,
    "range": _equal_ranges,
    "time": _equal_times,
    "date and time": _equal_times,
    "function": lambda left, right, run: left is right,
}
