"""Cases that belong together: merge one into another, split one off."""

from __future__ import annotations

from typing import Any

from desk.casework.timeline import TimelineItem
from desk.masking import mask_within
from desk.model import CaseType, EntryKind
from webui.api.cases import CASE, NUMBER, case_shown
from webui.api.desk_operations import CASE_NUMBER, at_desk
from webui.api.operations import Answer, Call
from webui.api.shapes import ID, INSTANT, REASON, REVISION, TEXT, Schema, Shape, items, one_of, takes
from webui.context import services

SAID = Shape("Said", {"id": ID, "number": TEXT, "kind": one_of(EntryKind), "at": INSTANT, "by": TEXT, "text": TEXT})
CONVERSATION: Schema = {"title": "Conversation", **takes({"items": items(SAID.schema)})}


def merge_case(call: Call) -> Answer:
    """Merge a case `into` another one, which is answered: it keeps the earlier receipt, the earlier answer and what was said in
    both. The first one ends and counts in no statistics; what is written to it later goes to the other one. For who owns both,
    and supervisors. `revision` is that of the case that ends, `into_revision` of the one that stays, as they were read.
    """
    given, number = call.body, call.path["number"]
    read = {name: given.get(name) for name in ("revision", "into_revision")}
    services().desk.merging.merge(number, given["into"], by=call.by, reason=given["reason"], **read)
    return case_shown(given["into"], call.by)


def split_case(call: Call) -> Answer:
    """Open a case for a customer's message, whose id is that of the conversation; its limits count from that message. `type` is
    that of the new matter, by default the same. With the header Idempotency-Key the same order again opens nothing. For the owner
    and supervisors.
    """
    given, key = call.body, f"api:{call.by}:{call.key}" if call.key else None
    split = {"type": given.get("type"), "reason": given.get("reason", ""), "request_id": key}
    number = services().desk.splitting.split(call.path["number"], given["entry_id"], by=call.by, **split)
    return 201, {"number": number}


def get_conversation(call: Call) -> Answer:
    """Get the last 200 things that were said in a case, in order, with those of cases that were merged into it, each with the
    case's `number`. What looks like a phone number, mail address or identity number is masked.
    """
    said = services().desk.cases.conversation(call.path["number"], viewer=call.by)
    return {"items": [_said(item, call.path["number"]) for item in said]}


def _said(item: TimelineItem, number: str) -> dict[str, Any]:
    where = {"id": item.details["entry_id"], "number": item.details.get("case", number)}
    return SAID.show(item, **where, text=mask_within(item.text))


OPERATIONS = (
    at_desk(
        "POST",
        "/cases/{number}/merge",
        merge_case,
        body=takes({"into": CASE_NUMBER, "reason": REASON}, revision=REVISION, into_revision=REVISION),
        answers={200: CASE.schema},
    ),
    at_desk(
        "POST",
        "/cases/{number}/split",
        split_case,
        body=takes({"entry_id": ID}, type=one_of(CaseType), reason=REASON),
        creates=True,
        answers={201: NUMBER.schema},
    ),
    at_desk("GET", "/cases/{number}/conversation", get_conversation, answers={200: CONVERSATION}),
)
