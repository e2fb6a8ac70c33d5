"""Rows of the tables as records of engine.model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Table

from engine.db import tables
from engine.model import (
    Deployment,
    Incident,
    IncidentState,
    InstanceState,
    Job,
    JobState,
    MessageSubscription,
    ProcessInstance,
    SubscriptionKind,
    TaskState,
    Timer,
    UserTask,
)
from engine.vault import KeyRing


def columns_without(table: Table, *names: str) -> list[ColumnElement[Any]]:
    """All columns of a table but the named ones (large or sealed)."""
    return [column for column in table.columns if column.name not in names]


INSTANCE_COLUMNS = columns_without(tables.process_instance, "snapshot", "history_length", "history_hash")
JOB_COLUMNS = columns_without(tables.job, "call_sealed")
BUFFERED_COLUMNS = columns_without(tables.buffered_message, "data_sealed")
TIMER_COLUMNS = columns_without(tables.timer, "entered_at")


def deployment(row: Row[Any]) -> Deployment:
    return Deployment(**row._mapping)


def instance(row: Row[Any]) -> ProcessInstance:
    values = dict(row._mapping)
    values["state"] = InstanceState(values["state"])
    return ProcessInstance(**values)


def user_task(record: Mapping[str, Any]) -> UserTask:
    values = dict(record)
    values["state"] = TaskState(values["state"])
    values["candidate_groups"] = tuple(json.loads(values["candidate_groups"]))
    values["candidate_users"] = tuple(json.loads(values["candidate_users"]))
    return UserTask(**values)


def timer(row: Row[Any]) -> Timer:
    return Timer(**row._mapping)


def job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    values["state"] = JobState(values["state"])
    return Job(**values)


def subscription(record: Mapping[str, Any]) -> MessageSubscription:
    values = dict(record)
    values["kind"] = SubscriptionKind(values["kind"])
    return MessageSubscription(**values)


def incident(row: Row[Any], vault: KeyRing) -> Incident:
    """An incident with its message opened: what failed may have quoted a customer."""
    values = dict(row._mapping)
    values["message"] = vault.open_text(values.pop("message_sealed"), context=tables.INCIDENT_CONTEXT)
    values["state"] = IncidentState(values["state"])
    return Incident(**values)
