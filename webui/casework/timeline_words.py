"""The history of a case in plain words: what happened, to be said in one line, with a symbol and a tone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.casework.timeline import TimelineItem
from webui.casework.profile_words import tag_text
from webui.casework.reasons import reason, request_for, why_changed
from webui.i18n import format_datetime, gettext, mark
from webui.labels import CASE_TYPES, CLOCKS, PRIORITIES, TIERS, label_of
from webui.limits.clock_turns import clocks_text
from webui.staffing.people_names import name_of, team_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the timeline. `minor` lines are shown only to who asks for all: the process's own steps, what moved nothing."""

    at: datetime
    who: str
    head: str
    text: str = ""
    symbol: str = "clock"
    tone: str = "quiet"
    minor: bool = False


HEADS: Mapping[str, tuple[str, str, str]] = {
    "reply": (mark("replied to the customer"), "chat", "info"),
    "call": (mark("talked with the customer"), "phone", "info"),
    "customer": (mark("wrote to us"), "chat", "warn"),
    "note": (mark("wrote an internal note"), "note", "quiet"),
    "request": (mark("asked for help"), "alert", "warn"),
    "urge": (mark("urged the case"), "bell", "warn"),
    "reminder": (mark("reminded the customer, who hasn't answered"), "bell", "info"),
    "follows": (mark("wrote to %(name)s, which was closed, so this case began"), "inbox", "info"),
    "followed": (mark("wrote again: %(name)s follows"), "inbox", "warn"),
    "split_off": (mark("split this case off from %(name)s"), "flow", "info"),
    "split_into": (mark("split %(name)s off"), "flow", "info"),
    "merged": (mark("merged this case into %(name)s"), "flow", "warn"),
    "took_in": (mark("merged %(name)s into this case"), "flow", "info"),
    "progress": (mark("noted progress"), "check", "good"),
    "entered": (mark("began %(name)s"), "flow", "quiet"),
    "claimed": (mark("took the task %(name)s"), "user", "quiet"),
    "released": (mark("gave the task %(name)s back"), "undo", "quiet"),
    "reassigned": (mark("gave the task %(name)s to %(to)s"), "user", "warn"),
    "offered": (mark("offered the task %(name)s to its team again"), "undo", "warn"),
    "completed": (mark("completed %(name)s"), "check", "good"),
    "decided": (mark("decided: %(name)s"), "stages", "quiet"),
    "classed": (mark("classed the case anew"), "pencil", "warn"),
    "timer": (mark("noticed %(name)s"), "clock", "warn"),
    "message": (mark("triggered %(name)s"), "inbox", "info"),
    "incident": (mark("stuck at %(name)s; an administrator has to repair it"), "alert", "bad"),
    "suspended": (mark("suspended the case"), "clock", "warn"),
    "resumed": (mark("let the case go on"), "redo", "good"),
    "moved": (mark("moved the case from %(name)s to %(target)s"), "flow", "warn"),
    "clocks_paused": (mark("let the clocks wait"), "clock", "warn"),
    "clocks_resumed": (mark("let the clocks go on"), "redo", "good"),
    "clocks_moved": (mark("moved the limits"), "clock", "warn"),
    "clocks_kept": (mark("left all limits due as before"), "clock", "quiet"),
    "clocks_voided": (mark("ended limits, which count no more"), "clock", "quiet"),
    "cancelled": (mark("stopped the case"), "cross", "bad"),
}
MINOR = frozenset({"entered", "decided", "clocks_kept"})
SETS_CLOCKS = frozenset({"service-clocks", "new-round"})
ALWAYS_SHOWN = frozenset({"assign", "escalate", "new-round"})


def lines(items: list[TimelineItem], words: Callable[[str], str]) -> list[Line]:
    """The items as lines; `words` says a text of the process in the viewer's language."""
    return [_line(item, words) for item in items]


def _line(item: TimelineItem, words: Callable[[str], str]) -> Line:
    head, symbol, tone = HEADS.get(item.kind, (item.kind, "clock", "quiet"))
    named = {
        "name": words(item.name),
        "to": name_of(str(item.details.get("assignee", ""))),
        "target": words(str(item.details.get("target", ""))),
    }
    decided_by = item.details.get("handler")
    return Line(
        at=item.at,
        who=name_of(item.by),
        head=gettext(head) % named if "%(" in head else gettext(head),
        text=_text(item, words),
        symbol=symbol,
        tone=tone,
        minor=item.kind in MINOR and decided_by not in ALWAYS_SHOWN,
    )


def _text(item: TimelineItem, words: Callable[[str], str]) -> str:
    match item.kind:
        case "progress":
            return _progress(item, words)
        case "reassigned" | "offered":
            return why_changed(item.text)
        case "request":
            what, why = request_for(item.text)
            return f"{what}: {why}" if what else why
        case "decided" if "handler" in item.details:
            return _decided(item.details, item.text)
        case "decided":
            return words(item.text)
        case "timer":
            return _noticed(item)
        case "classed":
            return " — ".join(filter(None, (_class(item.details.get("class", {})), item.text)))
        case "clocks_paused" | "clocks_resumed" | "clocks_moved" | "clocks_kept" | "clocks_voided":
            return clocks_text(item)
        case "entered":
            return ""
    return item.text


def _class(parts: Mapping[str, Any]) -> str:
    """What the case is from then on."""
    tables = {"priority": PRIORITIES, "type": CASE_TYPES, "tier": TIERS}
    said = [label_of(tables[name], parts[name]).text for name in tables if parts.get(name)]
    return " · ".join([*said, *map(tag_text, parts.get("tags") or ())])


def _progress(item: TimelineItem, words: Callable[[str], str]) -> str:
    parts = [f"{words(item.name)}: {item.text}"]
    if item.details["customer_feedback"]:
        parts.append(gettext("Customer: %(text)s", text=item.details["customer_feedback"]))
    if item.details["next_action"]:
        parts.append(gettext("Next: %(text)s", text=item.details["next_action"]))
    return "\n".join(parts)


def _noticed(item: TimelineItem) -> str:
    """When a late look found the timer due; empty when it was seen within a minute."""
    noticed = item.details.get("noticed_at")
    if noticed is None or (noticed - item.at).total_seconds() < 60:
        return ""
    return gettext("seen only at %(time)s", time=format_datetime(noticed))


def _decided(details: Mapping[str, Any], given: str) -> str:
    result = details.get("result") or {}
    if details.get("handler") in SETS_CLOCKS:
        return "\n".join(f"{label_of(CLOCKS, name).text}: {format_datetime(due)}" for name, due in due_times(result))
    chosen = result.get("assignee") or result.get("supervisor")
    to = name_of(str(chosen)) if chosen else team_name(result.get("team"))
    return " — ".join(filter(None, (to, reason(given, details.get("reason_code", ""), details.get("reason_arguments")))))


def due_times(result: Mapping[str, Any]) -> list[tuple[str, datetime]]:
    """The clocks of a decision and when they are due, the earliest first."""
    found = [
        (name, clock["due_at"])
        for name, clock in result.items()
        if isinstance(clock, Mapping) and isinstance(clock.get("due_at"), datetime)
    ]
    return sorted(found, key=lambda pair: pair[1])
