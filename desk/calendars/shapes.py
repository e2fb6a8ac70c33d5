"""What a JSON schema says against a calendar's document or a year's file, in our words: what was expected, in two languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from bpmn.wording import Wording
from desk.calendars.problems import MOST_PROBLEMS, Problem, place_of

MOST_TOLD = 80
_MISSING = Wording("{names} is missing. Add it.", "缺少 {names}，请补上。")
_UNKNOWN = Wording("{names} isn't known here. Remove it, or correct its name.", "不认识 {names}，请删除或改正名称。")
_WORDINGS = {
    "enum": Wording("{text} isn't one of {wanted}.", "{text} 不在可选值 {wanted} 之内。"),
    "pattern": Wording("{text} isn't of the form that is wanted here.", "{text} 的格式不对。"),
    "minLength": Wording("this is empty; write something.", "此处为空，请填写。"),
    "maxLength": Wording("this is longer than {wanted} characters.", "超过 {wanted} 个字符。"),
    "minItems": Wording("this list is empty; write at least {wanted}.", "此列表为空，至少写 {wanted} 项。"),
    "maxItems": Wording("this list has more than {wanted} entries.", "此列表超过 {wanted} 项。"),
    "maxProperties": Wording("there are more than {wanted} entries.", "超过 {wanted} 项。"),
    "minimum": Wording("{text} is less than {wanted}.", "{text} 小于 {wanted}。"),
    "maximum": Wording("{text} is more than {wanted}.", "{text} 大于 {wanted}。"),
}
_OTHERWISE = Wording("{text} can't be used here.", "{text} 不能用在这里。")
_KINDS = {
    "string": Wording("a text", "文本"),
    "integer": Wording("a whole number", "整数"),
    "array": Wording("a list", "列表"),
    "object": Wording("a group of named entries", "一组具名条目"),
    "null": Wording("nothing", "空"),
}


def shape_problems(schema: Mapping[str, Any], raw: Any) -> list[Problem]:
    """What the schema says against a value, in the order of the value."""
    errors = sorted(Draft202012Validator(schema).iter_errors(raw), key=lambda error: list(map(str, error.absolute_path)))
    told = {(problem.place, problem.text()): problem for error in errors for problem in _problems(error)}
    return list(told.values())[:MOST_PROBLEMS]


def _problems(error: ValidationError) -> Iterator[Problem]:
    """The problem of an error; of a choice, those of the alternative that was meant."""
    meant = [one for one in error.context or () if not (one.validator == "type" and one.instance is error.instance)]
    if error.validator == "anyOf" and meant:
        for one in meant:
            yield from _problems(one)
        return
    wording, params = _said(error)
    yield Problem(place=place_of(error.absolute_path), wording=wording, params={"text": _shown(error.instance), **params})


def _said(error: ValidationError) -> tuple[Wording, Mapping[str, object]]:
    match error.validator:
        case "required":
            return _MISSING, {"names": _listed([name for name in error.validator_value if name not in error.instance])}
        case "additionalProperties":
            known = error.schema.get("properties", {})
            return _UNKNOWN, {"names": _listed([name for name in error.instance if name not in known])}
        case "type":
            return _not_a([error.validator_value]), {}
        case "anyOf":
            return _not_a([each["type"] for each in error.validator_value]), {}
        case "enum":
            return _WORDINGS["enum"], {"wanted": _listed([one for one in error.validator_value if one is not None])}
    return _WORDINGS.get(str(error.validator), _OTHERWISE), {"wanted": error.validator_value}


def _not_a(kinds: Sequence[str]) -> Wording:
    wanted = [_KINDS[kind] for kind in kinds]
    return Wording(
        f"{{text}} isn't {' or '.join(one.en for one in wanted)}.", f"{{text}} 不是{'或'.join(one.zh for one in wanted)}。"
    )


def _listed(values: Sequence[object]) -> str:
    return ", ".join(map(repr, values))[:200]


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= MOST_TOLD else shown[:MOST_TOLD] + "…"
