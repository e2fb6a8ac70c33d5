"""Remind customers for whom cases wait."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0013"
down_revision = "desk_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_wait",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("clock", sa.String(length=100), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("case_number", "token_id", name=op.f("pk_desk_wait")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_wait_case_number")),
    )
    op.create_index("ix_desk_wait_next_at", "desk_wait", ["next_at"])
