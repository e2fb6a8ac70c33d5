"""What is wrong with an answer to a form: codes and parameters, each with a text in English and in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bpmn.wording import Wording

TEXTS = MappingProxyType(
    {
        "required": Wording("This field is required.", "此项必填。"),
        "unknown": Wording("The form has no field “{key}”.", "表单中没有“{key}”这一项。"),
        "type": Wording("Expected {expected}.", "应为{expected}。"),
        "too_short": Wording("At least {limit} characters, please.", "至少需要 {limit} 个字符。"),
        "too_long": Wording("At most {limit} characters, please.", "最多 {limit} 个字符。"),
        "too_small": Wording("Must be {limit} or more.", "不得小于 {limit}。"),
        "too_large": Wording("Must be {limit} or less.", "不得大于 {limit}。"),
        "step": Wording("Must be a multiple of {limit}.", "必须是 {limit} 的整数倍。"),
        "decimals": Wording("At most {limit} decimal digits, please.", "小数位数最多 {limit} 位。"),
        "pattern": Wording("Does not have the expected form.", "格式不正确。"),
        "option": Wording("Choose one of the options offered.", "请从所给选项中选择。"),
        "email": Wording("Should be a valid e-mail address.", "应为有效的电子邮箱地址。"),
        "phone": Wording(
            "Should be a phone number with country code, such as +8613812345678.",
            "应为带国家代码的电话号码，例如 +8613812345678。",
        ),
        "date": Wording("Should be a date such as 2026-11-21.", "应为日期，例如 2026-11-21。"),
        "time": Wording("Should be a time such as 09:30.", "应为时间，例如 09:30。"),
        "datetime": Wording("Should be a date and time such as 2026-11-21T09:30.", "应为日期与时间，例如 2026-11-21T09:30。"),
        "past": Wording("Must not lie in the past.", "不能早于今天。"),
        "repeated": Wording("Each option may be chosen once.", "每个选项只能选一次。"),
        "too_many": Wording("At most {limit} entries, please.", "最多 {limit} 项。"),
        "characters": Wording("Holds characters that cannot be stored.", "含有无法保存的字符。"),
        "key": Wording("“{key}” is not allowed as a field name.", "不允许使用“{key}”作为字段名。"),
        "too_big": Wording("More data than a form can carry.", "数据超出表单所能承载的范围。"),
        "expression": Wording("A rule of this form could not be worked out.", "表单中的规则无法计算。"),
    }
)
EXPECTED = MappingProxyType(
    {
        "string": Wording("a text", "文字"),
        "number": Wording("a number", "数字"),
        "integer": Wording("a whole number", "整数"),
        "boolean": Wording("yes or no", "是或否"),
        "array": Wording("a list", "列表"),
        "object": Wording("a group of fields", "一组字段"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One thing wrong with one field. `custom` is the form author's own message and wins over ours."""

    code: str
    params: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    custom: str | None = None

    def text(self, language: str = "en") -> str:
        """Return the message in a language (see `Wording`)."""
        if self.custom:
            return self.custom
        expected = EXPECTED.get(str(self.params.get("expected")))
        params = {**self.params, "expected": expected.fill(language, {})} if expected else self.params
        return TEXTS[self.code].fill(language, params)


class FormRejected(Exception):
    """An answer that the form does not allow. `errors` maps dotted field paths ("" for the whole) to what is wrong."""

    kind = "invalid"

    def __init__(self, errors: Mapping[str, FieldError], *, form_id: str = "") -> None:
        self.form_id, self.errors = form_id, MappingProxyType(dict(errors))
        super().__init__(self.text("en"))

    def text(self, language: str = "en") -> str:
        """Return one line for each field."""
        return "\n".join(f"{key}: {error.text(language)}" if key else error.text(language) for key, error in self.errors.items())
