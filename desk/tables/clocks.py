"""Clocks of cases: what happened to them, and what they said when that was last looked at."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from desk.tables.columns import CLOCK_NOTE, PROMISE, case_column, key_column, login_column, metadata, sealed_column
from engine.db.types import UtcDateTime

clock = Table(
    "desk_clock",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("name", String(100), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("warn_at", UtcDateTime),
    Column("warn_fraction", Float, nullable=False),
    Column("remaining_seconds", Float, nullable=False),
    Column("paused_since", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("paused_for", String(200), nullable=False),
    Column("breached_at", UtcDateTime),
    Column("breach_cause", String(40)),
    Column("calendar", String(100), nullable=False),
    Column("calendar_version", String(100), nullable=False),
    Column("policy_version", String(100), nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("source", String(200), nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("verdict", String(20)),
    Column("reminded_at", UtcDateTime),
    Index("ix_desk_clock_stopped_at_due_at", "stopped_at", "due_at"),
    Index("ix_desk_clock_calendar", "calendar", "stopped_at"),
)
"""`due_at` is null while it is paused. What is told here follows from the events; only `verdict`, once there, stays as it is.

`reminded_at` is when somebody was told that a clock is due which no timer of a diagram watches.
"""

clock_event = Table(
    "desk_clock_event",
    metadata,
    key_column(),
    case_column(),
    Column("round", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    login_column("by"),
    Column("reason", String(100), nullable=False),
    Column("data", Text, nullable=False),
    sealed_column("note_sealed", CLOCK_NOTE, nullable=True),
    UniqueConstraint("case_number", "round", "name", "seq"),
)
"""Only grows: the database refuses to change or delete an event."""

clock_verdict = Table(
    "desk_clock_verdict",
    metadata,
    key_column(),
    case_column(),
    Column("round", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    login_column("by"),
    Column("why", String(100), nullable=False),
    Column("data", Text, nullable=False),
    UniqueConstraint("case_number", "round", "name", "version"),
)
"""Verdicts as they were given when a clock stopped; counted anew later, it is a further version beside the old one."""

_STANDING = text("fulfilled_at IS NULL AND withdrawn_at IS NULL")
promise = Table(
    "desk_promise",
    metadata,
    key_column(),
    case_column(),
    Column("promised_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    login_column("by"),
    sealed_column("reason_sealed", PROMISE),
    login_column("approved_by", nullable=True),
    Column("fulfilled_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    sealed_column("apology_sealed", PROMISE, nullable=True),
    Column("told_at", UtcDateTime),
    Index("ix_desk_promise_case_number", "case_number", "id"),
    Index("ix_desk_promise_standing", "due_at", "id", sqlite_where=_STANDING, postgresql_where=_STANDING),
)
"""When we told a customer that it will be done, and what became of that: never the limit itself, which stays what it is.

`told_at` is when people were told that it is broken.
"""
