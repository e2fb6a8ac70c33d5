"""Know who works when, and let a case wait in its team's line until somebody is free."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0003"
down_revision = "desk_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("desk_agent", sa.Column("busy", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("desk_agent", sa.Column("availability_until", UtcDateTime(), nullable=True))
    op.add_column("desk_agent", sa.Column("lines", sa.Text(), server_default="[]", nullable=False))
    op.add_column("desk_agent", sa.Column("languages", sa.Text(), server_default="[]", nullable=False))
    _make_shifts()
    _make_absences()
    _make_lines()


def _make_shifts() -> None:
    op.create_table(
        "desk_shift",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "holder", name=op.f("pk_desk_shift")),
    )
    op.create_table(
        "desk_shift_day",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "holder", "day", name=op.f("pk_desk_shift_day")),
    )


def _make_absences() -> None:
    op.create_table(
        "desk_absence",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("delegate", sa.String(length=100), nullable=True),
        sa.Column("open_work", sa.String(length=20), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("entered_by", sa.String(length=100), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_absence")),
    )
    op.create_index("ix_desk_absence_login_until_at", "desk_absence", ["login", "until_at"])
    op.create_index("ix_desk_absence_begun_at_from_at", "desk_absence", ["begun_at", "from_at"])


def _make_lines() -> None:
    op.create_table(
        "desk_drain",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_drain")),
    )
    op.create_index("ix_desk_drain_due_at", "desk_drain", ["due_at"])
    op.create_table(
        "desk_assignment",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("task_id", Key, nullable=True),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("fallback_team", sa.String(length=60), nullable=True),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("look_again_at", UtcDateTime(), nullable=True),
        sa.Column("avoid", sa.Text(), nullable=False),
        sa.Column("requeued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_desk_assignment")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_assignment_case_number")),
    )
    op.create_index("ix_desk_assignment_team_waiting_since", "desk_assignment", ["team", "waiting_since"])
    op.create_index("ix_desk_assignment_fallback_team_waiting_since", "desk_assignment", ["fallback_team", "waiting_since"])
    op.create_index("ix_desk_assignment_look_again_at", "desk_assignment", ["look_again_at"])
