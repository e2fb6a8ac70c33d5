"""Let escalations climb until somebody acknowledges them."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0009"
down_revision = "desk_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_escalation", sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    for name in ("next_at", "told_at", "acknowledged_at"):
        op.add_column("desk_escalation", sa.Column(name, UtcDateTime(), nullable=True))
    op.add_column("desk_escalation", sa.Column("acknowledged_by", sa.String(length=100), nullable=True))
    op.add_column("desk_escalation", sa.Column("note_sealed", sa.LargeBinary(), nullable=True))
    # who was escalated to before had it as a task; nobody is told twice
    op.execute("UPDATE desk_escalation SET told_at = at")
    op.create_index("ix_desk_escalation_next_at", "desk_escalation", ["next_at"])
    op.create_index("ix_desk_escalation_told_at", "desk_escalation", ["told_at"])
    op.create_index("ix_desk_escalation_acknowledged_at", "desk_escalation", ["acknowledged_at", "at"])
