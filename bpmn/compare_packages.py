"""What differs between two versions of a process beside the diagram: rows of decision tables, fields of forms, other files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bpmn.compare import Differences, compare
from bpmn.dmn import Decision, DecisionModel
from bpmn.forms import Form
from bpmn.package import ProcessPackage
from bpmn.package.manifest import FILE

_BETWEEN_CELLS = " | "
_COMPARED_INSIDE = (".bpmn", ".dmn", ".form")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """One row or field. `old` is None where it was added, `new` where it was removed; else how it is written."""

    place: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDifferences:
    """A decision ("decision") or a form ("form") with what changed in it."""

    kind: str
    id: str
    name: str
    changes: tuple[PartChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDifferences:
    """All differences; `files` are the names of other files (texts, notes) that differ. The manifest is left out."""

    diagram: Differences
    parts: tuple[PartDifferences, ...]
    files: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.diagram or self.parts or self.files)


def compare_packages(old: ProcessPackage, new: ProcessPackage) -> PackageDifferences:
    """Return what one must do to `old` to get `new`: elements, rows and fields are known by their ids and keys."""
    decisions = _parts("decision", _tables(old.decisions), _tables(new.decisions))
    forms = _parts("form", _fields(old.forms), _fields(new.forms))
    names = sorted({*old.files, *new.files})
    others = [name for name in names if name != FILE and not name.endswith(_COMPARED_INSIDE)]
    return PackageDifferences(
        diagram=compare(old.diagram, new.diagram),
        parts=(*decisions, *forms),
        files=tuple(name for name in others if old.files.get(name) != new.files.get(name)),
    )


_Part = tuple[str, Mapping[str, tuple[str, str]]]
"""A part's name, and its rows or fields: key -> (place in words, as written)."""


def _parts(kind: str, old: Mapping[str, _Part], new: Mapping[str, _Part]) -> list[PartDifferences]:
    found = []
    for part_id in dict.fromkeys((*new, *old)):
        before, after = old.get(part_id, ("", {})), new.get(part_id, ("", {}))
        changes = tuple(_changes(before[1], after[1]))
        if changes:
            found.append(PartDifferences(kind=kind, id=part_id, name=after[0] or before[0], changes=changes))
    return found


def _changes(old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> list[PartChange]:
    keys = dict.fromkeys((*new, *old))
    pairs = ((key, old.get(key), new.get(key)) for key in keys)
    return [
        PartChange(place=(after or before or ("", ""))[0], old=before and before[1], new=after and after[1])
        for _, before, after in pairs
        if (before and before[1]) != (after and after[1])
    ]


def _tables(models: Mapping[str, DecisionModel]) -> dict[str, _Part]:
    return {key: (model.decisions[key].name, _rows(model.decisions[key])) for key, model in models.items()}


def _rows(decision: Decision) -> dict[str, tuple[str, str]]:
    rows: dict[str, tuple[str, str]] = {}
    for table in decision.tables:
        names = [column.label for column in table.inputs] + [column.name for column in table.outputs]
        rows["columns"] = ("", _BETWEEN_CELLS.join([table.hit_policy, *names]))
        for rule in table.rules:
            cells = [test.text or "-" for test in rule.tests] + list(rule.output_texts)
            rows[rule.id] = (str(rule.index), _BETWEEN_CELLS.join(cells))
    return rows


def _fields(forms: Mapping[str, Form]) -> dict[str, _Part]:
    return {
        key: (key, {path: (field.label or path, _written(field.component)) for path, field in form.inputs})
        for key, form in forms.items()
    }


def _written(component: Mapping[str, object]) -> str:
    shown = {name: value for name, value in component.items() if name not in ("id", "layout")}
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)
