"""Overlaps, gaps and unlisted results of decision tables, where their cells are plain enough to tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpmn.dmn.cells import is_plain
from bpmn.dmn.model import DecisionModel
from bpmn.dmn.outsiders import outsiders
from bpmn.dmn.samples import samples_of
from bpmn.dmn.tables import DecisionTable, OutputColumn, Rule
from bpmn.feel import FeelError, UnaryTests
from bpmn.feel.runtime import Run, Scope
from bpmn.feel.text import text_of

MAX_GAPS = 3

_BUDGET = 500_000
_WITHOUT_GAPS = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFinding:
    """Something doubtful about a table: an "overlap" of two rows (counted from 1), a "gap" that no row covers, or an
    "output" of a row that its column doesn't list.
    """

    decision_id: str
    kind: str
    rows: tuple[int, ...]
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Samples of one column, and for each rule the positions of the samples that its cell accepts."""

    label: str
    samples: list | None
    accepted: list[frozenset[int] | None]


def check(model: DecisionModel) -> list[TableFinding]:
    """The findings of all decision tables of the model, in the order of the file."""
    tables = (table for decision in model.decisions.values() for table in decision.tables)
    return [finding for table in tables for finding in check_table(table)]


def check_table(table: DecisionTable) -> list[TableFinding]:
    """Rows that overlap (UNIQUE; ANY where their results differ), at most three gaps, and results outside of the listed values.

    Cells with anything but literals, intervals, lists and `not(…)` are never reported; a table that has them isn't
    searched for gaps, nor is one with a default, or one of a policy under which no row need match.
    """
    unlisted = [_output(table, *one) for one in outsiders(table)]
    run = Run(_BUDGET)
    try:
        columns = [_column(table, index, run) for index in range(len(table.inputs))]
        return [*_overlaps(table, columns, run), *_gaps(table, columns, run), *unlisted]
    except FeelError:  # too large to search for overlaps and gaps: nothing can be said about them
        return unlisted


def _column(table: DecisionTable, index: int, run: Run) -> _Column:
    column = table.inputs[index]
    cells = [rule.tests[index] for rule in table.rules]
    samples = samples_of(column, [cell for cell in cells if is_plain(cell.text)], run)
    accepted = [_accepted(cell, samples, run) for cell in cells]
    return _Column(label=column.label, samples=samples, accepted=accepted)


def _accepted(cell: UnaryTests, samples: list | None, run: Run) -> frozenset[int] | None:
    """Which samples pass; null when the cell can't be told by samples."""
    if not is_plain(cell.text) or samples is None:
        return None
    run.spend(len(samples))
    scope = Scope({}, run)
    return frozenset(index for index, sample in enumerate(samples) if cell.test(sample, scope) is True)


def _overlaps(table: DecisionTable, columns: Sequence[_Column], run: Run) -> Iterator[TableFinding]:
    if table.hit_policy not in ("UNIQUE", "ANY"):
        return
    for second, rule in enumerate(table.rules):
        for first in range(second):
            run.spend(len(columns))
            other = table.rules[first]
            if table.hit_policy == "ANY" and rule.output_texts == other.output_texts:
                continue
            example = _common(table, columns, first, second)
            if example is not None:
                yield _overlap(table, other, rule, example, run)


def _common(table: DecisionTable, columns: Sequence[_Column], first: int, second: int) -> dict[str, object] | None:
    """Values for which both rows match, without columns where anything will do; null if none are known."""
    example: dict[str, object] = {}
    for index, column in enumerate(columns):
        cells = [table.rules[row].tests[index] for row in (first, second)]
        left, right = column.accepted[first], column.accepted[second]
        if all(_is_open(cell) for cell in cells):
            continue
        if left is None or right is None:
            if not (any(_is_open(cell) for cell in cells) or cells[0].text == cells[1].text):
                return None
            continue
        both = left & right
        if not both:
            return None
        example[column.label] = column.samples[min(both)]
    return example


def _is_open(cell: UnaryTests) -> bool:
    return cell.text.strip() in ("", "-")


def _gaps(table: DecisionTable, columns: Sequence[_Column], run: Run) -> Iterator[TableFinding]:
    open_ended = table.hit_policy not in _WITHOUT_GAPS or any(column.default for column in table.outputs)
    if open_ended or not all(is_plain(cell.text) for rule in table.rules for cell in rule.tests):
        return
    used = [column for column in columns if column.samples]
    if len(used) < sum(not all(_is_open(rule.tests[i]) for rule in table.rules) for i in range(len(columns))):
        return
    rows = frozenset(range(len(table.rules)))
    for count, example in enumerate(_uncovered(used, rows, {}, run)):
        if count == MAX_GAPS:
            return
        yield _gap(table, example, run)


def _uncovered(columns: Sequence[_Column], rows: frozenset[int], example: dict, run: Run) -> Iterator[dict]:
    """Examples that no row covers: one for each stretch of neighbouring values that the same rows accept."""
    run.spend(1 + len(rows))
    if not rows:
        yield example
        return
    if not columns:
        return
    column, rest = columns[0], columns[1:]
    tried: set[frozenset[int]] = set()
    before = None
    for index, sample in enumerate(column.samples):
        left = frozenset(row for row in rows if index in column.accepted[row])
        is_new = left not in tried if left else (left != before or isinstance(sample, str))
        before = left
        if is_new:
            tried.add(left)
            yield from _uncovered(rest, left, {**example, column.label: sample}, run)


def _overlap(table: DecisionTable, first: Rule, second: Rule, example: dict, run: Run) -> TableFinding:
    when, when_zh = _sentence(example, run)
    return TableFinding(
        decision_id=table.decision_id,
        kind="overlap",
        rows=(first.index, second.index),
        message=f"rows {first.index} and {second.index} both match {when}; "
        f"under hit policy {table.hit_policy} the decision fails then. Narrow one of them or choose FIRST",
        message_zh=f"第 {first.index} 行与第 {second.index} 行{when_zh}同时匹配；"
        f"命中策略为 {table.hit_policy} 时决策会失败。请缩小其中一行的条件，或改用 FIRST",
    )


def _gap(table: DecisionTable, example: dict, run: Run) -> TableFinding:
    when, when_zh = _sentence(example, run)
    return TableFinding(
        decision_id=table.decision_id,
        kind="gap",
        rows=(),
        message=f"no row matches {when}; the result is null then. Add a row or a default",
        message_zh=f"{when_zh}没有任何行匹配，结果为空。请增加一行或设置默认值",
    )


def _output(table: DecisionTable, rule: Rule, column: OutputColumn, text: str) -> TableFinding:
    listed = column.allowed.text if column.allowed else ""
    return TableFinding(
        decision_id=table.decision_id,
        kind="output",
        rows=(rule.index,),
        message=f"row {rule.index} gives {text} for {column.label}, whose values are {listed}. Correct the cell, or the values",
        message_zh=f"第 {rule.index} 行的“{column.label}”为 {text}，而该列的取值范围是 {listed}。请修正该单元格或取值范围",
    )


def _sentence(example: dict[str, object], run: Run) -> tuple[str, str]:
    if not example:
        return "whatever the inputs are", "无论输入为何值都"
    parts = [(label, text_of([value], run)[1:-1]) for label, value in example.items()]
    english = " and ".join(f"{label} is {text}" for label, text in parts)
    chinese = "且".join(f"{label} 为 {text} " for label, text in parts)
    return f"when {english}", f"当{chinese}时"
