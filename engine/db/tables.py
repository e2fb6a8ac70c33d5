"""The engine's tables. `*_sealed` columns hold what the vault sealed; nobody reads them without a key."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.db.types import Key, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


def _key() -> Column:
    return Column("id", Key, primary_key=True, autoincrement=True)


VARIABLE_CONTEXT = b"variable"
HISTORY_CONTEXT = b"history"
CALL_CONTEXT = b"job"
INCIDENT_CONTEXT = b"incident"
MESSAGE_CONTEXT = b"message"

WHOLE_INSTANCE = "*"
"""The activity of an incident that concerns an instance as a whole: until it is resolved, the instance's timers rest."""


def sealed_column(name: str, context: bytes) -> Column:
    """A column that the vault seals under a context; `info` tells it to whoever seals it anew with another key."""
    return Column(name, LargeBinary, nullable=False, info={"context": context})


def _instance() -> Column:
    return Column("instance_id", Key, ForeignKey("process_instance.id"), nullable=False)


deployment = Table(
    "deployment",
    metadata,
    _key(),
    Column("key", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    Column("name", String(200), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("deployed_at", UtcDateTime, nullable=False),
    Column("deployed_by", String(100), nullable=False),
    UniqueConstraint("key", "version"),
)

deployment_file = Table(
    "deployment_file",
    metadata,
    Column("deployment_id", Key, ForeignKey("deployment.id"), primary_key=True),
    Column("path", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

process_instance = Table(
    "process_instance",
    metadata,
    _key(),
    Column("deployment_id", Key, ForeignKey("deployment.id"), nullable=False),
    Column("process_key", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    Column("business_key", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("parent_id", Key, ForeignKey("process_instance.id")),
    Column("parent_token_id", String(40)),
    Column("history_length", Integer, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
    Column("history_hash", LargeBinary),
    UniqueConstraint("process_key", "business_key"),
    Index("ix_process_instance_business_key", "business_key"),
    Index("ix_process_instance_deployment_id_state", "deployment_id", "state"),
    Index("ix_process_instance_parent_id", "parent_id"),
)

variable = Table(
    "variable",
    metadata,
    Column("instance_id", Key, ForeignKey("process_instance.id"), primary_key=True),
    Column("name", String(100), primary_key=True),
    sealed_column("value_sealed", VARIABLE_CONTEXT),
)

run_variables = Table(
    "run_variables",
    metadata,
    Column("instance_id", Key, ForeignKey("process_instance.id"), primary_key=True),
    Column("token_id", String(40), primary_key=True),
    sealed_column("values_sealed", VARIABLE_CONTEXT),
)
"""What only one run of a multi-instance activity sees, and how far the whole has come; gone when it is over."""

user_task = Table(
    "user_task",
    metadata,
    _key(),
    _instance(),
    Column("business_key", String(100), nullable=False),
    Column("process_key", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    Column("token_id", String(40), nullable=False),
    Column("activity_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("assignee", String(100)),
    Column("candidate_groups", Text, nullable=False),
    Column("candidate_users", Text, nullable=False),
    Column("form_id", String(100)),
    Column("priority", Integer, nullable=False),
    Column("due_at", UtcDateTime),
    Column("follow_up_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Index("ix_user_task_instance_id_state", "instance_id", "state"),
    Index("ix_user_task_state_assignee", "state", "assignee"),
    Index("ix_user_task_state_due_at", "state", "due_at"),
)

user_task_group = Table(
    "user_task_group",
    metadata,
    Column("task_id", Key, ForeignKey("user_task.id"), primary_key=True),
    Column("group_key", String(100), primary_key=True),
    Index("ix_user_task_group_group_key", "group_key", "task_id"),
)

timer = Table(
    "timer",
    metadata,
    _key(),
    _instance(),
    Column("token_id", String(40), nullable=False),
    Column("activity_id", String(200), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    UniqueConstraint("instance_id", "token_id"),
    Index("ix_timer_due_at", "due_at"),
)

job = Table(
    "job",
    metadata,
    _key(),
    _instance(),
    Column("business_key", String(100), nullable=False),
    Column("token_id", String(40)),
    Column("activity_id", String(200), nullable=False),
    Column("handler", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    Column("retries", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("available_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("lease_owner", String(100)),
    Column("idempotency_key", String(100), nullable=False, unique=True),
    sealed_column("call_sealed", CALL_CONTEXT),
    Column("created_at", UtcDateTime, nullable=False),
    Column("topic", String(100)),
    Index("ix_job_topic_state_available_at", "topic", "state", "available_at"),
    Index("ix_job_state_available_at", "state", "available_at"),
    Index("ix_job_state_lease_until", "state", "lease_until"),
    Index("ix_job_instance_id", "instance_id"),
)

message_subscription = Table(
    "message_subscription",
    metadata,
    _key(),
    _instance(),
    Column("token_id", String(40), nullable=False),
    Column("activity_id", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("message_name", String(200), nullable=False),
    Column("correlation_key", String(200), nullable=False),
    UniqueConstraint("instance_id", "token_id"),
    Index("ix_message_subscription_message_name_correlation_key", "message_name", "correlation_key"),
)

start_subscription = Table(
    "start_subscription",
    metadata,
    _key(),
    Column("deployment_id", Key, ForeignKey("deployment.id"), nullable=False),
    Column("process_key", String(100), nullable=False),
    Column("activity_id", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("name", String(200)),
    Column("due_at", UtcDateTime),
    Column("started", Integer, nullable=False),
    Index("ix_start_subscription_kind_name", "kind", "name"),
    Index("ix_start_subscription_due_at", "due_at"),
)
"""What starts an instance of the newest deployment of a process: a message, a signal, an instant."""

message_taken = Table(
    "message_taken",
    metadata,
    Column("message_id", String(200), primary_key=True),
    Column("outcome", String(200), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
)

buffered_message = Table(
    "buffered_message",
    metadata,
    _key(),
    Column("name", String(200), nullable=False),
    Column("correlation_key", String(200), nullable=False),
    Column("message_id", String(200), unique=True),
    Column("by", String(100), nullable=False),
    sealed_column("data_sealed", MESSAGE_CONTEXT),
    Column("published_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_buffered_message_name_correlation_key", "name", "correlation_key"),
    Index("ix_buffered_message_expires_at", "expires_at"),
)
"""Messages that nobody awaited when they came; taken by the first token that awaits them before they expire."""

incident = Table(
    "incident",
    metadata,
    _key(),
    _instance(),
    Column("business_key", String(100), nullable=False),
    Column("token_id", String(40)),
    Column("activity_id", String(200), nullable=False),
    Column("job_id", Key, ForeignKey("job.id")),
    Column("state", String(20), nullable=False),
    sealed_column("message_sealed", INCIDENT_CONTEXT),
    Column("created_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Index("ix_incident_state", "state"),
    Index("ix_incident_instance_id", "instance_id"),
)

history_event = Table(
    "history_event",
    metadata,
    Column("instance_id", Key, ForeignKey("process_instance.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("by", String(100), nullable=False),
    Column("activity_id", String(200)),
    Column("token_id", String(40)),
    sealed_column("data_sealed", HISTORY_CONTEXT),
    Column("hash", LargeBinary),
)
"""`hash` chains each event to the one before it; null in rows that are older than the chain.

The table only grows: triggers of step engine_0004 refuse whatever else, but for sealing `data_sealed` anew.
"""

schema_promise = Table(
    "schema_promise",
    metadata,
    Column("package", String(40), primary_key=True),
    Column("oldest_step", String(40), nullable=False),
)
"""A program whose newest step of a package is `oldest_step` or a later one may work on this schema; see engine.db.schema."""
