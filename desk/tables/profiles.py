"""Table of the tiers that customers' open cases are to follow."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from desk.tables.columns import REASON, login_column, metadata, sealed_column
from engine.db.types import Key, UtcDateTime

tier_change = Table(
    "desk_tier_change",
    metadata,
    Column("customer_id", Key, ForeignKey("desk_customer.id"), primary_key=True, autoincrement=False),
    Column("tier", String(40), nullable=False),
    sealed_column("reason_sealed", REASON),
    login_column("by"),
    Column("at", UtcDateTime, nullable=False),
)
"""A customer was given another tier, until all open cases have it: the last change of each customer."""
