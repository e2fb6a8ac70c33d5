"""What we know of a customer beside their matters: tier and tags, by which limits and teams are chosen (R33, R85).

Both are keys that analysts write into tables. Tiers are few and configured; tags are free, in one spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from bpmn.wording import Wording
from desk.errors import AnswersInvalid
from desk.masking import mask_within
from desk.wordings import NO_TAG, TOO_MANY_TAGS

DEFAULT_TIERS = ("standard", "vip", "key_account")
"""The first one is everybody's who has no other."""
MOST_TAGS = 20
TIER = re.compile(r"\w[\w\-]{0,39}")
_TAG = re.compile(r"\w[\w.\-]{0,29}")
_BETWEEN = re.compile(r"[,，;；、\n]")


def split_tags(text: str) -> list[str]:
    """The tags of one line, as people write them: with commas between them."""
    return [part for part in (each.strip() for each in _BETWEEN.split(text)) if part]


def normal_tag(text: str) -> str:
    """One spelling of a tag: small letters, full width made narrow, underscores for spaces (Quick  Lane → quick_lane)."""
    return "_".join(unicodedata.normalize("NFKC", text).casefold().split())


def checked_tags(given: Iterable[str]) -> tuple[str, ...]:
    """The tags in one spelling, each once, in their order. Raises AnswersInvalid, also for a phone number or the like."""
    tags = tuple(dict.fromkeys(filter(None, map(normal_tag, given))))
    if not all(map(_is_tag, tags)):
        raise AnswersInvalid({"tags": NO_TAG})
    if len(tags) > MOST_TAGS:
        raise AnswersInvalid({"tags": TOO_MANY_TAGS})
    return tags


def fitting_tags(given: Iterable[Any]) -> tuple[str, ...]:
    """Of what may be anything the tags that can be kept, in one spelling, each once, at most MOST_TAGS."""
    spelt = (normal_tag(tag) for tag in given if isinstance(tag, str))
    return tuple(dict.fromkeys(filter(_is_tag, spelt)))[:MOST_TAGS]


def _is_tag(tag: str) -> bool:
    return _TAG.fullmatch(tag) is not None and mask_within(tag) == tag


def known_tier(tier: str, tiers: Sequence[str]) -> str:
    """The tier, or everybody's where it isn't configured any more, or never was."""
    return tier if tier in tiers else tiers[0]


def checked_tier(tier: str, tiers: Sequence[str], field: str = "tier") -> str:
    """The tier, when it is one of ours. Raises AnswersInvalid for that field, which names them."""
    if tier not in tiers:
        known = ", ".join(tiers)
        raise AnswersInvalid({field: Wording(f"isn't a tier; known are {known}.", f"不是已配置的客户等级，可用：{known}。")})
    return tier
