"""Sentences in two languages: English, and Chinese for every language that starts with "zh"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence with `{names}` to fill in, in English and in Chinese."""

    en: str
    zh: str

    def fill(self, language: str, params: Mapping[str, object]) -> str:
        """Return the sentence of that language with its names filled in; values are never read as templates."""
        return self.said(language).format_map(params)

    def said(self, language: str) -> str:
        """Return the text of that language as it stands: for names that people wrote, in which a brace is a brace."""
        return self.zh if language.startswith("zh") else self.en
