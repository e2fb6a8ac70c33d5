"""What notices and mails say, in Chinese and English. The shipped texts stand in notices.toml; edited ones win."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from types import MappingProxyType
from typing import Any

from bpmn.wording import Wording
from engine.errors import Invalid

LANGUAGES = ("zh", "en")
WORDS = "words"
PARTS = ("subject", "text", "details")
CODED = frozenset(
    {"type", "priority", "channel", "preferred_channel", "decision", "result", "clock"} | {"respond_due", "solve_due"}
)
"""Variables whose codes become words of the language."""
_TEXTS: Mapping[str, Any] = MappingProxyType(
    tomllib.loads(files("desk.notification").joinpath("notices.toml").read_text("utf-8"))
)
NAMES = frozenset(_TEXTS) - {WORDS}
CODES = frozenset(_TEXTS[WORDS])
"""Codes for which we have a word in each language."""
OF_THE_CASE = frozenset(
    {"number", "type", "priority", "channel", "preferred_channel", "round", "received_at", "respond_due", "solve_due", "owner"}
    | {"team", "link"}
)
"""What every template may say, also outside the house."""
INSIDE = frozenset({"customer", "description", "order_number", "product"})
"""What a customer said or is: it stays in the app."""

Texts = Mapping[str, str]
"""Subject, text and details of a template in one language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A filled template. `text` may leave the house; `details` may not. `variables` are as they were filled in."""

    subject: str
    text: str
    details: str
    language: str = LANGUAGES[0]
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        return "\n".join(filter(None, (self.text, self.details)))


def spoken(language: str) -> str:
    """The language in which we write to who asks for this one: Chinese for one that we don't speak."""
    own = language.partition("-")[0]
    return own if own in LANGUAGES else LANGUAGES[0]


def write(name: str, variables: Mapping[str, Any], language: str, texts: Texts | None = None) -> Written:
    """Fill a template in the language, by its shipped texts or by `texts`; codes become words, and of a Wording its own part.

    Raises Invalid, naming template and variable, when there is no such template or a required variable is missing.
    """
    if name not in NAMES:
        raise Invalid(f"There is no notice template {name!r}. Known are {', '.join(sorted(NAMES))}.")
    own = spoken(language)
    given = {key: _word(key, value, own) for key, value in variables.items() if value not in (None, "")}
    missing = sorted(required_by(name) - given.keys())
    if missing:
        raise Invalid(f"Notice {name!r} lacks {', '.join(missing)}. Give it as an input of the node, or fill it in the form.")
    filled = {part: _filled((texts or shipped(name, own)).get(part, ""), given) for part in PARTS}
    return Written(**filled, language=own, variables=given)


def shipped(name: str, language: str) -> Texts:
    """The texts that came with the product."""
    return {part: text.strip() for part, text in _TEXTS[name][language].items()}


def variables_in(text: str) -> frozenset[str]:
    """The variables of which a text speaks."""
    return frozenset(Template(text).get_identifiers())


def variables_of(name: str, language: str) -> frozenset[str]:
    """The variables of which a shipped template speaks."""
    return frozenset().union(*(variables_in(text) for text in shipped(name, language).values()))


def required_by(name: str) -> frozenset[str]:
    """The variables that a template can't do without."""
    return frozenset(_TEXTS[name]["required"])


def sayable(name: str, part: str) -> frozenset[str]:
    """The variables that a part of a template may use. What the shipped template says in the app alone stays there."""
    texts = shipped(name, LANGUAGES[0])
    outside = variables_in(texts["subject"]) | variables_in(texts["text"])
    if part == "details":
        return OF_THE_CASE | INSIDE | variables_of(name, LANGUAGES[0])
    return (OF_THE_CASE | outside) - INSIDE


def _word(key: str, value: Any, language: str) -> str:
    said = value.said(language) if isinstance(value, Wording) else str(value)
    return _TEXTS[WORDS][said][language] if key in CODED and said in CODES else said


def _filled(text: str, given: Mapping[str, str]) -> str:
    """The lines whose variables are all given, filled."""
    lines = (Template(line) for line in text.strip().split("\n"))
    return "\n".join(line.substitute(given) for line in lines if given.keys() >= set(line.get_identifiers()))
