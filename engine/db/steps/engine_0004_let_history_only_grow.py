"""Let history only grow: the database refuses to change or delete an event; sealing its data anew stays allowed."""

from alembic import op

revision = "engine_0004"
down_revision = "engine_0003"
branch_labels = None
depends_on = None

COLUMNS = ("instance_id", "seq", "type", "at", "recorded_at", "by", "activity_id", "token_id", "hash")
REFUSAL = "history_event only grows: an event is neither changed nor deleted"


def upgrade() -> None:
    changed = ", ".join(f'"{name}"' for name in COLUMNS)
    if op.get_bind().dialect.name == "postgresql":
        _for_postgresql(changed)
    else:
        _for_sqlite(changed)


def _for_postgresql(changed: str) -> None:
    op.execute(
        "CREATE FUNCTION history_event_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    act = "EXECUTE FUNCTION history_event_only_grows()"
    op.execute(f"CREATE TRIGGER history_event_no_change BEFORE UPDATE OF {changed} OR DELETE ON history_event FOR EACH ROW {act}")
    op.execute(f"CREATE TRIGGER history_event_no_truncate BEFORE TRUNCATE ON history_event FOR EACH STATEMENT {act}")


def _for_sqlite(changed: str) -> None:
    act = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER history_event_no_change BEFORE UPDATE OF {changed} ON history_event {act}")
    op.execute(f"CREATE TRIGGER history_event_no_delete BEFORE DELETE ON history_event {act}")
