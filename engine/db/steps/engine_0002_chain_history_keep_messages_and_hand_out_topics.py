"""Chain the history by hashes, keep messages until somebody waits for them, and give jobs a topic for other programs."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "engine_0002"
down_revision = "engine_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("process_instance", sa.Column("history_hash", sa.LargeBinary(), nullable=True))
    op.add_column("history_event", sa.Column("hash", sa.LargeBinary(), nullable=True))
    op.add_column("job", sa.Column("topic", sa.String(length=100), nullable=True))
    op.create_index("ix_job_topic_state_available_at", "job", ["topic", "state", "available_at"])
    op.create_table(
        "buffered_message",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("data_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_buffered_message")),
        sa.UniqueConstraint("message_id", name=op.f("uq_buffered_message_message_id")),
    )
    op.create_index("ix_buffered_message_name_correlation_key", "buffered_message", ["name", "correlation_key"])
    op.create_index("ix_buffered_message_expires_at", "buffered_message", ["expires_at"])
