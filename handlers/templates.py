"""Notices and mails from templates, in Chinese and English. The texts stand in notices.toml, which says how it is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from types import MappingProxyType
from typing import Any

from engine.errors import Invalid

LANGUAGES = ("zh", "en")
WORDS = "words"
CODED = frozenset({"type", "priority", "channel", "preferred_channel", "decision", "result"})
"""Variables whose codes become words of the language."""
_TEXTS: Mapping[str, Any] = MappingProxyType(tomllib.loads(files("handlers").joinpath("notices.toml").read_text("utf-8")))
NAMES = frozenset(_TEXTS) - {WORDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A filled template. `text` may leave the house; `details` may not."""

    subject: str
    text: str
    details: str

    @property
    def whole(self) -> str:
        return "\n".join(filter(None, (self.text, self.details)))


def write(name: str, variables: Mapping[str, Any], language: str) -> Written:
    """Fill a template in the language (Chinese for one that we don't speak); codes become words.

    Raises Invalid, naming template and variable, when there is no such template or a required variable is missing.
    """
    if name not in NAMES:
        raise Invalid(f"There is no notice template {name!r}. Known are {', '.join(sorted(NAMES))}.")
    spoken = language.partition("-")[0] if language.partition("-")[0] in LANGUAGES else LANGUAGES[0]
    given = {key: _word(key, str(value), spoken) for key, value in variables.items() if value not in (None, "")}
    missing = sorted(set(_TEXTS[name]["required"]) - given.keys())
    if missing:
        raise Invalid(f"Notice {name!r} lacks {', '.join(missing)}. Give it as an input of the node, or fill it in the form.")
    wording = _TEXTS[name][spoken]
    return Written(
        subject=_filled(wording["subject"], given),
        text=_filled(wording["text"], given),
        details=_filled(wording.get("details", ""), given),
    )


def variables_of(name: str, language: str) -> frozenset[str]:
    """The variables that a template speaks of."""
    return frozenset(identifier for text in _TEXTS[name][language].values() for identifier in Template(text).get_identifiers())


def required_by(name: str) -> frozenset[str]:
    """The variables that a template can't do without."""
    return frozenset(_TEXTS[name]["required"])


def _word(key: str, value: str, language: str) -> str:
    return _TEXTS[WORDS][value][language] if key in CODED and value in _TEXTS[WORDS] else value


def _filled(text: str, given: Mapping[str, str]) -> str:
    """The lines whose variables are all given, filled."""
    lines = (Template(line) for line in text.strip().split("\n"))
    return "\n".join(line.substitute(given) for line in lines if given.keys() >= set(line.get_identifiers()))
