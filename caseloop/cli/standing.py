"""Where an instance stands, as text for a terminal and as data for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from caseloop.text import table
from engine import codec
from engine.model import Incident, Job

if TYPE_CHECKING:
    from engine.inspection import Standing


def as_data(found: Standing) -> dict[str, Any]:
    """For JSON: variables as the engine keeps them, types tagged; instants in UTC."""
    instance = found.instance
    return {
        "number": instance.business_key,
        "process": f"{instance.process_key} {instance.version}",
        "state": instance.state.value,
        "revision": instance.revision,
        "started_at": instance.started_at.isoformat(),
        "suspended": {"by": found.suspension.by, "since": found.suspension.since.isoformat(), "reason": found.suspension.reason}
        if found.suspension
        else None,
        "problem": found.problem or None,
        "tokens": [
            {"token": each.token_id, "activity": each.activity_id, "waits_for": each.kind, "may_move_to": list(each.targets)}
            for each in found.tokens
        ],
        "variables": json.loads(codec.encode(dict(found.variables))),
        "timers": [
            {"activity": each.activity_id, "token": each.token_id, "due_at": each.due_at.isoformat() if each.due_at else None}
            for each in found.timers
        ],
        "waits": [
            {"activity": each.activity_id, "kind": each.kind.value, "name": each.message_name, "key": each.correlation_key}
            for each in found.subscriptions
        ],
        "jobs": [_job(each) for each in found.jobs],
        "incidents": [_incident(each) for each in found.incidents],
    }


def _job(job: Job) -> dict[str, Any]:
    return {
        "job": job.id,
        "activity": job.activity_id,
        "handler": job.handler,
        "state": job.state.value,
        "attempt": job.attempt,
        "retries": job.retries,
        "available_at": job.available_at.isoformat(),
    }


def _incident(incident: Incident) -> dict[str, Any]:
    since = incident.created_at.isoformat()
    return {"incident": incident.id, "activity": incident.activity_id, "message": incident.message, "since": since}


def as_text(found: Standing, zone: ZoneInfo) -> str:
    """A head and a table for each kind of thing that is open; of variables only the names."""
    return "\n\n".join(_parts(found, zone))


def _parts(found: Standing, zone: ZoneInfo) -> Iterator[str]:
    instance = found.instance
    head = f"{instance.business_key}: {instance.process_key} {instance.version}, {instance.state}"
    head += f", since {_local(instance.started_at, zone)}"
    if held := found.suspension:
        head += f"\nsuspended by {held.by} at {_local(held.since, zone)}: {held.reason}"
    yield head + (f"\n{found.problem}" if found.problem else "")
    yield table(
        [{"token": each.token_id, "at": each.activity_id, "waits for": each.kind} for each in found.tokens],
        empty="No open tokens.",
    )
    timers = [{"timer": each.activity_id, "due": _local(each.due_at, zone)} for each in found.timers]
    waits = [{"waits for": each.message_name, "kind": each.kind.value, "at": each.activity_id} for each in found.subscriptions]
    jobs = [_job(each) for each in found.jobs if each.state not in ("done", "cancelled")]
    yield from _tables(timers, waits, jobs, [_incident(each) for each in found.incidents])
    yield f"variables: {', '.join(sorted(found.variables)) or 'none'}"


def _tables(*rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield from (table(each, empty="") for each in rows if each)


def _local(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes") if at else "not armed"
