"""Skills with levels, written "complaint:4": 1 is a beginner, 5 teaches others. Without a level it is the medium one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.errors import Invalid

LOWEST_LEVEL, MEDIUM_LEVEL, HIGHEST_LEVEL = 1, 3, 5
_SKILL = re.compile(r"\s*([^:：]{1,60}?)\s*(?:[:：]\s*(\d))?\s*")


class SkillInvalid(Invalid):
    """A skill that can't be read, or a level that there isn't."""

    code = "skill_invalid"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"Skill {text!r}: expected a name, and after a colon a level from 1 to 5, such as complaint:4.", skill=text
        )


def skills_of(texts: Iterable[str], known: Mapping[str, int] | None = None) -> dict[str, int]:
    """Levels by skill. A text without a level leaves the level as `known`, else it is the medium one. Raises SkillInvalid."""
    levels: dict[str, int] = {}
    for text in texts:
        found = _SKILL.fullmatch(text)
        if found is None:
            raise SkillInvalid(text)
        level = int(found[2]) if found[2] else (known or {}).get(found[1], MEDIUM_LEVEL)
        if not LOWEST_LEVEL <= level <= HIGHEST_LEVEL:
            raise SkillInvalid(text)
        levels[found[1]] = level
    return levels


def skill_text(name: str, level: int) -> str:
    """A skill as people write it: the medium level isn't said."""
    return name if level == MEDIUM_LEVEL else f"{name}:{level}"
