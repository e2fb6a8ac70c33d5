"""Make the desk's tables."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "desk_0001"
down_revision = None
branch_labels = ("desk",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_agent",
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("shown_as", sa.String(length=100), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_is_temporary", sa.Boolean(), nullable=False),
        sa.Column("last_assigned_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_desk_agent")),
    )
    op.create_table(
        "desk_customer",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_customer")),
    )
    op.create_index("ix_desk_customer_name_index", "desk_customer", ["name_index"], unique=False)
    op.create_index("ix_desk_customer_number_index", "desk_customer", ["number_index"], unique=False)
    op.create_table(
        "desk_delivery",
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("recipient_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("idempotency_key", name=op.f("pk_desk_delivery")),
    )
    op.create_index("ix_desk_delivery_case_number", "desk_delivery", ["case_number"], unique=False)
    op.create_table(
        "desk_draft",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("from_version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("deployed_version", sa.String(length=40), nullable=True),
        sa.Column("svg", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_draft")),
    )
    op.create_table(
        "desk_login_failure",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_login_failure")),
    )
    op.create_index("ix_desk_login_failure_address", "desk_login_failure", ["address", "at"], unique=False)
    op.create_index("ix_desk_login_failure_login", "desk_login_failure", ["login", "at"], unique=False)
    op.create_table(
        "desk_notice",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=True),
        sa.Column("template", sa.String(length=60), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notice")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_desk_notice_idempotency_key")),
    )
    op.create_index("ix_desk_notice_login", "desk_notice", ["login", "read_at", "id"], unique=False)
    op.create_table(
        "desk_numbering",
        sa.Column("day", sa.String(length=8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_desk_numbering")),
    )
    op.create_table(
        "desk_rollout",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=True),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("assigned_by", sa.String(length=100), nullable=False),
        sa.Column("assigned_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_rollout")),
    )
    op.create_index("ix_desk_rollout_process_key", "desk_rollout", ["process_key", "id"], unique=False)
    op.create_table(
        "desk_team",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.Column("supervisor", sa.String(length=100), nullable=True),
        sa.Column("deputy", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_desk_team")),
    )
    op.create_table(
        "desk_case",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("subtype", sa.String(length=100), nullable=False),
        sa.Column("priority", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("preferred_channel", sa.String(length=20), nullable=False),
        sa.Column("customer_kind", sa.String(length=20), nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("description_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("order_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("order_index", sa.LargeBinary(), nullable=True),
        sa.Column("product_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("team", sa.String(length=60), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("owner_task_id", Key, nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("late_entry", sa.Boolean(), nullable=False),
        sa.Column("desired_at", UtcDateTime(), nullable=True),
        sa.Column("first_response_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["desk_customer.id"], name=op.f("fk_desk_case_customer_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_desk_case")),
    )
    op.create_index("ix_desk_case_customer_id", "desk_case", ["customer_id"], unique=False)
    op.create_index("ix_desk_case_entered_at", "desk_case", ["entered_at"], unique=False)
    op.create_index("ix_desk_case_order_index", "desk_case", ["order_index"], unique=False)
    op.create_index("ix_desk_case_owner_state", "desk_case", ["owner", "state"], unique=False)
    op.create_index("ix_desk_case_process_key_version", "desk_case", ["process_key", "version"], unique=False)
    op.create_index("ix_desk_case_state_received_at", "desk_case", ["state", "received_at"], unique=False)
    op.create_index("ix_desk_case_team_state", "desk_case", ["team", "state"], unique=False)
    op.create_table(
        "desk_contact",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_index", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["desk_customer.id"], name=op.f("fk_desk_contact_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_contact")),
        sa.UniqueConstraint("customer_id", "contact_index", name=op.f("uq_desk_contact_customer_id_contact_index")),
    )
    op.create_index("ix_desk_contact_contact_index", "desk_contact", ["contact_index"], unique=False)
    op.create_table(
        "desk_draft_file",
        sa.Column("draft_id", Key, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft_id"], ["desk_draft.id"], name=op.f("fk_desk_draft_file_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "path", name=op.f("pk_desk_draft_file")),
    )
    op.create_table(
        "desk_membership",
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("team_key", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["desk_agent.login"], name=op.f("fk_desk_membership_login")),
        sa.ForeignKeyConstraint(["team_key"], ["desk_team.key"], name=op.f("fk_desk_membership_team_key")),
        sa.PrimaryKeyConstraint("login", "team_key", name=op.f("pk_desk_membership")),
    )
    op.create_index("ix_desk_membership_team_key", "desk_membership", ["team_key"], unique=False)
    op.create_table(
        "desk_clock",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("warn_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_clock_case_number")),
        sa.PrimaryKeyConstraint("case_number", "round", "name", name=op.f("pk_desk_clock")),
    )
    op.create_index("ix_desk_clock_stopped_at_due_at", "desk_clock", ["stopped_at", "due_at"], unique=False)
    op.create_table(
        "desk_disclosure",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_disclosure_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_disclosure")),
    )
    op.create_table(
        "desk_entry",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_entry_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_entry")),
        sa.UniqueConstraint("message_id", name=op.f("uq_desk_entry_message_id")),
    )
    op.create_index("ix_desk_entry_case_number", "desk_entry", ["case_number", "at"], unique=False)
    op.create_table(
        "desk_escalation",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("clock", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("supervisor", sa.String(length=100), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_escalation_case_number")),
        sa.PrimaryKeyConstraint("case_number", "clock", "round", "level", name=op.f("pk_desk_escalation")),
    )
    op.create_table(
        "desk_progress",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("task_id", Key, nullable=False),
        sa.Column("stage", sa.String(length=100), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("feedback_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("next_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_progress_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_progress")),
    )
    op.create_index("ix_desk_progress_case_number", "desk_progress", ["case_number", "id"], unique=False)
    op.create_table(
        "desk_survey",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=100), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("agent", sa.String(length=100), nullable=True),
        sa.Column("invited_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("rating", sa.String(length=20), nullable=True),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["case_number"], ["desk_case.number"], name=op.f("fk_desk_survey_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_survey")),
        sa.UniqueConstraint("case_number", "round", name=op.f("uq_desk_survey_case_number_round")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_desk_survey_token_hash")),
    )
