"""Know who was told that they answer for a case since it waits, so that one notice can tell of a whole line."""

import sqlalchemy as sa
from alembic import op

revision = "desk_0021"
down_revision = "desk_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_assignment", sa.Column("told", sa.Text(), nullable=False, server_default="[]"))
