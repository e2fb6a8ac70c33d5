"""Let messages wait in the log of deliveries until they may leave, let people choose what reaches them, and texts be edited."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0004"
down_revision = "desk_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("login", sa.String(length=100), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("in_digest", sa.Boolean(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=True),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=True),
    ):
        op.add_column("desk_delivery", column)
    op.create_index("ix_desk_delivery_state_not_before", "desk_delivery", ["state", "not_before"], unique=False)
    op.create_index("ix_desk_delivery_at", "desk_delivery", ["at"], unique=False)
    op.create_index("ix_desk_delivery_reference", "desk_delivery", ["reference"], unique=False)
    op.create_table(
        "desk_preference",
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("chosen_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_desk_preference")),
        sa.ForeignKeyConstraint(["login"], ["desk_agent.login"], name=op.f("fk_desk_preference_login")),
    )
    op.create_table(
        "desk_wording",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("texts", sa.Text(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_wording")),
    )
    op.create_index("ix_desk_wording_template", "desk_wording", ["template", "language", "id"], unique=False)
