"""Publish calendars, version by version, and import statutory years."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0007"
down_revision = "desk_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_edits()
    _make_versions()
    op.create_table(
        "desk_calendar_draft",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_desk_calendar_draft")),
    )


def _make_edits() -> None:
    op.create_table(
        "desk_calendar_edit",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("after_case", sa.String(length=40), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_calendar_edit")),
    )


def _make_versions() -> None:
    op.create_table(
        "desk_calendar_version",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edit_id", Key, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_desk_calendar_version")),
        sa.ForeignKeyConstraint(["edit_id"], ["desk_calendar_edit.id"], name=op.f("fk_desk_calendar_version_edit_id")),
        sa.UniqueConstraint("edit_id", name=op.f("uq_desk_calendar_version_edit_id")),
    )
    op.create_table(
        "desk_statutory_year",
        sa.Column("edit_id", Key, autoincrement=False, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_desk_statutory_year")),
        sa.ForeignKeyConstraint(["edit_id"], ["desk_calendar_edit.id"], name=op.f("fk_desk_statutory_year_edit_id")),
    )
