"""What templates say, as analysts see and edit it: versions over what was shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from bpmn.wording import Wording as Sentence
from desk.context import DeskContext
from desk.errors import AnswersInvalid, TemplateNotFound
from desk.notification.templates import (
    LANGUAGES,
    NAMES,
    PARTS,
    Texts,
    Written,
    required_by,
    sayable,
    shipped,
    variables_in,
    write,
)
from desk.rights import require_publisher
from desk.store import people, wordings
from desk.store.wordings import Wording
from desk.wordings import REQUIRED
from engine.db.database import tried_again

LONGEST = {"subject": 200, "text": 5000, "details": 5000}
MOST_VERSIONS = 20
SAMPLE: Mapping[str, str] = {
    "number": "NR20231001001",
    "type": "complaint",
    "priority": "urgent",
    "channel": "phone",
    "preferred_channel": "sms",
    "round": "1",
    "received_at": "2023-10-01 09:30",
    "respond_due": "2023-10-01 09:45",
    "solve_due": "2023-10-01 11:30",
    "owner": "李娜",
    "team": "投诉组",
    "link": "https://desk.example/cases/NR20231001001",
    "customer": "张*，138****5678",
    "description": "APP支付失败",
    "order_number": "DD20231001001",
    "product": "APP",
    "clock": "solve",
    "level": "2",
    "told": "王主管",
    "decision": "approved",
    "result": "resolved",
    "solution": "支付接口已修复",
    "content": "修复支付接口",
    "comment": "同意",
    "message": "您好，支付已恢复。",
    "reply": "支付已恢复，请再试一次。",
    "question": "请提供截图。",
    "wait_until": "2023-10-02 12:00",
    "until": "2023-10-15 11:10",
    "due": "2023-10-04 09:30",
    "promised": "2023-10-01 15:00",
    "apology": "供应商延迟，非常抱歉。",
    "going": "NR20231001002",
    "into": "NR20231001001",
    "survey_link": "https://desk.example/survey/abc",
    "times": "2",
    "by": "客户",
    "subject": "新案件 NR20231001001",
    "address": "email: z***@example.org",
    "reason": "550 no such mailbox",
    "channel_name": "wecom",
    "count": "2",
    "list": "· 新案件 NR20231001001\n· 催办（第 2 次）：NR20231001001",
}
"""A case of which previews speak: that of the golden record, whose customer is no real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateView:
    """A template in one language: what it says now, and who changed it last (None: as shipped)."""

    name: str
    language: str
    texts: Texts
    edited: Wording | None
    required: frozenset[str]
    sayable: Mapping[str, frozenset[str]]


class TemplateTexts:
    """Each method is one use case. `by` is the login of an analyst or administrator."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def all(self, *, by: str) -> list[TemplateView]:
        """Every template in every language, by name. Raises RightMissing."""
        with self._db.reading() as tx:
            require_publisher(people.agent(tx, by), "look at templates")
            edited = wordings.newest(tx)
        return [_view(name, language, edited.get((name, language))) for name in sorted(NAMES) for language in LANGUAGES]

    def one(self, name: str, language: str, *, by: str) -> TemplateView:
        """One template. Raises TemplateNotFound, RightMissing."""
        _require_known(name, language)
        with self._db.reading() as tx:
            require_publisher(people.agent(tx, by), "look at templates")
            return _view(name, language, wordings.newest(tx, name).get((name, language)))

    def versions(self, name: str, language: str, *, by: str) -> list[Wording]:
        """The latest changes of a template, the newest first. Raises TemplateNotFound, RightMissing."""
        _require_known(name, language)
        with self._db.reading() as tx:
            require_publisher(people.agent(tx, by), "look at templates")
            return wordings.versions(tx, name, language, limit=MOST_VERSIONS)

    def preview(self, name: str, language: str, texts: Texts | None = None) -> Written:
        """The template about the sample case. Raises TemplateNotFound, AnswersInvalid for texts that can't be kept."""
        _require_known(name, language)
        return write(name, SAMPLE, language, checked(name, texts) if texts is not None else None)

    @tried_again
    def edit(self, name: str, language: str, texts: Texts, *, by: str) -> None:
        """Let a template say this from now on. Raises TemplateNotFound, AnswersInvalid, RightMissing."""
        _require_known(name, language)
        self._add(name, language, checked(name, texts), by=by)

    @tried_again
    def reset(self, name: str, language: str, *, by: str) -> None:
        """Let a template say again what was shipped. Raises TemplateNotFound, RightMissing."""
        _require_known(name, language)
        self._add(name, language, None, by=by)

    def _add(self, name: str, language: str, texts: Texts | None, *, by: str) -> None:
        with self._db.transaction() as tx:
            require_publisher(people.agent(tx, by), "edit templates")
            now = self._context.now()
            wordings.add(tx, Wording(template=name, language=language, texts=texts, changed_at=now, changed_by=by))


def checked(name: str, texts: Texts) -> Texts:
    """The texts of an edit, when a template may say them.

    Refused are a required variable that it lacks, one that it doesn't know, and outside the details one that tells what a
    customer wrote. Raises AnswersInvalid, by the part.
    """
    given = {part: texts.get(part, "").replace("\r\n", "\n").strip() for part in PARTS}
    errors = {part: error for part in PARTS if (error := _error_in(name, part, given[part]))}
    if not errors:
        said = frozenset().union(*(variables_in(text) for text in given.values()))
        missing = ", ".join(f"${each}" for each in sorted(required_by(name) - said))
        if missing:
            errors["text"] = Sentence(f"lacks {missing}, which its readers need.", f"缺少必需的变量 {missing}。")
    if errors:
        raise AnswersInvalid(errors)
    return given


def _error_in(name: str, part: str, text: str) -> Sentence | None:
    if not text and part != "details":
        return REQUIRED
    if len(text) > LONGEST[part]:
        return Sentence(f"is longer than {LONGEST[part]} characters.", f"超过 {LONGEST[part]} 个字符。")
    if part == "subject" and "\n" in text:
        return Sentence("has more than one line.", "只能有一行。")
    if not Template(text).is_valid():
        return Sentence(
            "has a $ before what is no variable; write $$ for the sign itself.", "$ 后面不是变量；要写符号本身请用 $$。"
        )
    unknown = ", ".join(f"${each}" for each in sorted(variables_in(text) - sayable(name, part)))
    if unknown:
        return Sentence(f"may not use {unknown} here.", f"此处不能使用 {unknown}。")
    return None


def _view(name: str, language: str, edited: Wording | None) -> TemplateView:
    texts = edited.texts if edited and edited.texts is not None else shipped(name, language)
    return TemplateView(
        name=name,
        language=language,
        texts={part: texts.get(part, "") for part in PARTS},
        edited=edited if edited and edited.texts is not None else None,
        required=required_by(name),
        sayable={part: sayable(name, part) for part in PARTS},
    )


def _require_known(name: str, language: str) -> None:
    if name not in NAMES or language not in LANGUAGES:
        raise TemplateNotFound(name)
