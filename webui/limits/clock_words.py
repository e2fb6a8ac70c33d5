"""Why a clock is due when it is, in the viewer's language: the steps of desk.clocks.explaining by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bpmn.wording import Wording
from desk.clocks.explaining import ClockStep
from desk.clocks.names import TEAM, kind_of
from desk.clocks.targets import team_of
from desk.limits.in_force import version_named
from webui.calendars.calendar_words import named
from webui.i18n import format_date, format_datetime, format_hours, format_number, gettext, mark
from webui.labels import CLOCKS, PAUSE_REASONS, VERDICTS, Label, label_of
from webui.limits.limit_words import row_limit
from webui.staffing.people_names import name_of, team_name
from webui.wording import sentence

STEPS: Mapping[str, str] = {
    "started": mark("Counts from %(anchored_at)s (%(anchor)s)."),
    "noted_late": mark("It was noted at %(at)s, later than it counts."),
    "target": mark("Limit: %(limit)s in the calendar %(calendar)s, by “%(source)s”; rows of the table that apply: %(rows)s."),
    "retargeted": mark("%(at)s, %(by)s: %(cause)s. Limit now %(limit)s in %(calendar)s, by “%(source)s” (%(rule)s)."),
    "calendar_edited": mark("%(at)s, %(by)s: %(cause)s (%(calendar)s). Due %(due_before)s before, %(due_after)s since then."),
    "calendar_edited_paused": mark("%(at)s, %(by)s: %(cause)s (%(calendar)s) while it was paused; it counts when it goes on."),
    "paused": mark("Paused from %(since)s to %(until)s (%(reasons)s): %(minutes)s of its calendar don't count."),
    "still_paused": mark("Paused since %(since)s (%(reasons)s): %(minutes)s of its calendar don't count so far."),
    "paused_after_due": mark("Paused from %(since)s (%(reasons)s), after it was due: changes nothing."),
    "closed": mark("%(date)s is closed: %(name)s."),
    "opened": mark("%(date)s is open: %(name)s."),
    "policy": mark("By the targets of version %(policy)s."),
    "not_before": mark("Not due before %(at)s, since the solution was late."),
    "due": mark("Due %(at)s: %(limit_minutes)s of the calendar, and %(paused_minutes)s of pauses."),
    "waiting": mark("Paused (%(reasons)s): %(remaining_minutes)s remain; due %(at)s if it went on now."),
    "provisional": mark("Provisional: the holidays of a year that it touches aren't published yet."),
    "breached": mark("Missed at %(at)s."),
    "breached_by_change": mark("Missed at %(at)s at once, since: %(cause)s."),
    "stopped": mark("Done at %(at)s (%(what)s): %(verdict)s."),
    "void": mark("Counts no more: %(reason)s."),
}
ANCHORS = {
    "received": Label(text=mark("the receipt")),
    "solution": Label(text=mark("the solution")),
    "round": Label(text=mark("the new round")),
    "customer_message": Label(text=mark("the customer's message")),
    "survey-answered": Label(text=mark("the customer's answer to the survey")),
    "assigned": Label(text=mark("the assignment")),
    "waiting": Label(text=mark("the begin of the wait for the customer")),
}
CAUSES = {
    "priority_raised": Label(text=mark("the priority was raised")),
    "priority_lowered": Label(text=mark("the priority was lowered")),
    "type_changed": Label(text=mark("the type was changed")),
    "customer_changed": Label(text=mark("it was another customer's")),
    "tier_changed": Label(text=mark("the customer's tier changed")),
    "tags_changed": Label(text=mark("the tags changed")),
    "policy_applied": Label(text=mark("other targets were applied")),
    "calendar_edited": Label(text=mark("the calendar was edited")),
    "merged": Label(text=mark("another case was merged into it")),
    "solved_late": Label(text=mark("the solution was late")),
}
RULES = {
    "grace": Label(text=mark("from the receipt, but with some time left")),
    "from_receipt": Label(text=mark("from the receipt")),
    "from_change": Label(text=mark("from the change")),
}
DONE_BY = {
    "claimed": Label(text=mark("taken by an agent")),
    "solved": Label(text=mark("the case was resolved")),
    "closed": Label(text=mark("the case was closed")),
    "worked": Label(text=mark("work was noted")),
    "response": Label(text=mark("the customer was answered")),
    "technical-help": Label(text=mark("the technical team was asked")),
    "departments-asked": Label(text=mark("other departments were asked")),
    "contributed": Label(text=mark("the department did its part")),
    "survey-answered": Label(text=mark("the customer answered the survey")),
    "merged": Label(text=mark("it was answered in the case that was merged into it")),
    "said_by_process": Label(text=mark("the process says so")),
    "carried_over": Label(text=mark("known from before")),
    "handed_over": Label(text=mark("another team took over")),
}
VOIDED = {
    "merged": Label(text=mark("merged into another case")),
    "spam": Label(text=mark("spam")),
    "cancelled": Label(text=mark("the case was called off")),
    "deleted": Label(text=mark("the case was deleted")),
    "anonymised": Label(text=mark("the case was anonymised")),
    "never_happened": Label(text=mark("it never had to be done")),
    "withdrawn": Label(text=mark("it is needed no more")),
    "no_target": Label(text=mark("no limit applies any more")),
}
TEAMS_CALENDAR = mark("%(calendar)s · %(team)s")
_TABLES = {
    "anchor": ANCHORS,
    "cause": CAUSES,
    "rule": RULES,
    "what": DONE_BY,
    "verdict": VERDICTS,
    "reason": VOIDED,
}


def clock_name(name: str) -> str:
    """What a clock times; the second of a kind with its number."""
    kind, _, rest = name.partition(":")
    if kind == TEAM:
        team, _, times = rest.rpartition(":")
        return gettext("%(team)s, no. %(n)s", team=team_name(team), n=times)
    shown = label_of(CLOCKS, kind).text if kind_of(name) in CLOCKS else name
    return f"{shown} {rest}" if rest and kind in CLOCKS else shown


def calendar_name(key: str, name: Wording) -> str:
    """In which calendar a clock counts, by its name in the studio; that of a team with the team."""
    team = team_of(key)
    return named(name) if team is None else gettext(TEAMS_CALENDAR, calendar=named(name), team=team_name(team))


def step_text(step: ClockStep, words: Any) -> str:
    """A step of the explanation; `words` translates what a table of the process says."""
    given = {name: _shown(name, value, words) for name, value in step.arguments.items()}
    if "calendar" in given:
        given["calendar"] = calendar_name(step.arguments["calendar"], step.arguments["calendar_name"])
    return gettext(STEPS[step.code]) % given


def _shown(name: str, value: Any, words: Any) -> Any:
    if name in _TABLES:
        return label_of(_TABLES[name], value).text
    match name, value:
        case "source", str():
            return words(value)
        case "reasons", str():
            return " · ".join(label_of(PAUSE_REASONS, one.strip()).text for one in value.split(","))
        case "limit", str():
            return row_limit(value)
        case "by", str():
            return name_of(value)
        case "policy", str():
            return version_named(value)
        case "name", _:
            return sentence(value) if not isinstance(value, str) else value
        case "minutes" | "limit_minutes" | "paused_minutes" | "remaining_minutes", _:
            return format_hours(timedelta(minutes=value))
        case _, datetime():
            return format_datetime(value, "short")
        case _, date():
            return format_date(value)
        case _, int() | float():
            return format_number(round(value, 1))
    return value
