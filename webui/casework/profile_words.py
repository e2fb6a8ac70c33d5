"""Tiers and tags as people read and type them. Tables and cases bear keys; the keys that we know have words."""

from __future__ import annotations

from collections.abc import Iterable

from desk.profiles import known_tier, normal_tag, split_tags
from webui.context import services
from webui.i18n import gettext
from webui.labels import TAGS, TIERS, label_of


def tier_choices() -> list[tuple[str, str]]:
    """The (key, text) pairs of the tiers that are configured."""
    return [(key, label_of(TIERS, key).text) for key in services().desk.settings.tiers]


def known(tier: str) -> str:
    """The tier as it counts: everybody's for one that isn't configured."""
    return known_tier(tier, services().desk.settings.tiers)


def special(tier: str) -> bool:
    """Whether a tier is worth a badge: not the usual one."""
    return known(tier) != services().desk.settings.tiers[0]


def tag_text(tag: str) -> str:
    """A tag in the viewer's words."""
    return label_of(TAGS, tag).text


def tags_text(tags: Iterable[str]) -> str:
    """Tags in one line, as they may be typed again."""
    return gettext(", ").join(map(tag_text, tags))


def typed_tags(text: str) -> list[str]:
    """The keys of a typed line of tags: who types our word for a key means the key."""
    keys = {normal_tag(tag_text(tag)): tag for tag in TAGS}
    typed = map(normal_tag, split_tags(text))
    return [keys.get(each, each) for each in typed]
