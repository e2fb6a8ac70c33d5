"""Contributions: what departments are asked to do in a case, each with a limit of its own."""

from __future__ import annotations

from typing import Any

from desk.collaboration.contributions import MOST_AT_ONCE, Asked, ContributionView
from desk.store.contributions import ContributionState
from webui.api.desk_operations import at_desk
from webui.api.operations import Answer, Call
from webui.api.shapes import ID, INSTANT, REASON, TEXT, Schema, Shape, items, one_of, or_null, takes, text
from webui.context import services

CONTRIBUTION = Shape(
    "Contribution",
    {
        "id": ID,
        "team": TEXT,
        "state": one_of(ContributionState),
        "wanted": TEXT,
        "assignee": or_null(TEXT),
        "asked_by": TEXT,
        "asked_at": INSTANT,
        "due_at": or_null(INSTANT),
        "ended_at": or_null(INSTANT),
        "reason": TEXT,
    },
)
CONTRIBUTIONS: Schema = {"title": "Contributions", **takes({"items": items(CONTRIBUTION.schema)})}
TEAM = text(60)
ASK = takes({"team": TEAM, "wanted": REASON}, limit=text(20))


def list_contributions(call: Call) -> Answer:
    """List what departments were asked to do in a case, the oldest first: who works on it, since when and until when."""
    return _all(call, call.path["number"])


def ask_departments(call: Call) -> Answer:
    """Ask departments for a part each; the owner stays the owner. `limit` such as 4bh; without one by the process's table. For
    the owner and supervisors. With the header Idempotency-Key the same order again asks nothing. Answers all parts of the case.
    """
    asked = [Asked(team=one["team"], wanted=one["wanted"], limit=one.get("limit", "")) for one in call.body["departments"]]
    key = f"api:{call.by}:contribution:{call.key}" if call.key else None
    services().desk.contributions.ask(call.path["number"], asked, by=call.by, message_id=key)
    return 201, _all(call, call.path["number"])


def withdraw_contribution(call: Call) -> Answer:
    """Take back what a department was asked for. For the case's owner and supervisors."""
    services().desk.contributions.withdraw(call.path["contribution_id"], reason=call.body["reason"], by=call.by)
    return 204, None


def pass_contribution_on(call: Call) -> Answer:
    """Give a part to another department, with a limit of its own. For the department that has it, and supervisors."""
    given = services().desk.contributions.pass_on(
        call.path["contribution_id"], team=call.body["team"], reason=call.body["reason"], by=call.by
    )
    return _all(call, given.case_number)


def _all(call: Call, number: str) -> dict[str, Any]:
    return {"items": [_shown(one) for one in services().desk.contributions.of_case(number, viewer=call.by)]}


def _shown(view: ContributionView) -> dict[str, Any]:
    return CONTRIBUTION.show(view.contribution, assignee=view.assignee, due_at=view.clock.due_at if view.clock else None)


OPERATIONS = (
    at_desk("GET", "/cases/{number}/contributions", list_contributions, answers={200: CONTRIBUTIONS}),
    at_desk(
        "POST",
        "/cases/{number}/contributions",
        ask_departments,
        body=takes({"departments": {**items(ASK), "minItems": 1, "maxItems": MOST_AT_ONCE}}),
        creates=True,
        answers={201: CONTRIBUTIONS},
    ),
    at_desk(
        "POST",
        "/contributions/{contribution_id}/withdraw",
        withdraw_contribution,
        body=takes({"reason": REASON}),
        answers={204: None},
    ),
    at_desk(
        "POST",
        "/contributions/{contribution_id}/pass-on",
        pass_contribution_on,
        body=takes({"team": TEAM, "reason": REASON}),
        answers={200: CONTRIBUTIONS},
    ),
)
