"""Teams: who is there and what they carry, what waits, their hours, and the calendar in which their own limits count."""

from __future__ import annotations

from typing import Any

from desk.model import Availability
from desk.staffing.staff import Member, TeamNow
from desk.store.staffing import TEAM as OF_TEAM
from desk.texts import LONGEST_REASON
from webui.api.desk_operations import at_desk
from webui.api.operations import Answer, Call
from webui.api.shapes import (
    BOOLEAN,
    ID,
    INSTANT,
    LARGEST_ID,
    TEXT,
    WHOLE,
    Schema,
    Shape,
    items,
    one_of,
    or_null,
    takes,
    text,
)
from webui.api.shifts import SHIFT, SHIFT_SENT, set_shift, shown_shift
from webui.context import services

COUNTS: Schema = {"type": "object", "additionalProperties": WHOLE}
TEAM_FIELDS: dict[str, Schema] = {
    "key": TEXT,
    "name": TEXT,
    "name_en": TEXT,
    "supervisor": or_null(TEXT),
    "deputy": or_null(TEXT),
    "calendar": or_null(TEXT),
    "people": WHOLE,
    "there": WHOLE,
    "load": WHOLE,
    "capacity": WHOLE,
    "cases": COUNTS,
    "waiting": WHOLE,
    "waiting_since": or_null(INSTANT),
}
MEMBER = Shape(
    "TeamMember",
    {
        "login": TEXT,
        "name": TEXT,
        "availability": one_of(Availability),
        "gets_cases": BOOLEAN,
        "load": WHOLE,
        "capacity": WHOLE,
        "cases": COUNTS,
        "back_at": or_null(INSTANT),
        "on_leave_until": or_null(INSTANT),
    },
)
LISTED = Shape("TeamListItem", TEAM_FIELDS)
TEAM = Shape("Team", {**TEAM_FIELDS, "members": items(MEMBER.schema)})
TEAMS: Schema = {"title": "Teams", **takes({"items": items(LISTED.schema)})}
IN_LINE = Shape(
    "CaseInLine",
    {
        "number": TEXT,
        "task_id": or_null(ID),
        "priority": TEXT,
        "received_at": INSTANT,
        "since": INSTANT,
        "taker": or_null(TEXT),
    },
)
LINE: Schema = {"title": "Line", **takes({"items": items(IN_LINE.schema), "next_at": or_null(INSTANT)})}
GIVEN_OUT: Schema = {"title": "GivenOut", **takes({"given": WHOLE})}
CHOICE = Shape("CalendarChoice", {"id": ID, "calendar": or_null(TEXT), "at": INSTANT, "by": TEXT, "note": TEXT})
CALENDAR: Schema = {
    "title": "TeamCalendar",
    **takes({"calendar": or_null(TEXT), "read": WHOLE, "choices": items(TEXT), "history": items(CHOICE.schema)}),
}


def list_teams(call: Call) -> Answer:
    """List the teams that the agent may see, the own ones first: who is there, what they carry, what waits. `calendar` is null
    for the business calendar.
    """
    return {"items": [LISTED.show(one, **_own(one)) for one in services().desk.staff.teams(viewer=call.by)]}


def get_team(call: Call) -> Answer:
    """Get one team with its members as they are now."""
    found = services().desk.staff.team(call.path["team"], viewer=call.by)
    return TEAM.show(found, **_own(found), members=[_member(one) for one in found.members])


def _own(one: TeamNow) -> dict[str, Any]:
    team = {name: getattr(one.team, name) for name in ("key", "name", "name_en", "supervisor", "deputy")}
    return {**team, "people": len(one.members), "cases": dict(one.cases)}


def _member(one: Member) -> dict[str, Any]:
    own = {"login": one.agent.login, "name": one.agent.name, "capacity": one.agent.capacity, "load": one.seen.load}
    return MEMBER.show(one, **own, cases=dict(one.cases), on_leave_until=one.leave.until_at if one.leave else None)


def get_line(call: Call) -> Answer:
    """Tell what waits for a team, at most 100 in the order in which they are given out, and who would get each now. What has a
    `task_id` is a contribution to the case, by that task; others are cases themselves.
    """
    team = services().desk.staff.team(call.path["team"], viewer=call.by).team.key
    line = services().desk.ownership.line(team, viewer=call.by)
    shown = [IN_LINE.show(one.case, priority=one.case.wanted.priority, taker=one.taker) for one in line.cases]
    return {"items": shown, "next_at": line.next_at.isoformat() if line.next_at else None}


def give_line_out(call: Call) -> Answer:
    """Give out now what somebody can take; how many cases somebody got. For the team's supervisor and deputy."""
    return {"given": services().desk.lines.drain_now(call.path["team"], by=call.by)}


def get_team_shift(call: Call) -> Answer:
    """Get the hours of a team, which hold for whoever has none of their own; `hours` is null for a team that is always on."""
    return shown_shift(services().desk.staff.team(call.path["team"], viewer=call.by).shift)


def set_team_shift(call: Call) -> Answer:
    """Set the hours of a team and the dates on which they don't hold; `read` is that of the shift that was read (409 when it
    changed since). For the team's supervisor and deputy.
    """
    set_shift(OF_TEAM, call.path["team"], call.body, by=call.by)
    return get_team_shift(call)


def get_team_calendar(call: Call) -> Answer:
    """Get the calendar in which a team's own limits count (null: the business calendar), those that it can have, and what was
    chosen before, the newest first.
    """
    found = services().desk.team_calendars.of(call.path["team"], viewer=call.by)
    history = [
        CHOICE.show(one.edit, calendar=one.calendar, by=one.edit.by, at=one.edit.at, note=one.edit.note) for one in found.history
    ]
    return {"calendar": found.key, "read": found.read, "choices": [key for key, _ in found.choices], "history": history}


def choose_team_calendar(call: Call) -> Answer:
    """Let a team's limits count in another calendar from now on; open clocks follow in the background. `read` is that of the
    choice that was read. For the team's supervisor and deputy.
    """
    chosen, body = call.body["calendar"], call.body
    services().desk.team_calendars.choose(call.path["team"], chosen, note=body["note"], read=body["read"], by=call.by)
    return get_team_calendar(call)


CHOOSE = takes(
    {
        "calendar": or_null(text(60)),
        "note": text(LONGEST_REASON),
        "read": {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
    }
)
OPERATIONS = (
    at_desk("GET", "/teams", list_teams, answers={200: TEAMS}),
    at_desk("GET", "/teams/{team}", get_team, answers={200: TEAM.schema}),
    at_desk("GET", "/teams/{team}/line", get_line, answers={200: LINE}),
    at_desk("POST", "/teams/{team}/line/give-out", give_line_out, body=takes({}), answers={200: GIVEN_OUT}),
    at_desk("GET", "/teams/{team}/shift", get_team_shift, answers={200: SHIFT}),
    at_desk("PUT", "/teams/{team}/shift", set_team_shift, body=SHIFT_SENT, answers={200: SHIFT}),
    at_desk("GET", "/teams/{team}/calendar", get_team_calendar, answers={200: CALENDAR}),
    at_desk("PUT", "/teams/{team}/calendar", choose_team_calendar, body=CHOOSE, answers={200: CALENDAR}),
)
