"""Who has a case: who could have it now, giving it to somebody, to another team, or anew by the rule of assignment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.errors import NotAwaited
from desk.staffing.ownership import Prospect
from webui.api.desk_operations import at_desk
from webui.api.operations import Answer, Call
from webui.api.shapes import BOOLEAN, ID, INSTANT, LOGIN, REASON, REVISION, TEXT, WHOLE, Shape, items, or_null, takes, text
from webui.context import services

CANDIDATE = Shape(
    "AssignmentCandidate",
    {"login": TEXT, "team": TEXT, "load": WHOLE, "capacity": WHOLE, "obstacle": TEXT, "score": or_null(WHOLE)},
)
ASSIGNMENT = Shape(
    "CaseAssignment",
    {
        "task_id": or_null(ID),
        "revision": or_null(WHOLE),
        "assignee": or_null(TEXT),
        "taker": or_null(TEXT),
        "waiting_since": or_null(INSTANT),
        "position": or_null(WHOLE),
        "next_at": or_null(INSTANT),
        "may_give": BOOLEAN,
        "considered": items(CANDIDATE.schema),
    },
)
GIVEN = Shape("CaseGiven", {"number": TEXT, "assignee": or_null(TEXT)})


def get_assignment(call: Call) -> Answer:
    """Tell who has the owner's task of a case, and who else would get it now (`taker`) with everybody considered: `obstacle` is
    the code of what stands in the way, empty for who could have it. `task_id` is null when nobody is to work on the case.
    """
    found = _prospect(call)
    task, answer = found.task, found.answer
    rows = answer.considered if answer else ()
    own = {"task_id": task.id, "revision": task.revision, "assignee": task.assignee} if task else {}
    return ASSIGNMENT.show(
        found,
        **{**dict.fromkeys(("task_id", "revision", "assignee")), **own},
        taker=answer.assignee if answer else None,
        considered=[_candidate(row) for row in rows],
    )


def give_case(call: Call) -> Answer:
    """Give a case to somebody, who needn't be whom the rule would choose; for somebody on leave it goes to who stands in. For
    its holder and supervisors.
    """
    task, body = _prospect(call).task, call.body
    if task is None:
        raise NotAwaited(call.path["number"], "assignment")
    given = services().desk.work.reassign(
        task.id, assignee=body["assignee"], by=call.by, reason=body["reason"], revision=body.get("revision")
    )
    return _given(call, given.assignee)


def give_case_to_team(call: Call) -> Answer:
    """Give a case to another team: to whom of it the rule chooses, else into its line (null). The customer's limits go on. For
    its holder and supervisors.
    """
    body = call.body
    answer = services().desk.transferring.give_to_team(
        call.path["number"], body["team"], reason=body["reason"], revision=body.get("revision"), by=call.by
    )
    return _given(call, answer.assignee)


def assign_case_anew(call: Call) -> Answer:
    """Give a case by the rule to somebody else; null when nobody else can take it, and nothing changed. For the supervisor and
    deputy of its team.
    """
    answer = services().desk.ownership.assign_anew(
        call.path["number"], reason=call.body["reason"], revision=call.body["revision"], by=call.by
    )
    return _given(call, answer.assignee)


def _prospect(call: Call) -> Prospect:
    return services().desk.ownership.prospect(call.path["number"], viewer=call.by)


def _given(call: Call, assignee: str | None) -> dict[str, Any]:
    return {"number": call.path["number"], "assignee": assignee}


def _candidate(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in CANDIDATE.fields} | {"obstacle": str(row.get("obstacle") or "")}


OPERATIONS = (
    at_desk("GET", "/cases/{number}/assignment", get_assignment, answers={200: ASSIGNMENT.schema}),
    at_desk(
        "POST",
        "/cases/{number}/give",
        give_case,
        body=takes({"assignee": LOGIN, "reason": REASON}, revision=REVISION),
        answers={200: GIVEN.schema},
    ),
    at_desk(
        "POST",
        "/cases/{number}/transfer",
        give_case_to_team,
        body=takes({"team": text(60), "reason": REASON}, revision=REVISION),
        answers={200: GIVEN.schema},
    ),
    at_desk(
        "POST",
        "/cases/{number}/assign-anew",
        assign_case_anew,
        body=takes({"reason": REASON, "revision": REVISION}),
        answers={200: GIVEN.schema},
    ),
)
