"""Reasons of deciders in the viewer's language, by their codes. A reason without a known code is shown as it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from desk.staffing import handing
from webui.casework.old_reasons import coded_obstacle, coded_reason
from webui.i18n import gettext, mark
from webui.labels import CASE_TYPES, CLOCKS, PAUSE_REASONS, Label, label_of
from webui.limits.clock_words import CAUSES, VOIDED
from webui.staffing.people_names import name_of, team_name

REASONS: Mapping[str, str] = {
    "handled_before": mark("Handled it before."),
    "knows_customer": mark("Has another open case of this customer."),
    "stands_in": mark("Stands in for %(person)s, who is on leave."),
    "only_one_free": mark("The only one free in %(where)s."),
    "least_loaded": mark("Least loaded in %(where)s: %(load)s of %(capacity)s."),
    "waited_longest": mark("Waited longest among the least loaded in %(where)s: %(load)s of %(capacity)s."),
    "best_score": mark(
        "Best of %(count)s in %(where)s: %(score)s points (load %(load)s of %(capacity)s, "
        "%(idle)s min without a new case, level %(level)s)."
    ),
    "nobody_free": mark("Nobody of %(where)s is free and fit; offered to the whole team."),
    "team_supervisor": mark("Supervisor of %(where)s."),
    "team_deputy": mark("Deputy of %(where)s."),
    "another_supervisor": mark("Another supervisor."),
    "no_supervisor": mark("No supervisor can take it; it goes to all of them."),
    "all_supervisors": mark("It goes to all supervisors."),
    "has_authority": mark("The first on the way up whose authority suffices."),
    "nobody_has_authority": mark("Nobody with enough authority is there; offered to all who may be asked."),
    "clocks": mark("Round %(round)s: the strictest row of each clock counts."),
    "no_clocks": mark("Round %(round)s: no row of the targets applies, nothing is timed."),
}
OBSTACLES: Mapping[str, str] = {
    "inactive": mark("account is off"),
    "away": mark("away"),
    "excluded": mark("excluded"),
    "lacks_skill": mark("lacks the skill %(skill)s"),
    "not_signed_in": mark("has not used the one-time password yet"),
    "at_capacity": mark("has no room"),
    "engaged": mark("gets another case at this moment"),
    "may_not_read": mark("may not read cases"),
    "on_leave": mark("on leave"),
    "busy": mark("busy"),
    "off_shift": mark("not on shift"),
    "lacks_level": mark("has only level %(level)s of the skill %(skill)s"),
    "other_line": mark("serves other business lines"),
    "other_language": mark("doesn't speak the customer's language"),
    "asks_for_it": mark("asks for it"),
    "lacks_authority": mark("lacks the authority"),
    "owns_case": mark("owns the case"),
    "told_before": mark("was told before"),
}
LEVEL_TOO_LOW = mark("level of the skill %(skill)s is too low")
"""Said of lacks_level where nobody tells the level."""
CHANGES: Mapping[str, str] = {
    "first response to the customer": mark("First response to the customer."),
    "the owner's task changed hands": mark("The owner's task changed hands."),
    handing.FREE_NOW: mark("Somebody is free now."),
    handing.UNTOUCHED: mark("Nobody worked on it in time."),
    handing.KEPT_FROM: mark("A supervisor keeps it from its owner."),
    handing.GIVEN_BACK: mark("Its owner gave it back."),
    handing.OWNER_GONE: mark("Its owner isn't there."),
    handing.ON_LEAVE: mark("Its owner is on leave."),
    "the customer was answered": mark("The customer was answered."),
    "customer_message": mark("The customer wrote."),
    "promised": mark("The customer was promised a time."),
    "promise withdrawn": mark("A promise to the customer was taken back."),
    "resumed": mark("The clocks go on."),
    "date reached": mark("The clocks go on: the date is reached."),
    "the calendars were edited": mark("The calendars were edited."),
}
OF_CLOCKS: Mapping[str, tuple[str, Mapping[str, Label]]] = {
    "paused": (mark("Paused: %(why)s."), PAUSE_REASONS),
    "left out": (mark("Counts no more: %(why)s."), VOIDED),
}
"""What was done to clocks by hand, with the words for what follows the colon."""
DEPARTMENTS = {
    "department": mark("Asked %(team)s"),
    "withdrawn": mark("Withdrawn from %(team)s"),
    "passed on": mark("Passed on from %(team)s to %(to)s"),
}
_OF_DEPARTMENTS = re.compile(r"(department|withdrawn|passed on) (\S+)(?: (\S+))?$")
REQUESTS = {"technical help": mark("Technical help"), "request for approval": mark("Approval")}


def reason(text: str, code: str = "", arguments: Mapping[str, Any] | None = None) -> str:
    """A decider's reason in the viewer's language."""
    given = arguments or {}
    if not code:
        code, given = coded_reason(text)
    if code not in REASONS:
        return text
    said = gettext(REASONS[code]) % _words(given)
    if not given.get("clock"):
        return said
    clock = label_of(CLOCKS, given["clock"]).text
    return gettext("%(clock)s was missed. %(rest)s") % {"clock": clock, "rest": said}


def obstacle(candidate: Mapping[str, Any]) -> str:
    """Why a candidate could not get it, in the viewer's language; empty when they could."""
    code, given = candidate.get("obstacle") or "", candidate
    if code not in OBSTACLES:
        code, given = coded_obstacle(code)
    if code == "lacks_level" and given.get("level") is None:
        return gettext(LEVEL_TOO_LOW) % _words(given)
    return gettext(OBSTACLES[code]) % _words(given) if code else str(candidate.get("obstacle") or "")


def why_changed(text: str) -> str:
    """Why a variable or a timer changed: the desk's own reasons in the viewer's language, a person's as they were written."""
    if text in CHANGES:
        return gettext(CHANGES[text])
    if text in CAUSES:
        return label_of(CAUSES, text).text
    done, _, why = text.partition(": ")
    sentence, words = OF_CLOCKS.get(done, ("", {}))
    return gettext(sentence, why=label_of(words, why).text) if why in words else text


def request_for(text: str) -> tuple[str, str]:
    """What an agent asked for, in the viewer's language, and why: the two parts of a request's text."""
    what, colon, why = text.partition(": ")
    if colon and (told := _OF_DEPARTMENTS.match(what)):
        happened, team, to = told.groups()
        return gettext(DEPARTMENTS[happened]) % {"team": team_name(team), "to": team_name(to)}, why
    return (gettext(REQUESTS[what]), why) if colon and what in REQUESTS else ("", text)


def _words(given: Mapping[str, Any]) -> dict[str, Any]:
    where, skill = team_name(given.get("team")), given.get("skill")
    if given.get("instead"):
        where = gettext("%(team)s (instead of %(instead)s)", team=where, instead=team_name(given["instead"]))
    shown = label_of(CASE_TYPES, skill).text if skill else ""
    if skill and given.get("team"):
        where = gettext("%(team)s with skill %(skill)s", team=where, skill=shown)
    numbers = {name: given.get(name, "") for name in ("load", "capacity", "round", "score", "count", "idle", "level")}
    return {**numbers, "where": where, "skill": shown, "person": name_of(given.get("person"))}
