"""People's attendance: the own switch, shifts, leave with who stands in. Said by themselves, or by the heads of their teams."""

from __future__ import annotations

from desk.assignment.absences import OpenWork
from desk.model import Availability, Role
from desk.store.staffing import AGENT
from webui.api.desk_operations import at_desk
from webui.api.instants import WHEN, instant_of
from webui.api.operations import Answer, Call
from webui.api.shapes import ID, INSTANT, LOGIN, TEXT, WHOLE, Shape, items, one_of, or_null, takes
from webui.api.shifts import SHIFT, SHIFT_SENT, set_shift, shown_shift
from webui.context import services

LEAVE = Shape(
    "Leave",
    {
        "id": ID,
        "login": TEXT,
        "from_at": INSTANT,
        "until_at": INSTANT,
        "delegate": or_null(TEXT),
        "open_work": one_of(OpenWork),
        "begun_at": or_null(INSTANT),
    },
)
PERSON = Shape(
    "Person",
    {
        "login": TEXT,
        "name": TEXT,
        "role": one_of(Role),
        "teams": items(TEXT),
        "availability": one_of(Availability),
        "availability_until": or_null(INSTANT),
        "capacity": WHOLE,
        "skills": {"type": "object", "additionalProperties": WHOLE},
        "lines": items(TEXT),
        "languages": items(TEXT),
        "shift": SHIFT,
        "leave": items(LEAVE.schema),
    },
)


def get_person(call: Call) -> Answer:
    """Get one person's plan: switch, own shift (`hours` null: that of the team holds), leave that isn't over, skills by level.
    Agents see their own.
    """
    found = services().desk.staff.person(call.path["login"], viewer=call.by)
    agent = found.agent
    own = {name: getattr(agent, name) for name in ("login", "name", "role", "capacity", "lines", "languages")}
    return PERSON.show(
        found,
        **own,
        teams=agent.team_keys,
        availability=agent.available_at(services().clock.now()),
        availability_until=agent.availability_until,
        skills=dict(agent.levels),
        shift=shown_shift(found.shift),
        leave=[LEAVE.show(one) for one in found.leave],
    )


def set_person_shift(call: Call) -> Answer:
    """Set somebody's own hours and the dates on which they don't hold; null `hours` let those of the team hold. For the
    supervisor and deputy of their team.
    """
    set_shift(AGENT, call.path["login"], call.body, by=call.by)
    return get_person(call)


def turn_switch(call: Call) -> Answer:
    """Turn somebody's switch, for ever or until an instant (ISO 8601 with offset) at which they are available again."""
    until = instant_of("until", call.body["until"]) if "until" in call.body else None
    availability = Availability(call.body["availability"])
    services().desk.attendance.set_availability(call.path["login"], availability, until=until, by=call.by)
    return get_person(call)


def enter_leave(call: Call) -> Answer:
    """Enter somebody's leave. `delegate` stands in; `open_work` says what becomes of open work when it begins."""
    body = call.body
    entered = services().desk.attendance.add_leave(
        call.path["login"],
        instant_of("from_at", body["from_at"]),
        instant_of("until_at", body["until_at"]),
        delegate=body.get("delegate"),
        open_work=OpenWork(body["open_work"]),
        by=call.by,
    )
    return 201, LEAVE.show(entered)


def cancel_leave(call: Call) -> Answer:
    """Call leave off, also when it has begun; what was handed on stays where it is."""
    services().desk.attendance.cancel_leave(call.path["leave_id"], by=call.by)
    return 204, None


SWITCH = takes({"availability": one_of(Availability)}, until=WHEN)
ENTER = takes({"from_at": WHEN, "until_at": WHEN, "open_work": one_of(OpenWork)}, delegate=or_null(LOGIN))
OPERATIONS = (
    at_desk("GET", "/people/{login}", get_person, answers={200: PERSON.schema}),
    at_desk("PUT", "/people/{login}/shift", set_person_shift, body=SHIFT_SENT, answers={200: PERSON.schema}),
    at_desk("PUT", "/people/{login}/availability", turn_switch, body=SWITCH, answers={200: PERSON.schema}),
    at_desk("POST", "/people/{login}/leave", enter_leave, body=ENTER, answers={201: LEAVE.schema}),
    at_desk("POST", "/leave/{leave_id}/cancel", cancel_leave, answers={204: None}),
)
