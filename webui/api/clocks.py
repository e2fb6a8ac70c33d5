"""The clocks of a case: why each is due when it is, let them wait and go on, class the case anew, promises to its customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.clocks import ClockPhase, VoidReason
from desk.clocks.pausing import PauseReason
from desk.limits.promises import PromiseState
from desk.limits.reclassifying import NewClass
from desk.limits.timing import LEFT_OUT, ClockWhy
from desk.model import CaseType, Priority
from desk.profiles import MOST_TAGS
from desk.store.promises import KeptPromise
from desk.texts import LONGEST_REASON
from webui.api.desk_operations import at_desk
from webui.api.instants import WHEN, instant_of
from webui.api.operations import Answer, Call
from webui.api.shapes import (
    BOOLEAN,
    ID,
    INSTANT,
    REASON,
    REVISION,
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
from webui.context import services

WHY = Shape(
    "ClockWhy",
    {
        "name": TEXT,
        "round": WHOLE,
        "state": one_of(ClockPhase),
        "started_at": INSTANT,
        "due_at": or_null(INSTANT),
        "remaining_seconds": WHOLE,
        "breached_at": or_null(INSTANT),
        "calendar": TEXT,
        "source": TEXT,
        "policy_version": TEXT,
        "steps": items(TEXT),
    },
)
WHYS: Schema = {"title": "ClockWhys", **takes({"items": items(WHY.schema)})}
PROMISE = Shape(
    "Promise",
    {
        "id": ID,
        "promised_at": INSTANT,
        "due_at": INSTANT,
        "by": TEXT,
        "reason": TEXT,
        "approved_by": or_null(TEXT),
        "state": one_of(PromiseState),
    },
)
PROMISES: Schema = {"title": "Promises", **takes({"items": items(PROMISE.schema)})}
NOTE = text(LONGEST_REASON, shortest=0)
CLASS: Mapping[str, Schema] = {
    "priority": one_of(Priority),
    "type": one_of(CaseType),
    "subtype": text(100),
    "tier": text(40),
    "tags": items(text(30), maxItems=MOST_TAGS),
    "keep_tags": BOOLEAN,
}


def explain_clocks(call: Call) -> Answer:
    """Tell why each clock of a case is due when it is, the latest round first. `steps` are sentences with numbers."""
    return _whys(call)


def pause_clocks(call: Call) -> Answer:
    """Let the clocks wait that this reason pauses, at the latest until an instant (ISO 8601 with offset). For its owner and
    supervisors. Answers the clocks as they are then.
    """
    services().desk.timing.pause(
        call.path["number"],
        reason=call.body["reason"],
        until=instant_of("until", call.body["until"]),
        note=call.body.get("note", ""),
        by=call.by,
    )
    return _whys(call)


def resume_clocks(call: Call) -> Answer:
    """Let the clocks go on that wait for this reason, without one all. Refused with 409 where the process waits for it."""
    services().desk.timing.resume(call.path["number"], reason=call.body.get("reason"), by=call.by)
    return _whys(call)


def reclassify_case(call: Call) -> Answer:
    """Class a case anew: its clocks get the limits of what it is now. Only supervisors lower a priority, give more time or give
    another tier, which is the customer's from then on; so are the tags with `keep_tags`. Answers the clocks.
    """
    wanted = NewClass(**{name: call.body[name] for name in CLASS if name in call.body})
    services().desk.reclassifying.reclassify(call.path["number"], wanted, reason=call.body["reason"], by=call.by)
    return _whys(call)


def leave_case_out(call: Call) -> Answer:
    """Close a case that is spam or was called off: none of its clocks counts in statistics. For supervisors."""
    number = call.path["number"]
    reason = VoidReason(call.body["reason"])
    services().desk.timing.leave_out(number, reason=reason, note=call.body["note"], by=call.by)
    return _whys(call)


def list_promises(call: Call) -> Answer:
    """List what the customer of a case was promised, the latest last."""
    found = services().desk.promising.of_case(call.path["number"], viewer=call.by)
    return {"items": [_promise(kept) for kept in found]}


def promise_time(call: Call) -> Answer:
    """Tell the customer by when it will be done and why; no limit moves. The customer is told by the ways that reach them.
    `revision` is that of the case as it was read.
    """
    number, due_at, given = call.path["number"], instant_of("due_at", call.body["due_at"]), call.body
    read = given.get("revision")
    kept = services().desk.promising.promise(number, due_at=due_at, reason=given["reason"], by=call.by, revision=read)
    return 201, _promise(kept)


def withdraw_promise(call: Call) -> Answer:
    """Take a promise back and tell the customer so, with an apology."""
    number, promise_id = call.path["number"], call.path["promise_id"]
    return _promise(services().desk.promising.withdraw(number, promise_id, apology=call.body["apology"], by=call.by))


def _whys(call: Call) -> dict[str, Any]:
    return {"items": [_why(one) for one in services().desk.timing.why(call.path["number"], viewer=call.by)]}


def _why(why: ClockWhy) -> dict[str, Any]:
    state = why.state
    told = {"state": state.phase, "started_at": state.started_at, "due_at": state.due_at, "breached_at": state.breached_at}
    told |= {"remaining_seconds": round(state.remaining.total_seconds()), "calendar": state.target.calendar}
    told |= {"source": state.target.source, "policy_version": state.target.policy_version}
    return WHY.show(why, **told, steps=[str(step) for step in why.steps])


def _promise(kept: KeptPromise) -> dict[str, Any]:
    given = kept.promise
    own = {name: getattr(given, name) for name in PROMISE.fields if name not in ("id", "state")}
    return PROMISE.show(kept, **own, state=given.state_at(services().clock.now()))


OPERATIONS = (
    at_desk("GET", "/cases/{number}/clocks", explain_clocks, answers={200: WHYS}),
    at_desk(
        "POST",
        "/cases/{number}/clocks/pause",
        pause_clocks,
        body=takes({"reason": one_of(PauseReason), "until": WHEN}, note=NOTE),
        answers={200: WHYS},
    ),
    at_desk(
        "POST", "/cases/{number}/clocks/resume", resume_clocks, body=takes({}, reason=one_of(PauseReason)), answers={200: WHYS}
    ),
    at_desk("POST", "/cases/{number}/class", reclassify_case, body=takes({"reason": REASON}, **CLASS), answers={200: WHYS}),
    at_desk(
        "POST",
        "/cases/{number}/leave-out",
        leave_case_out,
        body=takes({"reason": one_of(LEFT_OUT), "note": REASON}),
        answers={200: WHYS},
    ),
    at_desk("GET", "/cases/{number}/promises", list_promises, answers={200: PROMISES}),
    at_desk(
        "POST",
        "/cases/{number}/promises",
        promise_time,
        body=takes({"due_at": WHEN, "reason": REASON}, revision=REVISION),
        answers={201: PROMISE.schema},
    ),
    at_desk(
        "POST",
        "/cases/{number}/promises/{promise_id}/withdraw",
        withdraw_promise,
        body=takes({"apology": REASON}),
        answers={200: PROMISE.schema},
    ),
)
