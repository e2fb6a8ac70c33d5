"""Tables of how departments work together on a case."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from desk.tables.columns import REASON, WANTED, case_column, key_column, login_column, metadata, sealed_column
from engine.db.types import Key, UtcDateTime

contribution = Table(
    "desk_contribution",
    metadata,
    key_column(),
    case_column(),
    Column("round", Integer, nullable=False),
    Column("team", String(60), nullable=False),
    Column("clock", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("task_id", Key),
    Column("passed_from", Key, ForeignKey("desk_contribution.id")),
    sealed_column("wanted_sealed", WANTED),
    login_column("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    sealed_column("reason_sealed", REASON, nullable=True),
    login_column("ended_by", nullable=True),
    Column("ended_at", UtcDateTime),
    Column("waiting_since", UtcDateTime),
    Column("avoid", Text, nullable=False, server_default="[]"),
    Index("ix_desk_contribution_case_number", "case_number", "id"),
    Index("ix_desk_contribution_task_id", "task_id"),
    Index("ix_desk_contribution_waiting_since", "waiting_since"),
)
"""What a department was asked to do in a case. `clock` is its own limit; `reason` why it was withdrawn or passed on. It waits
`waiting_since` nobody of the department was free; `avoid` are logins who gave it back.
"""
