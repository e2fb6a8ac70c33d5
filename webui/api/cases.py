"""Cases: open one, look at them as the desk shows them, with names and contacts masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.casework.cases import CaseListItem, CaseView
from desk.clocks import ClockPhase
from desk.masking import mask_within
from desk.model import CaseState, Channel, Verdict
from desk.store.deliveries import reference_of
from desk.store.links import LinkKind
from desk.texts import MAX_TEXT
from webui.api.desk_operations import at_desk
from webui.api.errors import CursorUnknown
from webui.api.operations import PAGING, Answer, Call
from webui.api.paging import cursor, place
from webui.api.shapes import (
    ANSWERS,
    BOOLEAN,
    ID,
    INSTANT,
    TEXT,
    VERSION,
    WHOLE,
    Schema,
    Shape,
    items,
    one_of,
    or_null,
    page_of,
    takes,
    text,
)
from webui.context import services

CLOCK = Shape(
    "Clock",
    {
        "name": TEXT,
        "round": WHOLE,
        "state": one_of(ClockPhase),
        "started_at": INSTANT,
        "due_at": or_null(INSTANT),
        "warn_at": or_null(INSTANT),
        "stopped_at": or_null(INSTANT),
        "paused_since": or_null(INSTANT),
        "paused_until": or_null(INSTANT),
        "paused_for": items(TEXT),
        "breached_at": or_null(INSTANT),
        "calendar": TEXT,
        "provisional": BOOLEAN,
        "verdict": one_of(Verdict),
    },
)
LINK = Shape("CaseLink", {"number": TEXT, "kind": one_of(LinkKind), "other": TEXT, "at": INSTANT, "by": TEXT, "reason": TEXT})
FIELDS = {
    "number": TEXT,
    "process_key": TEXT,
    "version": TEXT,
    "state": one_of(CaseState),
    "stage": TEXT,
    "type": TEXT,
    "subtype": TEXT,
    "priority": TEXT,
    "tier": TEXT,
    "tags": items(TEXT),
    "channel": TEXT,
    "team": TEXT,
    "owner": or_null(TEXT),
    "round": WHOLE,
    "received_at": INSTANT,
    "entered_at": INSTANT,
    "desired_at": or_null(INSTANT),
    "first_response_at": or_null(INSTANT),
    "resolved_at": or_null(INSTANT),
    "closed_at": or_null(INSTANT),
    "revision": WHOLE,
    "customer": TEXT,
    "owner_name": TEXT,
    "in_line": BOOLEAN,
}
ITEM = Shape("CaseListItem", FIELDS)
CASE = Shape(
    "Case",
    {
        **FIELDS,
        "contact": TEXT,
        "customer_number": TEXT,
        "description": TEXT,
        "order_number": TEXT,
        "product": TEXT,
        "clocks": items(CLOCK.schema),
        "links": items(LINK.schema),
        "instance_id": ID,
    },
)
NUMBER = Shape("CaseNumber", {"number": TEXT})
RECEIVED = Shape("ReceivedMessage", {"number": TEXT, "taken": BOOLEAN, "opened": BOOLEAN})
HEADERS: Schema = {"type": "object", "maxProperties": 100, "additionalProperties": text(2000, shortest=0)}
FILTERS = {
    "state": one_of(CaseState),
    "type": text(40),
    "priority": text(20),
    "team": text(60),
    "owner": text(100),
    "version": VERSION,
    "tier": text(40),
    "tag": text(30),
}


def list_cases(call: Call) -> Answer:
    """List cases that the agent may read, the newest received first. `text` is part of a case number, or exactly a phone number,
    mail address, customer's name or order number.
    """
    limit, filters = call.query["limit"], _filters(call)
    found = services().desk.cases.search(call.query.get("text", ""), viewer=call.by, filters=filters, page_size=limit + 1).items
    shown = found[:limit]
    more = len(found) > limit
    last = shown[-1].case if more else None
    return {
        "items": [_item(each) for each in shown],
        "next": cursor([last.received_at.isoformat(), last.number]) if last else None,
    }


def _filters(call: Call) -> dict[str, Any]:
    filters: dict[str, Any] = {name: call.query[name] for name in FILTERS if name in call.query}
    if "state" in filters:
        filters["states"] = (CaseState(filters.pop("state")),)
    if (after := place(call)) is not None:
        filters["after"] = _after(after)
    return filters


def _after(after: Any) -> tuple[datetime, str]:
    try:
        received_at, number = after
        received = datetime.fromisoformat(received_at)
    except (TypeError, ValueError):
        raise CursorUnknown from None
    if received.tzinfo is None or not isinstance(number, str) or "\x00" in number:
        raise CursorUnknown
    return received, number


def _item(listed: CaseListItem) -> dict[str, Any]:
    return ITEM.show(listed.case, customer=listed.customer, owner_name=listed.owner_name, in_line=listed.in_line)


def get_case(call: Call) -> Answer:
    """Get one case with its clocks, and links that say of `number` what it is to `other`. In the description, what looks like
    a phone number, mail address or identity number is masked.
    """
    return case_shown(call.path["number"], call.by)


def case_shown(number: str, viewer: str) -> dict[str, Any]:
    """A case as the API shows it."""
    view: CaseView = services().desk.cases.case(number, viewer=viewer)
    own = {name: getattr(view, name) for name in CASE.fields if name not in ITEM.fields}
    own["description"], own["clocks"] = mask_within(view.description), [CLOCK.show(each) for each in view.clocks]
    own["links"] = [LINK.show(each, reason=mask_within(each.reason)) for each in view.links]
    return CASE.show(view.case, **own, customer=view.customer, owner_name=view.owner_name, in_line=view.in_line)


def open_case(call: Call) -> Answer:
    """Open a case with the answers of the intake form. With the header Idempotency-Key the same order again opens nothing and
    tells the number. `team` is the team that took the request, by default the agent's first. In the shipped form `customer_tier`
    is for supervisors to give, `tags` are one text with commas, and `customer_language` (zh, en) is how we write to them.
    """
    key = f"api:{call.by}:{call.key}" if call.key else None
    number = services().desk.intake.open_case(call.body["form"], by=call.by, team=call.body.get("team"), request_id=key)
    return 201, {"number": number}


def take_message(call: Call) -> Answer:
    """Take a message from the customer, once per `message_id` of the token's agent; with that of a message to another case it is
    refused (409). Tells to which case it came: what is written to a case that was
    merged goes to the one that stays, and to a closed case a new one is opened, which follows it. `headers` are those of a
    mail, by which one that no person wrote is told apart: it is noted and moves nothing.
    """
    given = call.body
    services().desk.cases.case(call.path["number"], viewer=call.by)
    received = services().desk.incoming.take(
        call.path["number"],
        given["text"],
        message_id=f"api:{call.by}:{reference_of(given['message_id'])}",
        headers=given.get("headers"),
        channel=given.get("channel"),
    )
    return RECEIVED.show(received)


OPERATIONS = (
    at_desk("GET", "/cases", list_cases, query={**PAGING, **FILTERS, "text": text(100)}, answers={200: page_of(ITEM)}),
    at_desk(
        "POST", "/cases", open_case, body=takes({"form": ANSWERS}, team=text(60)), creates=True, answers={201: NUMBER.schema}
    ),
    at_desk("GET", "/cases/{number}", get_case, answers={200: CASE.schema}),
    at_desk(
        "POST",
        "/cases/{number}/messages",
        take_message,
        body=takes({"text": text(MAX_TEXT), "message_id": text(120)}, headers=HEADERS, channel=one_of(Channel)),
        answers={200: RECEIVED.schema},
    ),
)
