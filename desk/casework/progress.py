"""One step of work as a row of the progress table: a pure rule over what the agent noted.

When the agent names no start, work began with the call or the claim that came after their last row; else it is a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.errors import AnswersInvalid
from desk.instants import instant
from desk.model import Case
from desk.store.progress import ProgressRow
from desk.wordings import BEFORE_RECEIPT, IN_FUTURE, NEXT_NEEDED, NO_TIME, REQUIRED

RESOLVED = "resolved"


def checked_entry(case: Case, data: Mapping[str, Any], *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The agent's note with `work_started_at` as an instant or None.

    Raises AnswersInvalid: work starts after the receipt and not in the future; until the case is resolved each row names
    the next action.
    """
    errors: dict[str, Wording] = {}
    started_at = _started(data.get("work_started_at"), zone, errors)
    if started_at is not None and started_at < case.received_at.replace(second=0, microsecond=0):
        errors["work_started_at"] = BEFORE_RECEIPT
    if started_at is not None and started_at > now:
        errors["work_started_at"] = IN_FUTURE
    if data.get("outcome") != RESOLVED and not _text(data, "next_action"):
        errors["next_action"] = NEXT_NEEDED
    if not _content(data):
        errors["content"] = REQUIRED
    if errors:
        raise AnswersInvalid(errors)
    return {**data, "work_started_at": started_at}


def _started(value: Any, zone: ZoneInfo, errors: dict[str, Wording]) -> datetime | None:
    try:
        return instant(value, zone)
    except ValueError:
        errors["work_started_at"] = NO_TIME
        return None


def row_of(
    case: Case,
    data: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    task_id: int,
    task_name: str,
    claimed_at: datetime | None,
    last_end: datetime | None,
    last_call: datetime | None,
    zone: ZoneInfo,
) -> ProgressRow:
    """The row for work that ended at `at`. Never begins after its end."""
    started_at = _started(data.get("work_started_at"), zone, {})
    if started_at is None:
        begun = [one for one in (claimed_at, last_call) if one is not None and (last_end is None or one >= last_end)]
        started_at = min(begun, default=at)
    return ProgressRow(
        case_number=case.number,
        round=case.round,
        task_id=task_id,
        stage=_text(data, "stage") or task_name,
        by=by,
        started_at=min(started_at, at),
        ended_at=at,
        content=_content(data),
        customer_feedback=_text(data, "customer_feedback"),
        next_action=_text(data, "next_action"),
        final=data.get("outcome") == RESOLVED,
    )


def _content(data: Mapping[str, Any]) -> str:
    """What was done; approvals and follow-ups call it by other names."""
    return _text(data, "content") or _text(data, "comment") or _text(data, "action")


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""
