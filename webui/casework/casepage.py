"""What the task page and the case page both show of a case: what was said, what was done, in the viewer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from bpmn.package import ProcessPackage
from desk.casework.timeline import TimelineItem
from webui.casework.reasons import request_for
from webui.collaboration.contributing import panel_of
from webui.context import services
from webui.i18n import gettext
from webui.processes.process_texts import in_words
from webui.staffing.people_names import name_of, team_name

SPOKEN = ("reply", "call", "customer", "note", "request")


def case_texts(number: str | None, login: str, package: ProcessPackage) -> Mapping[str, Any]:
    """The variables of the templates cases/_conversation.html, _progress.html and _compose.html.

    `reached` is the way by which the customer gets what is written; None when nobody but a person reaches them.
    """
    items = services().desk.cases.timeline(number, viewer=login) if number else []
    return {
        "timeline": items,
        "conversation": [item for item in items if item.kind in SPOKEN],
        "progress": progress_of(items),
        **(panel_of(number, login) if number else {"contributions": [], "may_ask_departments": False}),
        "approval_kinds": [("", gettext("(none)")), *((kind, kind) for kind in _kinds())],
        "reached": services().desk.choosing.way_to_customer(number, viewer=login) if number else None,
        "message_id": services().chance.token(),
        "done": request.args.get("done", ""),
        "words": lambda text: in_words(package, text),
        "name_of": name_of,
        "team_name": team_name,
        "request_for": request_for,
    }


def _kinds() -> list[str]:
    """For what somebody has authority."""
    return sorted({one.kind for one in services().desk.approvals.grants()})


def progress_of(items: Sequence[TimelineItem]) -> list[TimelineItem]:
    """The rows of work by their beginning, as the company's table 2 has them."""
    return sorted((item for item in items if item.kind == "progress"), key=lambda item: item.details["started_at"])
