"""Tables of who works, and when: teams, agents, shifts, absences."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false

from desk.tables.columns import key_column, login_column, metadata
from engine.db.types import UtcDateTime

team = Table(
    "desk_team",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("name_en", String(100), nullable=False),
    login_column("supervisor", nullable=True),
    login_column("deputy", nullable=True),
)

agent = Table(
    "desk_agent",
    metadata,
    Column("login", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("shown_as", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("skills", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("email", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("password_is_temporary", Boolean, nullable=False),
    Column("last_assigned_at", UtcDateTime),
    Column("times_assigned", Integer, nullable=False, server_default="0"),
    Column("busy", Boolean, nullable=False, server_default=false()),
    Column("availability_until", UtcDateTime),
    Column("lines", Text, nullable=False, server_default="[]"),
    Column("languages", Text, nullable=False, server_default="[]"),
    Column("revision", Integer, nullable=False),
)

membership = Table(
    "desk_membership",
    metadata,
    Column("login", String(100), ForeignKey("desk_agent.login"), primary_key=True),
    Column("team_key", String(60), ForeignKey("desk_team.key"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("ix_desk_membership_team_key", "team_key"),
)

login_failure = Table(
    "desk_login_failure",
    metadata,
    key_column(),
    login_column(),
    Column("address", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_desk_login_failure_login", "login", "at"),
    Index("ix_desk_login_failure_address", "address", "at"),
)

shift = Table(
    "desk_shift",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("holder", String(100), primary_key=True),
    Column("hours", Text, nullable=False),
    Column("zone", String(60), nullable=False),
    login_column("changed_by"),
    Column("changed_at", UtcDateTime, nullable=False),
)
"""The weekly hours of an agent (kind "agent", holder a login) or a team (kind "team", holder its key)."""

shift_day = Table(
    "desk_shift_day",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("holder", String(100), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("spans", Text, nullable=False),
)
"""A date on which the weekly hours don't hold; no spans: off."""

absence = Table(
    "desk_absence",
    metadata,
    key_column(),
    login_column(),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    login_column("delegate", nullable=True),
    Column("open_work", String(20), nullable=False),
    Column("begun_at", UtcDateTime),
    Column("cancelled_at", UtcDateTime),
    login_column("entered_by"),
    Column("entered_at", UtcDateTime, nullable=False),
    Index("ix_desk_absence_login_until_at", "login", "until_at"),
    Index("ix_desk_absence_begun_at_from_at", "begun_at", "from_at"),
)

drain = Table(
    "desk_drain",
    metadata,
    key_column(),
    Column("team", String(60), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Index("ix_desk_drain_due_at", "due_at"),
)
"""When a team's line is to be looked through. Rows are only added and deleted, so that nobody waits for another's lock."""

authority = Table(
    "desk_authority",
    metadata,
    key_column(),
    Column("kind", String(60), nullable=False),
    Column("role", String(20)),
    login_column(nullable=True),
    Column("up_to", String(40)),
    Index("ix_desk_authority_kind", "kind"),
)
"""Who may approve what, of a role or of a person; without an amount: any."""
