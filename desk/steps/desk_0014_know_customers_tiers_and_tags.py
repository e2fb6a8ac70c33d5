"""Know a customer's tier, and tags of customers and cases."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0014"
down_revision = "desk_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("desk_customer", "desk_case"):
        op.add_column(table, sa.Column("tier", sa.String(length=40), server_default="standard", nullable=False))
        op.add_column(table, sa.Column("tags", sa.JSON(), server_default="[]", nullable=False))
