"""Grant authority for approvals, and hand suggestions over in batches."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0006"
down_revision = "desk_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_approvals()
    _make_suggestions()


def _make_approvals() -> None:
    op.create_table(
        "desk_authority",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("login", sa.String(length=100), nullable=True),
        sa.Column("up_to", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_authority")),
    )
    op.create_index("ix_desk_authority_kind", "desk_authority", ["kind"])
    op.create_table(
        "desk_approval",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=True),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_approval")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_approval_case_number")),
    )
    op.create_index("ix_desk_approval_case_number", "desk_approval", ["case_number"])


def _make_suggestions() -> None:
    op.create_table(
        "desk_suggestion_batch",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("handed_by", sa.String(length=100), nullable=False),
        sa.Column("handed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_suggestion_batch")),
    )
    op.create_table(
        "desk_suggestion",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("batch_id", Key, nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("judged_by", sa.String(length=100), nullable=True),
        sa.Column("judged_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_desk_suggestion")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_suggestion_case_number")),
        sa.ForeignKeyConstraint(["batch_id"], ["desk_suggestion_batch.id"], name=op.f("fk_desk_suggestion_batch_id")),
    )
    op.create_index("ix_desk_suggestion_batch_id", "desk_suggestion", ["batch_id"])
