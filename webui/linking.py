"""How cases belong together, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desk.casework.cases import CaseView
from desk.casework.timeline import look_of
from webui.i18n import gettext, mark

WORDS: Mapping[str, str] = {
    "follows": mark("Follows"),
    "followed": mark("Followed by"),
    "split_off": mark("Split off from"),
    "split_into": mark("Split off from it"),
    "merged": mark("Merged into"),
    "took_in": mark("Merged into it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A case that belongs with another one: in which way, in words."""

    word: str
    number: str
    reason: str


def linked_to(case: CaseView) -> Sequence[Linked]:
    """The cases that belong with this one, the first linked in front."""
    looks = ((look_of(link, case.number), link.reason) for link in case.links)
    return [Linked(word=gettext(WORDS[kind]), number=number, reason=reason) for (kind, number), reason in looks]
