"""Reasons of deciders in the viewer's language. A reason that isn't known here is shown as it was given."""

from __future__ import annotations

import re

from webui.i18n import gettext, mark
from webui.labels import CASE_TYPES, CLOCKS, label_of
from webui.people_names import team_name

_WHERE = r"(?P<team>[\w-]+)(?: \(fallback for (?P<instead>[\w-]+)\))?(?: with skill (?P<skill>[\w-]+))?"
_LOAD = r": (?P<load>\d+) of (?P<capacity>\d+)"
REASONS = (
    (r"(?P<clock>\w+) was missed: (?P<rest>.+)", mark("%(clock)s was missed. %(rest)s")),
    (rf"the only one free in {_WHERE}", mark("The only one free in %(where)s.")),
    (rf"least loaded in {_WHERE}{_LOAD}", mark("Least loaded in %(where)s: %(load)s of %(capacity)s.")),
    (
        rf"waited longest among the least loaded in {_WHERE}{_LOAD}",
        mark("Waited longest among the least loaded in %(where)s: %(load)s of %(capacity)s."),
    ),
    (r"handled it before", mark("Handled it before.")),
    (
        r"nobody of (?P<team>[\w-]+) is free and fit; offered to the whole team",
        mark("Nobody of %(where)s is free and fit; offered to the whole team."),
    ),
    (r"supervisor of (?P<team>[\w-]+)", mark("Supervisor of %(where)s.")),
    (r"deputy of (?P<team>[\w-]+)", mark("Deputy of %(where)s.")),
    (r"another supervisor", mark("Another supervisor.")),
    (
        r"no supervisor can take it; alarm to the queue of supervisors",
        mark("No supervisor can take it; it goes to all of them."),
    ),
    (r"first response to the customer", mark("First response to the customer.")),
)
OBSTACLES = (
    (r"inactive", mark("account is off")),
    (r"away", mark("away")),
    (r"excluded", mark("excluded")),
    (r"lacks skill (?P<skill>[\w-]+)", mark("lacks the skill %(skill)s")),
    (r"at capacity", mark("has no room")),
    (r"owns the case", mark("owns the case")),
    (r"was told before", mark("was told before")),
)
REQUESTS = {"technical help": mark("Technical help"), "request for approval": mark("Approval")}


def reason(text: str) -> str:
    """A decider's reason in the viewer's language."""
    return _said(text, REASONS)


def obstacle(text: str) -> str:
    """Why a candidate could not get it, in the viewer's language; empty stays empty."""
    return _said(text, OBSTACLES)


def request_for(text: str) -> tuple[str, str]:
    """What an agent asked for, in the viewer's language, and why: the two parts of a request's text."""
    what, colon, why = text.partition(": ")
    return (gettext(REQUESTS[what]), why) if colon and what in REQUESTS else ("", text)


def _said(text: str, patterns: tuple[tuple[str, str], ...]) -> str:
    for pattern, message in patterns:
        if found := re.fullmatch(pattern, text):
            return gettext(message) % {name: value or "" for name, value in _values(found.groupdict()).items()}
    return text


def _values(found: dict[str, str | None]) -> dict[str, str | None]:
    where, skill = team_name(found.get("team")), found.get("skill")
    if found.get("instead"):
        where = gettext("%(team)s (instead of %(instead)s)", team=where, instead=team_name(found["instead"]))
    shown = label_of(CASE_TYPES, skill).text if skill else ""
    if skill and found.get("team"):
        where = gettext("%(team)s with skill %(skill)s", team=where, skill=shown)
    clock, rest = label_of(CLOCKS, found.get("clock") or "").text, reason(found.get("rest") or "")
    return {**found, "where": where, "skill": shown, "clock": clock, "rest": rest}
