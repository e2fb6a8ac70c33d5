"""Count how often somebody was assigned work, and let contributions wait in the line of their team."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0015"
down_revision = "desk_0014"
branch_labels = None
depends_on = None

LET_WAIT_WHAT_NOBODY_HOLDS = """
    UPDATE desk_contribution SET waiting_since = asked_at
    WHERE state = 'open' AND task_id IN (SELECT id FROM user_task WHERE state = 'created' AND assignee IS NULL)
"""


def upgrade() -> None:
    op.add_column("desk_agent", sa.Column("times_assigned", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("desk_contribution", sa.Column("waiting_since", UtcDateTime(), nullable=True))
    op.add_column("desk_contribution", sa.Column("avoid", sa.Text(), nullable=False, server_default="[]"))
    # a database without the engine's tables is just being made
    if sa.inspect(op.get_bind()).has_table("user_task"):
        op.execute(LET_WAIT_WHAT_NOBODY_HOLDS)
    op.create_index("ix_desk_contribution_waiting_since", "desk_contribution", ["waiting_since"])
