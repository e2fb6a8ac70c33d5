"""Table of the waits of cases for their customers."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from desk.tables.columns import case_column, metadata
from engine.db.types import UtcDateTime

wait = Table(
    "desk_wait",
    metadata,
    case_column(primary_key=True),
    Column("token_id", String(40), primary_key=True),
    Column("round", Integer, nullable=False),
    Column("clock", String(100), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("days", Integer, nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("next_at", UtcDateTime),
    Index("ix_desk_wait_next_at", "next_at"),
)
"""Where a token waits for the customer. `told` counts the reminders so far, `next_at` is when the next one is due."""
