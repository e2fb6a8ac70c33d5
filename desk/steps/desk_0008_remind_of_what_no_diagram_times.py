"""Know which clocks somebody was reminded of: those that no timer of a diagram watches."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0008"
down_revision = "desk_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_clock", sa.Column("reminded_at", UtcDateTime(), nullable=True))
