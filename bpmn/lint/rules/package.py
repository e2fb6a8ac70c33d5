"""The package as a whole: its manifest, its tables, its spare parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpmn.dmn import check
from bpmn.forms import Field
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


def table_output(subject: Subject) -> Iterator[Fault]:
    """A row's result is among the values that its column lists."""
    yield from _table_faults(subject, "output")


def unused_file(subject: Subject) -> Iterator[Fault]:
    """Forms and tables that no task uses, neither itself nor by a header or property."""
    if subject.package is None:
        return
    used = {node.work.form_id for node in subject.nodes()} | {node.work.decision_id for node in subject.nodes()}
    for node in subject.nodes():
        used.update((node.work.handler, *node.work.headers.values(), *node.work.properties.values()))
    spare = [form.source for form in subject.package.forms.values() if form.id not in used]
    models = {id(model): model for model in subject.package.decisions.values()}
    spare += [model.source for model in models.values() if not used.intersection(model.decisions)]
    for name in spare:
        yield Fault(
            at=Place(id=name),
            message=Wording("No task uses {name}", "没有任务使用 {name}"),
            way_out=Wording("Name it in a task, or remove it from the package", "请在任务中引用，或从流程包中移除"),
            file=name,
        )


def unique_field(subject: Subject) -> Iterator[Fault]:
    """Two fields of a form that are shown together have keys of their own: only one of their answers would be kept."""
    if subject.package is None:
        return
    for form in subject.package.forms.values():
        found: dict[str, list[bool]] = {}
        for path, conditional in _fields(form.fields, "", conditional=False):
            found.setdefault(path, []).append(conditional)
        for path, conditionals in found.items():
            # fields that all have conditions may take turns
            if len(conditionals) > 1 and not all(conditionals):
                yield Fault(
                    at=Place(id=form.id),
                    message=Wording("Form {form} has the field “{key}” more than once", "表单 {form} 中的字段“{key}”重复出现"),
                    way_out=Wording(
                        "Give each field a key of its own, or each a condition", "请为各字段设置不同的标识，或分别设置显示条件"
                    ),
                    params={"form": form.id, "key": path},
                    file=form.source,
                )


def _fields(fields: Iterable[Field], prefix: str, *, conditional: bool) -> Iterator[tuple[str, bool]]:
    """The path of every input, and whether it may be hidden."""
    for field in fields:
        may_hide = conditional or field.hide is not None
        if field.key:
            yield prefix + field.key, may_hide
        yield from _fields(field.children, f"{prefix}{field.path}." if field.path else prefix, conditional=may_hide)


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
