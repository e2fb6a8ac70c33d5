"""Alert of broken promises, and know a customer's language."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0018"
down_revision = "desk_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_promise", sa.Column("told_at", UtcDateTime(), nullable=True))
    op.add_column("desk_customer", sa.Column("language", sa.String(length=10), nullable=True))
