"""Alert of broken promises, and know a customer's language."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime
from engine.ports import SystemClock

revision = "desk_0018"
down_revision = "desk_0017"
branch_labels = None
depends_on = None

TELL_NOBODY_OF_THE_PAST = sa.text("UPDATE desk_promise SET told_at = due_at WHERE due_at < :now AND told_at IS NULL").bindparams(
    sa.bindparam("now", type_=UtcDateTime())
)
STANDING = sa.text("fulfilled_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.add_column("desk_promise", sa.Column("told_at", UtcDateTime(), nullable=True))
    # what was broken long ago would alarm everybody at once
    op.execute(TELL_NOBODY_OF_THE_PAST.bindparams(now=SystemClock().now()))
    op.drop_index("ix_desk_promise_due_at", table_name="desk_promise")
    where = {"postgresql_where": STANDING, "sqlite_where": STANDING}
    op.create_index("ix_desk_promise_standing", "desk_promise", ["due_at", "id"], **where)
    op.add_column("desk_customer", sa.Column("language", sa.String(length=10), nullable=True))
