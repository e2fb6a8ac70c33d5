"""The package as a whole: its manifest, its tables, its spare parts."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.dmn import check
from bpmn.lint.finding import Fault, Place
from bpmn.lint.subject import Subject
from bpmn.package.manifest import FILE
from bpmn.wording import Wording


def process_key(subject: Subject) -> Iterator[Fault]:
    """The process that the manifest names is in the diagram and executable."""
    if subject.package is None:
        return
    process_id = subject.package.manifest.process_id
    executable = [process.id for process in subject.diagram.executable]
    if process_id not in executable:
        yield Fault(
            at=Place(id=process_id),
            message=Wording("The diagram has no executable process “{name}”", "流程图中没有可执行流程“{name}”"),
            way_out=Wording(
                'Set the process id in the diagram, or process = "{found}" in {file}',
                '请在流程图中设置流程标识，或在 {file} 中写 process = "{found}"',
            ),
            params={"found": executable[0] if executable else "…", "file": FILE},
        )


def table_overlap(subject: Subject) -> Iterator[Fault]:
    """Rows of a table that must be unique meet."""
    yield from _table_faults(subject, "overlap")


def table_gap(subject: Subject) -> Iterator[Fault]:
    """Inputs for which a table has no row."""
    yield from _table_faults(subject, "gap")


def unused_file(subject: Subject) -> Iterator[Fault]:
    """Forms and tables that no task uses, neither itself nor by a header or property."""
    if subject.package is None:
        return
    forms = {node.work.form_id for node in subject.nodes()}
    for node in subject.nodes():
        forms.update((node.work.handler, *node.work.headers.values(), *node.work.properties.values()))
    used = {node.work.decision_id for node in subject.nodes()}
    spare = [form.source for form in subject.package.forms.values() if form.id not in forms]
    models = {id(model): model for model in subject.package.decisions.values()}
    spare += [model.source for model in models.values() if not used.intersection(model.decisions)]
    for name in spare:
        yield Fault(
            at=Place(id=name),
            message=Wording("No task uses {name}", "没有任务使用 {name}"),
            way_out=Wording("Name it in a task, or remove it from the package", "请在任务中引用，或从流程包中移除"),
            file=name,
        )


def _table_faults(subject: Subject, kind: str) -> Iterator[Fault]:
    if subject.package is None:
        return
    models = {id(model): model for model in subject.package.decisions.values()}
    for model in models.values():
        for found in check(model):
            if found.kind == kind:
                problem, _, way_out = found.message.partition(". ")
                problem_zh, _, way_out_zh = found.message_zh.partition("。")
                yield Fault(
                    at=Place(id=found.decision_id, name=model.decisions[found.decision_id].name),
                    message=Wording("Table “{name}”: {problem}", "决策表“{name}”：{problem_zh}"),
                    way_out=Wording("{way_out}", "{way_out_zh}"),
                    params={"problem": problem, "problem_zh": problem_zh, "way_out": way_out, "way_out_zh": way_out_zh},
                    file=model.source,
                )
