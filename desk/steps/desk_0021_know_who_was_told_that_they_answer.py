"""Know who was told that they answer for a case since it waits, so that one notice can tell of a whole line."""

import json
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from engine.db.types import UtcDateTime

revision = "desk_0021"
down_revision = "desk_0020"
branch_labels = None
depends_on = None

ONCE_TOLD = timedelta(minutes=11)
"""The first look, which tells, comes a minute after a case began to wait, the next one ten minutes later."""

_case = sa.table("desk_case", sa.column("number"), sa.column("owner"))
_assignment = sa.table(
    "desk_assignment",
    sa.column("case_number"),
    sa.column("waiting_since", UtcDateTime()),
    sa.column("look_again_at", UtcDateTime()),
    sa.column("told"),
)


def upgrade() -> None:
    op.add_column("desk_assignment", sa.Column("told", sa.Text(), nullable=False, server_default="[]"))
    note_who_knows(op.get_bind())


def note_who_knows(connection: sa.Connection) -> None:
    """Whoever answers for a case that was looked at already was told so before: nobody is to be told of all lines again."""
    row = _assignment.c
    waits = sa.select(row.case_number, row.waiting_since, row.look_again_at, _case.c.owner)
    waits = waits.join(_case, _case.c.number == row.case_number)
    waits = waits.where(row.waiting_since.is_not(None), row.look_again_at.is_not(None), _case.c.owner.is_not(None))
    known = [
        {"number": one.case_number, "logins": json.dumps([one.owner])}
        for one in connection.execute(waits)
        if one.look_again_at >= one.waiting_since + ONCE_TOLD
    ]
    if known:
        noting = sa.update(_assignment).where(row.case_number == sa.bindparam("number")).values(told=sa.bindparam("logins"))
        connection.execute(noting, known)
