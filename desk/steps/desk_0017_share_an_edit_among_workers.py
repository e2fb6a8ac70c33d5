"""Let several workers share the cases that follow an edit of the calendars."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0017"
down_revision = "desk_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_calendar_page",
        sa.Column("edit_id", Key, autoincrement=False, nullable=False),
        sa.Column("up_to_case", sa.String(length=40), nullable=False),
        sa.Column("after_case", sa.String(length=40), nullable=False),
        sa.Column("busy_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edit_id"], ["desk_calendar_edit.id"], name=op.f("fk_desk_calendar_page_edit_id")),
        sa.PrimaryKeyConstraint("edit_id", "up_to_case", name=op.f("pk_desk_calendar_page")),
    )
