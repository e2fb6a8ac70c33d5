"""Table of how cases belong together."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, UniqueConstraint

from desk.tables.columns import REASON, case_column, key_column, login_column, metadata, sealed_column
from engine.db.types import UtcDateTime

link = Table(
    "desk_link",
    metadata,
    key_column(),
    case_column(),
    Column("kind", String(20), nullable=False),
    case_column("other_number"),
    Column("at", UtcDateTime, nullable=False),
    login_column("by"),
    sealed_column("reason_sealed", REASON, nullable=True),
    UniqueConstraint("case_number", "kind", "other_number"),
    Index("ix_desk_link_other_number", "other_number"),
)
"""What a case is to another one: it follows it, was split off from it, was merged into it."""
