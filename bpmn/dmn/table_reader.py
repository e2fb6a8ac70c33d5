"""Decision tables, from XML to compiled columns and rows."""

from __future__ import annotations

from lxml import etree

from bpmn.dmn.cells import misfit
from bpmn.dmn.reading import Place, Reading, child, children, text_in, type_name
from bpmn.dmn.tables import AGGREGATIONS, HIT_POLICIES, DecisionTable, InputColumn, OutputColumn, Rule
from bpmn.feel import UnaryTests
from bpmn.feel.nodes import any_value, list_of
from bpmn.feel.runtime import Node
from bpmn.feel.types import FeelType


def read_table(box: etree._Element, reading: Reading, owner_id: str, place: Place) -> DecisionTable | None:
    """The table; problems name its row and column. Null when it has no output column or an unknown hit policy."""
    policy = (box.get("hitPolicy") or "UNIQUE").upper().replace("_", " ")
    aggregation = (box.get("aggregation") or "").upper() or None
    if policy not in HIT_POLICIES:
        reading.problem(box, place, *_unknown("hit policy", "命中策略", policy, HIT_POLICIES))
        return None
    if aggregation not in (None, *AGGREGATIONS):
        reading.problem(box, place, *_unknown("aggregation", "汇总方式", aggregation, AGGREGATIONS))
        return None
    outputs = tuple(_output(column, reading, place, index) for index, column in _counted(box, "output"))
    if not outputs:
        reading.problem(box, place, "the table has no output column; add one", "决策表没有输出列，请添加")
        return None
    inputs = tuple(_input(column, reading, place, index) for index, column in _counted(box, "input"))
    rules = (_rule(rule, reading, place, index, inputs, outputs) for index, rule in _counted(box, "rule"))
    return DecisionTable(
        decision_id=owner_id,
        hit_policy=policy,
        aggregation=aggregation if policy == "COLLECT" else None,
        inputs=inputs,
        outputs=outputs,
        rules=tuple(rule for rule in rules if rule),
    )


def _unknown(noun: str, noun_zh: str, found: str, known: tuple[str, ...]) -> tuple[str, str]:
    listed = ", ".join(known)
    return f"{noun} {found} is unknown; use one of {listed}", f"未知的{noun_zh} {found}，可用：{listed}"


def _counted(box: etree._Element, name: str) -> list[tuple[int, etree._Element]]:
    return list(enumerate(children(box, name), 1))


def _input(column: etree._Element, reading: Reading, place: Place, index: int) -> InputColumn:
    expression = child(column, "inputExpression")
    text = text_in(expression)
    label = column.get("label") or text or f"input {index}"
    where = place.at(f"input column {index} ({label})", f"第 {index} 个输入列（{label}）")
    values = child(column, "inputValues")
    allowed = text_in(values)
    return InputColumn(
        label=label,
        text=text,
        value=reading.expression(column, text, where),
        type=reading.type_of(expression),
        allowed=reading.tests(values, allowed, where.at("its values", "取值范围")) if allowed else None,
    )


def _output(column: etree._Element, reading: Reading, place: Place, index: int) -> OutputColumn:
    name = column.get("name") or column.get("label") or f"output {index}"
    where = place.at(f"output column {index} ({name})", f"第 {index} 个输出列（{name}）")
    values, default = child(column, "outputValues"), child(column, "defaultOutputEntry")
    listed, entry = text_in(values), text_in(default)
    return OutputColumn(
        name=name,
        type=reading.types.named(type_name(column)),
        label=column.get("label") or name,
        priorities=_literals(values, reading, listed, where.at("its values", "取值范围")) if listed else None,
        allowed=reading.tests(values, listed, where.at("its values", "取值范围")) if listed else None,
        default=reading.expression(default, entry, where.at("its default", "默认值")) if entry else None,
    )


def _literals(values: etree._Element, reading: Reading, listed: str, where: Place) -> Node:
    """Output values are written like the items of a list."""
    if listed == "-":
        return list_of(())
    return reading.expression(values, f"[{listed}]", where)


def _rule(
    rule: etree._Element,
    reading: Reading,
    place: Place,
    index: int,
    inputs: tuple[InputColumn, ...],
    outputs: tuple[OutputColumn, ...],
) -> Rule | None:
    where = place.at(f"row {index}", f"第 {index} 行")
    input_cells, output_cells = children(rule, "inputEntry"), children(rule, "outputEntry")
    if len(input_cells) != len(inputs) or len(output_cells) != len(outputs):
        reading.problem(
            rule,
            where,
            f"{len(input_cells)} input and {len(output_cells)} output cells for {len(inputs)} and {len(outputs)} columns; "
            "add or remove cells",
            f"有 {len(input_cells)} 个输入单元格和 {len(output_cells)} 个输出单元格，而表格有 {len(inputs)} 个输入列和 "
            f"{len(outputs)} 个输出列，请增减单元格",
        )
        return None
    tests = _tests(input_cells, inputs, reading, where)
    return Rule(
        id=rule.get("id") or f"row {index}",
        index=index,
        tests=tests,
        conditions=tuple((column, cell.test) for column, cell in enumerate(tests) if cell.test is not any_value),
        outputs=_results(output_cells, outputs, reading, where),
        output_texts=tuple(map(text_in, output_cells)),
        annotations=_annotations(rule),
    )


def _tests(
    cells: list[etree._Element], columns: tuple[InputColumn, ...], reading: Reading, where: Place
) -> tuple[UnaryTests, ...]:
    tests = []
    for cell, column in zip(cells, columns, strict=True):
        place = where.at(f"column {column.label}", f"列 {column.label}")
        tests.append(reading.tests(cell, text_in(cell), place))
        _check_type(cell, column.type, reading, place, ("the cell never matches", "该单元格永远不会匹配"))
    return tuple(tests)


def _results(cells: list[etree._Element], columns: tuple[OutputColumn, ...], reading: Reading, where: Place) -> tuple[Node, ...]:
    results = []
    for cell, column in zip(cells, columns, strict=True):
        place = where.at(f"output {column.name}", f"输出 {column.name}")
        results.append(reading.expression(cell, text_in(cell), place))
        _check_type(cell, column.type, reading, place, ("the result would be null", "结果将为空"))
    return tuple(results)


def _check_type(cell: etree._Element, of: FeelType, reading: Reading, place: Place, effect: tuple[str, str]) -> None:
    """A literal of the wrong type is valid FEEL, but surely not what its author meant."""
    found = misfit(text_in(cell), of)
    if found:
        fact = f"{found[0]}, so {effect[0]}; correct the cell or the type of its column"
        reading.problem(cell, place, fact, f"{found[1]}，{effect[1]}；请修正单元格或该列的类型")


def _annotations(rule: etree._Element) -> tuple[str, ...]:
    description = child(rule, "description")
    texts = [(description.text or "").strip() if description is not None else ""]
    texts += [text_in(entry) for entry in children(rule, "annotationEntry")]
    return tuple(dict.fromkeys(text for text in texts if text))
