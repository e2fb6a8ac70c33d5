"""Link cases: one follows another, was split off from it, was merged into it."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0016"
down_revision = "desk_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_link",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("other_number", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_link")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_link_case_number")),
        sa.ForeignKeyConstraint(["other_number"], ["desk_case.number"], name=op.f("fk_desk_link_other_number")),
        sa.UniqueConstraint("case_number", "kind", "other_number", name=op.f("uq_desk_link_case_number_kind_other_number")),
    )
    op.create_index("ix_desk_link_other_number", "desk_link", ["other_number"])
