"""Let people choose their language anew: until now "zh" stood with whoever chose none, and pages didn't ask for it."""

from alembic import op

revision = "desk_0020"
down_revision = "desk_0019"
branch_labels = None
depends_on = None

FORGET_WHAT_NOBODY_CHOSE = "UPDATE desk_agent SET language = '' WHERE language = 'zh'"


def upgrade() -> None:
    op.execute(FORGET_WHAT_NOBODY_CHOSE)
