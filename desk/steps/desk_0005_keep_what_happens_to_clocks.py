"""Keep what happens to clocks, as events that only grow, and what was promised to customers beside the limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0005"
down_revision = "desk_0004"
branch_labels = None
depends_on = None

COLUMNS = ("case_number", "round", "name", "seq", "kind", "at", "by", "reason", "data")
REFUSAL = "desk_clock_event only grows: an event is neither changed nor deleted"
BY, BATCH = "schema step", 1000
CLOCK = ("case_number", "round", "name", "started_at", "due_at", "warn_at", "source", "stopped_at", "verdict")
_MINUTE = timedelta(minutes=1)


def upgrade() -> None:
    op.add_column("desk_case", sa.Column("waiting", sa.JSON(), server_default="{}", nullable=False))
    _widen_clocks()
    _make_events()
    _make_verdicts()
    _make_promises()
    _carry_over()
    _only_grow()


def _widen_clocks() -> None:
    with op.batch_alter_table("desk_clock") as clock:
        clock.alter_column("due_at", existing_type=UtcDateTime(), nullable=True)
        clock.alter_column("name", existing_type=sa.String(length=40), type_=sa.String(length=100))
        clock.add_column(sa.Column("state", sa.String(length=20), server_default="running", nullable=False))
        clock.add_column(sa.Column("warn_fraction", sa.Float(), server_default="0.75", nullable=False))
        clock.add_column(sa.Column("remaining_seconds", sa.Float(), server_default="0", nullable=False))
        clock.add_column(sa.Column("paused_since", UtcDateTime(), nullable=True))
        clock.add_column(sa.Column("paused_until", UtcDateTime(), nullable=True))
        clock.add_column(sa.Column("paused_for", sa.String(length=200), server_default="", nullable=False))
        clock.add_column(sa.Column("breached_at", UtcDateTime(), nullable=True))
        clock.add_column(sa.Column("breach_cause", sa.String(length=40), nullable=True))
        clock.add_column(sa.Column("calendar", sa.String(length=100), server_default="24x7", nullable=False))
        clock.add_column(sa.Column("calendar_version", sa.String(length=100), server_default="", nullable=False))
        clock.add_column(sa.Column("policy_version", sa.String(length=100), server_default="", nullable=False))
        clock.add_column(sa.Column("provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_desk_clock_calendar", "desk_clock", ["calendar", "stopped_at"])


def _make_events() -> None:
    op.create_table(
        "desk_clock_event",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_clock_event")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_clock_event_case_number")),
        sa.UniqueConstraint("case_number", "round", "name", "seq", name=op.f("uq_desk_clock_event_case_number_round_name_seq")),
    )


def _make_verdicts() -> None:
    op.create_table(
        "desk_clock_verdict",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=100), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_clock_verdict")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_clock_verdict_case_number")),
        sa.UniqueConstraint(
            "case_number", "round", "name", "version", name=op.f("uq_desk_clock_verdict_case_number_round_name_version")
        ),
    )


def _make_promises() -> None:
    op.create_table(
        "desk_promise",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("promised_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=True),
        sa.Column("fulfilled_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("apology_sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_promise")),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_promise_case_number")),
    )
    op.create_index("ix_desk_promise_case_number", "desk_promise", ["case_number", "id"])
    op.create_index("ix_desk_promise_due_at", "desk_promise", ["due_at"])


def _carry_over() -> None:
    """A clock that was kept before gets the events that tell the same: so long around the clock, and done when it was done."""
    clock = _table("desk_clock", (*CLOCK, "state", "breached_at"))
    event = _table("desk_clock_event", COLUMNS)
    connection = op.get_bind()
    old = connection.execute(sa.select(*(clock.c[name] for name in CLOCK))).all()
    for begin in range(0, len(old), BATCH):
        connection.execute(sa.insert(event), [one for row in old[begin : begin + BATCH] for one in _events(row)])
    over = clock.c.stopped_at.is_not(None)
    for verdict, values in (
        ("late", {"state": "stopped", "breached_at": clock.c.due_at}),
        ("on_time", {"state": "stopped"}),
        ("void", {"state": "void"}),
    ):
        connection.execute(sa.update(clock).where(over, clock.c.verdict == verdict).values(**values))


def _table(name: str, columns: tuple[str, ...]) -> sa.TableClause:
    return sa.table(name, *(sa.column(one, UtcDateTime() if one == "at" or one.endswith("_at") else None) for one in columns))


def _events(row: Any) -> Iterator[dict[str, Any]]:
    limit = max(row.due_at - row.started_at, timedelta(microseconds=1))
    amount = Fraction(limit // timedelta(microseconds=1), _MINUTE // timedelta(microseconds=1))
    target = {
        "limit": {"amount": str(amount), "unit": "min"},
        "calendar": "24x7",
        "source": row.source,
        "policy_version": "",
        "calendar_version": "",
        "considered": [],
        "not_before": None,
    }
    started = {"anchor": "received", "anchored_at": _text(row.started_at), "target": target}
    yield _event(row, 0, "ClockStarted", row.started_at, "", started)
    if row.stopped_at is None:
        return
    at = max(row.stopped_at, row.started_at)
    if row.verdict == "void":
        yield _event(row, 1, "ClockVoided", at, "never_happened", {"reason": "never_happened"})
    else:
        yield _event(row, 1, "ClockStopped", at, "carried_over", {"done_at": _text(row.stopped_at), "what": "carried_over"})


def _event(row: Any, seq: int, kind: str, at: datetime, reason: str, fields: dict[str, Any]) -> dict[str, Any]:
    data = {"kind": kind, "version": 1, "at": _text(at), "by": BY, **fields}
    where = {"case_number": row.case_number, "round": row.round, "name": row.name, "seq": seq}
    return {**where, "kind": kind, "at": at, "by": BY, "reason": reason, "data": json.dumps(data)}


def _text(at: datetime) -> str:
    return at.isoformat()


def _only_grow() -> None:
    changed = ", ".join(f'"{name}"' for name in COLUMNS)
    if op.get_bind().dialect.name == "postgresql":
        _for_postgresql(changed)
    else:
        _for_sqlite(changed)


def _for_postgresql(changed: str) -> None:
    op.execute(
        "CREATE FUNCTION desk_clock_event_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    on, act = "ON desk_clock_event FOR EACH", "EXECUTE FUNCTION desk_clock_event_only_grows()"
    op.execute(f"CREATE TRIGGER desk_clock_event_no_change BEFORE UPDATE OF {changed} OR DELETE {on} ROW {act}")
    op.execute(f"CREATE TRIGGER desk_clock_event_no_truncate BEFORE TRUNCATE {on} STATEMENT {act}")


def _for_sqlite(changed: str) -> None:
    act = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER desk_clock_event_no_change BEFORE UPDATE OF {changed} ON desk_clock_event {act}")
    op.execute(f"CREATE TRIGGER desk_clock_event_no_delete BEFORE DELETE ON desk_clock_event {act}")
