"""What happened to the clocks of a case, in one text of its story: why, what a person said, from when to when each moved."""

from __future__ import annotations

from collections.abc import Mapping

from desk.casework.timeline import TimelineItem
from desk.limits.clockstory import ClockMove
from webui.i18n import format_datetime, gettext
from webui.labels import PAUSE_REASONS, Label, label_of
from webui.limits.clock_words import CAUSES, VOIDED, clock_name

_WHY: Mapping[str, Mapping[str, Label]] = {
    "clocks_paused": PAUSE_REASONS,
    "clocks_resumed": PAUSE_REASONS,
    "clocks_moved": CAUSES,
    "clocks_kept": CAUSES,
    "clocks_voided": VOIDED,
}


def clocks_text(item: TimelineItem) -> str:
    """A text of several lines: the reason first, then each clock with its old and its new due time."""
    until = item.details["until"]
    ends = gettext("until %(time)s at the latest", time=format_datetime(until, "short")) if until else ""
    why = label_of(_WHY[item.kind], item.details["why"]).text
    if item.kind == "clocks_resumed":
        why = gettext("over: %(why)s", why=why)
    first = " · ".join(filter(None, (why, ends, item.text)))
    if item.kind == "clocks_kept":
        return first
    return "\n".join([first, *(_moved(move, item.kind) for move in item.details["moves"])])


def _moved(move: ClockMove, kind: str) -> str:
    name = clock_name(move.clock)
    before, after = (None if at is None else format_datetime(at, "short") for at in (move.before, move.after))
    if kind == "clocks_voided":
        return gettext("%(clock)s: counts no more", clock=name)
    if before == after:
        return (
            gettext("%(clock)s: due %(due)s, as before", clock=name, due=after)
            if after
            else gettext("%(clock)s: paused", clock=name)
        )
    if after is None:
        return gettext("%(clock)s: due %(before)s before, paused now", clock=name, before=before)
    if before is None:
        return gettext("%(clock)s: paused before, due %(after)s now", clock=name, after=after)
    return gettext("%(clock)s: due %(before)s before, now %(after)s", clock=name, before=before, after=after)
