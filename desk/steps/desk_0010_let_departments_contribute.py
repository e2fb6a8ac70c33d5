"""Let departments contribute to a case, each with a limit of its own."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0010"
down_revision = "desk_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_contribution",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("clock", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("task_id", Key, nullable=True),
        sa.Column("passed_from", Key, nullable=True),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_by", sa.String(length=100), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_contribution")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_contribution_case_number")),
        sa.ForeignKeyConstraint(["passed_from"], ["desk_contribution.id"], name=op.f("fk_desk_contribution_passed_from")),
    )
    op.create_index("ix_desk_contribution_case_number", "desk_contribution", ["case_number", "id"])
    op.create_index("ix_desk_contribution_task_id", "desk_contribution", ["task_id"])
