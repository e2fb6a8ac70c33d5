"""How points and ranges lie to each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bpmn.feel.builtins.registry import BUILTINS, builtin
from bpmn.feel.compare import equal, less
from bpmn.feel.numbers import number_from
from bpmn.feel.runtime import Run
from bpmn.feel.temporal_text import temporal_from_text
from bpmn.feel.values import Range

Truth = bool | None

MAX_RANGE_TEXT = 500

_LITERAL = re.compile(
    r"(?P<number>-?(?:\d+(?:\.\d+)?|\.\d+))"
    r"|(?P<at>@?)\"(?P<text>[^\"\\]*)\""
    r"|(?P<function>date|time|date and time|duration)\s*\(\s*\"(?P<argument>[^\"\\]*)\"\s*\)",
    re.ASCII,
)


def _relation(name: str, *pairs: tuple[str, str]) -> Callable:
    """Declare a relation between the given pairs of `point` and `range`; a point counts as the range of itself."""

    def declare(body: Callable[[Range, Range, Run], Truth]) -> Callable:
        def compare(run: Run, left: object, right: object) -> Truth:
            return body(_as_range(left), _as_range(right), run)

        for left, right in pairs:
            first, second = (f"{left}1", f"{right}2") if left == right else (left, right)
            declaration = f"{name}({first}: {_KINDS[left]}, {second}: {_KINDS[right]})"
            builtin(declaration, wants_run=True)(compare)
        return body

    return declare


_KINDS = {
    "point": "number|string|date|time|date and time|days and time duration|years and months duration",
    "range": "range",
}
_POINTS = ("point", "point")
_POINT_RANGE = ("point", "range")
_RANGE_POINT = ("range", "point")
_RANGES = ("range", "range")


@_relation("before", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def before(left: Range, right: Range, run: Run) -> Truth:
    truth = _less(left.end, right.start)
    if truth is not False:
        return truth
    return _same(left.end, right.start, run) and not (left.end_included and right.start_included)


@_relation("after", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def after(left: Range, right: Range, run: Run) -> Truth:
    return before(right, left, run)


@_relation("meets", _RANGES)
def meets(left: Range, right: Range, run: Run) -> Truth:
    return left.end_included and right.start_included and _same(left.end, right.start, run)


@_relation("met by", _RANGES)
def met_by(left: Range, right: Range, run: Run) -> Truth:
    return meets(right, left, run)


@_relation("overlaps", _RANGES)
def overlaps(left: Range, right: Range, run: Run) -> Truth:
    first, second = before(left, right, run), before(right, left, run)
    return None if first is None or second is None else not first and not second


@_relation("overlaps before", _RANGES)
def overlaps_before(left: Range, right: Range, run: Run) -> Truth:
    starts_first = _starts_before(left, right, run)
    reaches_in = less(right.start, left.end) or (_same(right.start, left.end, run) and left.end_included and right.start_included)
    return bool(starts_first and reaches_in and _ends_within(left, right, run))


@_relation("overlaps after", _RANGES)
def overlaps_after(left: Range, right: Range, run: Run) -> Truth:
    return overlaps_before(right, left, run)


@_relation("finishes", _POINT_RANGE, _RANGES)
def finishes(left: Range, right: Range, run: Run) -> Truth:
    same_end = _same(left.end, right.end, run) and left.end_included == right.end_included
    return bool(same_end and _starts_within(left, right, run))


@_relation("finished by", _RANGE_POINT, _RANGES)
def finished_by(left: Range, right: Range, run: Run) -> Truth:
    return finishes(right, left, run)


@_relation("includes", _RANGE_POINT, _RANGES)
def includes(left: Range, right: Range, run: Run) -> Truth:
    if _less(left.start, right.start) is None or _less(right.end, left.end) is None:
        return None
    return bool(_starts_within(right, left, run) and _ends_within(right, left, run))


@_relation("during", _POINT_RANGE, _RANGES)
def during(left: Range, right: Range, run: Run) -> Truth:
    return includes(right, left, run)


@_relation("starts", _POINT_RANGE, _RANGES)
def starts(left: Range, right: Range, run: Run) -> Truth:
    same_start = _same(left.start, right.start, run) and left.start_included == right.start_included
    return bool(same_start and _ends_within(left, right, run))


@_relation("started by", _RANGE_POINT, _RANGES)
def started_by(left: Range, right: Range, run: Run) -> Truth:
    return starts(right, left, run)


@_relation("coincides", _POINTS, _RANGES)
def coincides(left: Range, right: Range, run: Run) -> Truth:
    return equal(left, right, run)


@builtin("range(from: string)", wants_run=True)
def range_from(run: Run, text: str) -> Range | None:
    """A range from its text, such as `[1..5)`; a missing end leaves it open on that side."""
    text = text.strip()
    if not 4 <= len(text) <= MAX_RANGE_TEXT or text[0] not in "[](" or text[-1] not in "[])":
        return None
    run.spend(len(text))
    for match in re.finditer(r"\.\.", text):
        low, high = text[1 : match.start()].strip(), text[match.end() : -1].strip()
        if _is_endpoint(low) and _is_endpoint(high):
            return _range(low, high, text[0] == "[", text[-1] == "]", run)
    return None


def _range(low: str, high: str, low_included: bool, high_included: bool, run: Run) -> Range | None:
    start, end = _endpoint(low, run), _endpoint(high, run)
    if (start is None and (low or low_included)) or (end is None and (high or high_included)):
        return None
    if start is None and end is None:
        return None
    if low and high and less(end, start) is not False:
        return None
    return Range(start, end, low_included, high_included)


def _is_endpoint(text: str) -> bool:
    return not text or _LITERAL.fullmatch(text) is not None


def _endpoint(text: str, run: Run) -> object:
    """The value of an end's literal; null for an open end."""
    found = _LITERAL.fullmatch(text)
    if found is None:
        return None
    if found["number"]:
        return number_from(Decimal(found["number"]))
    if found["function"]:
        return BUILTINS[found["function"]].invoke(run, [found["argument"]])
    return temporal_from_text(found["text"]) if found["at"] else found["text"]


def _as_range(value: object) -> Range:
    return value if isinstance(value, Range) else Range(value, value, True, True)


def _less(left: object, right: object) -> Truth:
    """Like `less`, where a missing end reaches beyond everything."""
    return False if left is None or right is None else less(left, right)


def _same(left: object, right: object, run: Run) -> bool:
    return equal(left, right, run) is True


def _starts_before(left: Range, right: Range, run: Run) -> bool:
    if left.start is None or right.start is None:
        return left.start is None and right.start is not None
    same = _same(left.start, right.start, run)
    return less(left.start, right.start) is True or (same and left.start_included and not right.start_included)


def _starts_within(inner: Range, outer: Range, run: Run) -> bool:
    """The inner range doesn't start before the outer one."""
    return not _starts_before(inner, outer, run)


def _ends_within(inner: Range, outer: Range, run: Run) -> bool:
    """The inner range doesn't end after the outer one."""
    if outer.end is None or inner.end is None:
        return outer.end is None
    same = _same(inner.end, outer.end, run)
    return less(inner.end, outer.end) is True or (same and (outer.end_included or not inner.end_included))
