"""From the bytes of a .form file to `Form`; what could not be checked on the server is refused here, by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bpmn.errors import MalformedForm
from bpmn.expressions import feel_problem
from bpmn.forms.fields import HOLDERS, INPUTS, SILENT, Field, is_key
from bpmn.forms.form import Form
from bpmn.forms.patterns import pattern_problem

LARGEST_BYTES = 1024 * 1024
DEEPEST = 20
_LABELS = ("label", "dateLabel", "timeLabel", "text")
_RULES_WITH_FEEL = ("required", "min", "max", "minLength", "maxLength")
_PROPERTIES_WITH_FEEL = ("readonly", "expression", "valuesExpression")


def read_form(data: bytes, *, source: str = "") -> Form:
    """Read a form-js schema (1.x, 2.0). `source` names the file in messages. Raises MalformedForm."""
    if len(data) > LARGEST_BYTES:
        raise _malformed(source, "the form is larger than 1 MB", "表单超过 1 MB", "Split the form", "请拆分表单")
    schema = _json(data, source)
    if not isinstance(schema, dict) or not isinstance(schema.get("components"), list):
        raise _malformed(
            source,
            'the form has no list "components"',
            "表单中没有“components”列表",
            "Save it with the form editor",
            "请用表单编辑器保存",
        )
    form_id = schema.get("id")
    if not isinstance(form_id, str) or not form_id:
        raise _malformed(source, 'the form has no "id"', "表单没有“id”", "Give the form an id", "请为表单设置标识")
    return Form(id=form_id, schema=schema, fields=_fields(schema["components"], source, 1), source=source)


def _json(data: bytes, source: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _malformed(
            source,
            f"not valid JSON: {error}",
            f"不是有效的 JSON：{error}",
            "The file may have been cut short; save it again with the form editor",
            "文件可能不完整，请用表单编辑器重新保存",
        ) from error


def _fields(components: list[Any], source: str, depth: int) -> tuple[Field, ...]:
    if depth > DEEPEST:
        raise _malformed(
            source,
            f"groups are nested more than {DEEPEST} deep",
            f"分组嵌套超过 {DEEPEST} 层",
            "Flatten the form",
            "请减少分组层数",
        )
    return tuple(_field(component, source, depth) for component in components)


def _field(component: Any, source: str, depth: int) -> Field:
    if not isinstance(component, dict) or not isinstance(component.get("type"), str):
        raise _malformed(
            source,
            "a component is not an object with a type",
            "有组件缺少类型",
            "Save the form with the form editor",
            "请用表单编辑器保存",
        )
    kind = component["type"]
    if kind not in INPUTS | HOLDERS | SILENT:
        raise _malformed(
            source,
            f'{_called(component)} is of the type "{kind}", which cannot be checked here',
            f"{_called(component)} 的类型“{kind}”在此无法校验",
            "Use another component",
            "请改用其他组件",
        )
    key = _name(component, "key", source) if kind in INPUTS else None
    path = component.get("path") if kind in HOLDERS else None
    if path or kind == "dynamiclist":
        path = _name(component, "path", source)
    _check_objects(component, source)
    _check_rules(component, source)
    children = component.get("components") or [] if kind in HOLDERS else []
    return Field(
        type=kind,
        label=str(next((component[name] for name in _LABELS if component.get(name)), "")),
        component=component,
        key=key,
        path=path or None,
        hide=_hide(component, source),
        children=_fields(children if isinstance(children, list) else [], source, depth + 1),
    )


def _name(component: Mapping[str, Any], entry: str, source: str) -> str:
    name = component.get(entry)
    if not is_key(name):
        raise _malformed(
            source,
            f'{_called(component)} has the {entry} "{name}", which cannot name a variable',
            f"{_called(component)} 的 {entry}“{name}”不能作为变量名",
            "Use letters, digits and underscores, and not “typename”",
            "请使用字母、数字和下划线，且不要使用“typename”",
        )
    return str(name)


def _hide(component: Mapping[str, Any], source: str) -> str | None:
    text = (component.get("conditional") or {}).get("hide")
    if text is None or text == "":
        return None
    _check_feel(component, "conditional.hide", text, source)
    return str(text).strip().removeprefix("=").strip()


def _check_objects(component: Mapping[str, Any], source: str) -> None:
    for entry in ("validate", "conditional", "properties"):
        if not isinstance(component.get(entry) or {}, dict):
            raise _malformed(
                source,
                f'"{entry}" of {_called(component)} is not an object',
                f"{_called(component)} 的“{entry}”不是对象",
                "Save the form with the form editor",
                "请用表单编辑器保存",
            )


def _check_rules(component: Mapping[str, Any], source: str) -> None:
    """Refuse expressions that do not parse and patterns that cannot be matched safely."""
    rules = component.get("validate") or {}
    for holder, entries in ((component, _PROPERTIES_WITH_FEEL), (rules, _RULES_WITH_FEEL)):
        for entry in entries:
            text = holder.get(entry)
            if isinstance(text, str) and text.startswith("="):
                _check_feel(component, entry, text, source)
    problem = pattern_problem(rules.get("pattern"))
    if problem:
        raise _malformed(
            source,
            f"the pattern of {_called(component)} cannot be used: {problem}",
            f"{_called(component)} 的匹配模式无法使用：{problem}",
            "Write it without look-ahead and back references",
            "请不要使用环视与反向引用",
        )


def _check_feel(component: Mapping[str, Any], entry: str, text: object, source: str) -> None:
    problem = feel_problem(str(text).strip().removeprefix("="))
    if problem:
        raise _malformed(
            source,
            f"{entry} of {_called(component)} is not valid FEEL: {problem.en}",
            f"{_called(component)} 的 {entry} 不是有效的 FEEL：{problem.zh}",
            "Correct the expression in the form editor",
            "请在表单编辑器中修正表达式",
        )


def _called(component: Mapping[str, Any]) -> str:
    return f"“{component.get('label') or component.get('key') or component.get('id') or component.get('type')}”"


def _malformed(source: str, fact: str, fact_zh: str, way_out: str, way_out_zh: str) -> MalformedForm:
    return MalformedForm(fact, source=source, way_out=way_out, fact_zh=fact_zh, way_out_zh=way_out_zh)
