"""Cases that belong together: merge one into another, split one off."""

from __future__ import annotations

from desk.model import Scope
from webui.api.cases import CASE, CASE_NUMBER, ROLES, case_shown
from webui.api.operations import Answer, Call, Operation
from webui.api.shapes import REASON, REVISION, takes
from webui.context import services


def merge_case(call: Call) -> Answer:
    """Merge a case `into` another one, which is answered: it keeps the earlier receipt, the earlier answer and what was said in
    both. The first one ends and counts in no statistics; what is written to it later goes to the other one. For who owns both,
    and supervisors. `revision` is that of the case that ends, as it was read.
    """
    given, number = call.body, call.path["number"]
    desk = services().desk
    desk.merging.merge(number, given["into"], by=call.by, reason=given["reason"], revision=given.get("revision"))
    return case_shown(given["into"], call.by)


OPERATIONS = (
    Operation(
        method="POST",
        path="/cases/{number}/merge",
        view=merge_case,
        scope=Scope.TASKS,
        roles=ROLES,
        parts={"number": CASE_NUMBER},
        body=takes({"into": CASE_NUMBER, "reason": REASON}, revision=REVISION),
        answers={200: CASE.schema},
    ),
)
