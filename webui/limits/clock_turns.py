"""What happened to the clocks of a case, in one text of its story: why, what a person said, from when to when each moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from desk.casework.timeline import TimelineItem
from desk.limits.clockstory import ClockMove
from webui.i18n import format_datetime, gettext
from webui.labels import PAUSE_REASONS, Label, label_of
from webui.limits.clock_words import CAUSES, VOIDED, clock_name

_WHY: Mapping[str, Mapping[str, Label]] = {
    "clocks_paused": PAUSE_REASONS,
    "clocks_resumed": PAUSE_REASONS,
    "clocks_moved": CAUSES,
    "clocks_voided": VOIDED,
}


def clocks_text(item: TimelineItem) -> str:
    """A text of several lines: the reason first, then each clock with its old and its new due time."""
    until = item.details["until"]
    ends = gettext("until %(time)s at the latest", time=format_datetime(until, "short")) if until else ""
    first = " · ".join(filter(None, (label_of(_WHY[item.kind], item.details["why"]).text, ends, item.text)))
    return "\n".join([first, *(_moved(move, item.kind) for move in item.details["moves"])])


def _moved(move: ClockMove, kind: str) -> str:
    name, before = clock_name(move.clock), _due(move.before)
    after = gettext("counts no more") if kind == "clocks_voided" else _due(move.after)
    if before == after:
        return gettext("%(clock)s: %(due)s, as before", clock=name, due=after)
    return gettext("%(clock)s: due %(before)s before, now %(after)s", clock=name, before=before, after=after)


def _due(at: datetime | None) -> str:
    return gettext("not while it is paused") if at is None else format_datetime(at, "short")
