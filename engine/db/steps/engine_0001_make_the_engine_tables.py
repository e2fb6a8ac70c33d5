"""Make the engine's tables."""

import sqlalchemy as sa
from alembic import op

from engine.db.types import Key, UtcDateTime

revision = "engine_0001"
down_revision = None
branch_labels = ("engine",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deployment",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", UtcDateTime(), nullable=False),
        sa.Column("deployed_by", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_deployment_key_version")),
    )
    op.create_table(
        "message_taken",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_taken")),
    )
    op.create_table(
        "deployment_file",
        sa.Column("deployment_id", Key, nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_deployment_file_deployment_id")),
        sa.PrimaryKeyConstraint("deployment_id", "path", name=op.f("pk_deployment_file")),
    )
    op.create_table(
        "process_instance",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("deployment_id", Key, nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("business_key", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("parent_id", Key, nullable=True),
        sa.Column("parent_token_id", sa.String(length=40), nullable=True),
        sa.Column("history_length", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_process_instance_deployment_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["process_instance.id"], name=op.f("fk_process_instance_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
        sa.UniqueConstraint("process_key", "business_key", name=op.f("uq_process_instance_process_key_business_key")),
    )
    op.create_index("ix_process_instance_business_key", "process_instance", ["business_key"], unique=False)
    op.create_index("ix_process_instance_deployment_id_state", "process_instance", ["deployment_id", "state"], unique=False)
    op.create_index("ix_process_instance_parent_id", "process_instance", ["parent_id"], unique=False)
    op.create_table(
        "run_variables",
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_run_variables_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "token_id", name=op.f("pk_run_variables")),
    )
    op.create_table(
        "start_subscription",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("deployment_id", Key, nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["deployment_id"], ["deployment.id"], name=op.f("fk_start_subscription_deployment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_subscription")),
    )
    op.create_index("ix_start_subscription_kind_name", "start_subscription", ["kind", "name"], unique=False)
    op.create_index("ix_start_subscription_due_at", "start_subscription", ["due_at"], unique=False)
    op.create_table(
        "history_event",
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=True),
        sa.Column("token_id", sa.String(length=40), nullable=True),
        sa.Column("data_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_history_event_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "seq", name=op.f("pk_history_event")),
    )
    op.create_table(
        "job",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("business_key", sa.String(length=100), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("available_at", UtcDateTime(), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=100), nullable=True),
        sa.Column("idempotency_key", sa.String(length=100), nullable=False),
        sa.Column("call_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_job_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_job_idempotency_key")),
    )
    op.create_index("ix_job_instance_id", "job", ["instance_id"], unique=False)
    op.create_index("ix_job_state_available_at", "job", ["state", "available_at"], unique=False)
    op.create_index("ix_job_state_lease_until", "job", ["state", "lease_until"], unique=False)
    op.create_table(
        "message_subscription",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("message_name", sa.String(length=200), nullable=False),
        sa.Column("correlation_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_message_subscription_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_subscription")),
        sa.UniqueConstraint("instance_id", "token_id", name=op.f("uq_message_subscription_instance_id_token_id")),
    )
    op.create_index(
        "ix_message_subscription_message_name_correlation_key",
        "message_subscription",
        ["message_name", "correlation_key"],
        unique=False,
    )
    op.create_table(
        "timer",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_timer_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
        sa.UniqueConstraint("instance_id", "token_id", name=op.f("uq_timer_instance_id_token_id")),
    )
    op.create_index("ix_timer_due_at", "timer", ["due_at"], unique=False)
    op.create_table(
        "user_task",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("business_key", sa.String(length=100), nullable=False),
        sa.Column("process_key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("assignee", sa.String(length=100), nullable=True),
        sa.Column("candidate_groups", sa.Text(), nullable=False),
        sa.Column("candidate_users", sa.Text(), nullable=False),
        sa.Column("form_id", sa.String(length=100), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("follow_up_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_user_task_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_task")),
    )
    op.create_index("ix_user_task_instance_id_state", "user_task", ["instance_id", "state"], unique=False)
    op.create_index("ix_user_task_state_assignee", "user_task", ["state", "assignee"], unique=False)
    op.create_index("ix_user_task_state_due_at", "user_task", ["state", "due_at"], unique=False)
    op.create_table(
        "variable",
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_variable_instance_id")),
        sa.PrimaryKeyConstraint("instance_id", "name", name=op.f("pk_variable")),
    )
    op.create_table(
        "incident",
        sa.Column("id", Key, autoincrement=True, nullable=False),
        sa.Column("instance_id", Key, nullable=False),
        sa.Column("business_key", sa.String(length=100), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=True),
        sa.Column("activity_id", sa.String(length=200), nullable=False),
        sa.Column("job_id", Key, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["instance_id"], ["process_instance.id"], name=op.f("fk_incident_instance_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_incident_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_instance_id", "incident", ["instance_id"], unique=False)
    op.create_index("ix_incident_state", "incident", ["state"], unique=False)
    op.create_table(
        "user_task_group",
        sa.Column("task_id", Key, nullable=False),
        sa.Column("group_key", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_user_task_group_task_id")),
        sa.PrimaryKeyConstraint("task_id", "group_key", name=op.f("pk_user_task_group")),
    )
    op.create_index("ix_user_task_group_group_key", "user_task_group", ["group_key", "task_id"], unique=False)
