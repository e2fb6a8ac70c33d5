"""Let each team choose the calendar in which its limits count."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key

revision = "desk_0012"
down_revision = "desk_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_team_calendar",
        sa.Column("edit_id", Key, autoincrement=False, nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("calendar", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["edit_id"], ["desk_calendar_edit.id"], name=op.f("fk_desk_team_calendar_edit_id")),
        sa.PrimaryKeyConstraint("edit_id", name=op.f("pk_desk_team_calendar")),
    )
