"""Calendars as they were published, the draft of each, statutory years that were imported, and how far open cases follow."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from desk.tables.columns import key_column, login_column, metadata
from engine.db.types import Key, UtcDateTime

calendar_edit = Table(
    "desk_calendar_edit",
    metadata,
    key_column(),
    Column("kind", String(20), nullable=False),
    Column("key", String(60), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    login_column("by"),
    Column("after_case", String(40)),
    Column("total", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("busy_until", UtcDateTime),
    Column("done_at", UtcDateTime),
)
"""Its ids count the states of all calendars together. `after_case` is the last case that was given out, null before the first."""

calendar_page = Table(
    "desk_calendar_page",
    metadata,
    Column("edit_id", Key, ForeignKey("desk_calendar_edit.id"), primary_key=True, autoincrement=False),
    Column("up_to_case", String(40), primary_key=True),
    Column("after_case", String(40), nullable=False),
    Column("busy_until", UtcDateTime, nullable=False),
)
"""Cases that were given out to one worker, and don't all follow the edit yet: those behind `after_case`, up to `up_to_case`."""

calendar_version = Table(
    "desk_calendar_version",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("edit_id", Key, ForeignKey("desk_calendar_edit.id"), nullable=False, unique=True),
    Column("document", Text, nullable=False),
)

statutory_year = Table(
    "desk_statutory_year",
    metadata,
    Column("edit_id", Key, ForeignKey("desk_calendar_edit.id"), primary_key=True, autoincrement=False),
    Column("country", String(2), nullable=False),
    Column("year", Integer, nullable=False),
    Column("content", Text, nullable=False),
)

team_calendar = Table(
    "desk_team_calendar",
    metadata,
    Column("edit_id", Key, ForeignKey("desk_calendar_edit.id"), primary_key=True, autoincrement=False),
    Column("team", String(60), nullable=False),
    Column("calendar", String(60)),
)
"""Which calendar a team chose by that edit; null for the business calendar."""

calendar_draft = Table(
    "desk_calendar_draft",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("based_on", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    login_column("changed_by"),
)
"""`based_on` is the version that counted when the draft was opened; 0 for one that isn't stored, or is new."""
