"""Count how often somebody was assigned work, and let contributions wait in the line of their team."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0015"
down_revision = "desk_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_agent", sa.Column("times_assigned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("desk_contribution", sa.Column("waiting_since", UtcDateTime(), nullable=True))
    op.add_column("desk_contribution", sa.Column("avoid", sa.Text(), nullable=False, server_default="[]"))
    op.create_index("ix_desk_contribution_waiting_since", "desk_contribution", ["waiting_since"])
