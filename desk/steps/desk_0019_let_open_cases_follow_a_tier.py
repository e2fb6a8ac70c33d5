"""Let a customer's open cases follow another tier, as workers come to them."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0019"
down_revision = "desk_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_tier_change",
        sa.Column("customer_id", Key, autoincrement=False, nullable=False),
        sa.Column("tier", sa.String(length=40), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["desk_customer.id"], name=op.f("fk_desk_tier_change_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_desk_tier_change")),
    )
