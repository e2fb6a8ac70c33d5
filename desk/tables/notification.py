"""Tables of what people are told: notices in the app, the log of deliveries, preferences, edited wordings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from desk.tables.columns import CONTACT, DETAIL, NOTICE, PREFERENCES, key_column, login_column, metadata, sealed_column
from engine.db.types import UtcDateTime

notice = Table(
    "desk_notice",
    metadata,
    key_column(),
    login_column(),
    Column("case_number", String(40)),
    Column("template", String(60), nullable=False),
    sealed_column("text_sealed", NOTICE),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("idempotency_key", String(200), nullable=False, unique=True),
    Index("ix_desk_notice_login", "login", "read_at", "id"),
)

delivery = Table(
    "desk_delivery",
    metadata,
    Column("idempotency_key", String(200), primary_key=True),
    Column("case_number", String(40)),
    Column("channel", String(20), nullable=False),
    sealed_column("recipient_sealed", CONTACT),
    Column("template", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    sealed_column("detail_sealed", DETAIL),
    Column("at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    login_column(nullable=True),
    Column("created_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("in_digest", Boolean),
    Column("lease_until", UtcDateTime),
    Column("reference", String(40)),
    sealed_column("message_sealed", NOTICE, nullable=True),
    Index("ix_desk_delivery_case_number", "case_number"),
    Index("ix_desk_delivery_state_not_before", "state", "not_before"),
    Index("ix_desk_delivery_at", "at"),
    Index("ix_desk_delivery_reference", "reference"),
)

preference = Table(
    "desk_preference",
    metadata,
    Column("login", String(100), ForeignKey("desk_agent.login"), primary_key=True),
    sealed_column("chosen_sealed", PREFERENCES),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),
)

wording = Table(
    "desk_wording",
    metadata,
    key_column(),
    Column("template", String(60), nullable=False),
    Column("language", String(10), nullable=False),
    Column("texts", Text),
    Column("changed_at", UtcDateTime, nullable=False),
    login_column("changed_by"),
    Index("ix_desk_wording_template", "template", "language", "id"),
)
"""What a template says instead of what was shipped; the newest row counts, one without texts means as shipped."""
