"""The desk's tables. `*_sealed` columns hold what the vault sealed, `*_index` columns its keyed hashes for exact look-up."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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

from engine.db.tables import NAMING
from engine.db.types import Key, UtcDateTime

metadata = MetaData(naming_convention=NAMING)


NAME, CONTACT, CUSTOMER_NUMBER = "name", "contact", "customer number"
DESCRIPTION, ORDER, PRODUCT = "description", "order", "product"
ENTRY, PROGRESS, ANSWERS, NOTICE = "entry", "progress", "answers", "notice"
DETAIL, REASON = "detail", "reason"


def context_of(meaning: str) -> bytes:
    """The vault's context for a text of that meaning: sealed as a name, it doesn't open as a contact."""
    return f"desk {meaning}".encode()


def _sealed(name: str, meaning: str, *, nullable: bool = False) -> Column:
    """A column that the vault seals as one meaning; `info` tells it to whoever seals it anew with another key."""
    return Column(name, LargeBinary, nullable=nullable, info={"context": context_of(meaning)})


def _key() -> Column:
    return Column("id", Key, primary_key=True, autoincrement=True)


def _login(name: str = "login", *, nullable: bool = False) -> Column:
    return Column(name, String(100), nullable=nullable)


def _case() -> Column:
    return Column("case_number", String(40), ForeignKey("desk_case.number"), nullable=False)


team = Table(
    "desk_team",
    metadata,
    Column("key", String(60), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("name_en", String(100), nullable=False),
    _login("supervisor", nullable=True),
    _login("deputy", nullable=True),
)

agent = Table(
    "desk_agent",
    metadata,
    Column("login", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("shown_as", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("skills", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("email", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("password_is_temporary", Boolean, nullable=False),
    Column("last_assigned_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
)

membership = Table(
    "desk_membership",
    metadata,
    Column("login", String(100), ForeignKey("desk_agent.login"), primary_key=True),
    Column("team_key", String(60), ForeignKey("desk_team.key"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("ix_desk_membership_team_key", "team_key"),
)

login_failure = Table(
    "desk_login_failure",
    metadata,
    _key(),
    _login(),
    Column("address", String(60), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_desk_login_failure_login", "login", "at"),
    Index("ix_desk_login_failure_address", "address", "at"),
)

customer = Table(
    "desk_customer",
    metadata,
    _key(),
    _sealed("name_sealed", NAME),
    Column("name_index", LargeBinary),
    _sealed("number_sealed", CUSTOMER_NUMBER),
    Column("number_index", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_desk_customer_name_index", "name_index"),
    Index("ix_desk_customer_number_index", "number_index"),
)

contact = Table(
    "desk_contact",
    metadata,
    _key(),
    Column("customer_id", Key, ForeignKey("desk_customer.id"), nullable=False),
    _sealed("contact_sealed", CONTACT),
    Column("contact_index", LargeBinary, nullable=False),
    UniqueConstraint("customer_id", "contact_index"),
    Index("ix_desk_contact_contact_index", "contact_index"),
)

numbering = Table(
    "desk_numbering",
    metadata,
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)

case = Table(
    "desk_case",
    metadata,
    Column("number", String(40), primary_key=True),
    Column("process_key", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("stage", String(40), nullable=False),
    Column("type", String(40), nullable=False),
    Column("subtype", String(100), nullable=False),
    Column("priority", String(20), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("preferred_channel", String(20), nullable=False),
    Column("customer_kind", String(20), nullable=False),
    Column("customer_id", Key, ForeignKey("desk_customer.id"), nullable=False),
    _sealed("contact_sealed", CONTACT),
    _sealed("description_sealed", DESCRIPTION),
    _sealed("order_sealed", ORDER),
    Column("order_index", LargeBinary),
    _sealed("product_sealed", PRODUCT),
    Column("team", String(60), nullable=False),
    _login("owner", nullable=True),
    Column("owner_task_id", Key),
    Column("round", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("late_entry", Boolean, nullable=False),
    Column("desired_at", UtcDateTime),
    Column("first_response_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    _login("created_by"),
    Column("revision", Integer, nullable=False),
    Index("ix_desk_case_state_received_at", "state", "received_at"),
    Index("ix_desk_case_team_state", "team", "state"),
    Index("ix_desk_case_owner_state", "owner", "state"),
    Index("ix_desk_case_process_key_version", "process_key", "version"),
    Index("ix_desk_case_customer_id", "customer_id"),
    Index("ix_desk_case_order_index", "order_index"),
    Index("ix_desk_case_entered_at", "entered_at"),
)

clock = Table(
    "desk_clock",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("name", String(40), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("warn_at", UtcDateTime),
    Column("source", String(200), nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("verdict", String(20)),
    Index("ix_desk_clock_stopped_at_due_at", "stopped_at", "due_at"),
)

escalation = Table(
    "desk_escalation",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("clock", String(40), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True, autoincrement=False),
    _login("supervisor", nullable=True),
    Column("at", UtcDateTime, nullable=False),
)

entry = Table(
    "desk_entry",
    metadata,
    _key(),
    _case(),
    Column("kind", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _login("by"),
    _sealed("text_sealed", ENTRY),
    Column("message_id", String(200), unique=True),
    Index("ix_desk_entry_case_number", "case_number", "at"),
)

progress = Table(
    "desk_progress",
    metadata,
    _key(),
    _case(),
    Column("round", Integer, nullable=False),
    Column("task_id", Key, nullable=False),
    Column("stage", String(100), nullable=False),
    _login("by"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    _sealed("content_sealed", PROGRESS),
    _sealed("feedback_sealed", PROGRESS),
    _sealed("next_sealed", PROGRESS),
    Column("final", Boolean, nullable=False),
    Index("ix_desk_progress_case_number", "case_number", "id"),
)

survey = Table(
    "desk_survey",
    metadata,
    _key(),
    _case(),
    Column("round", Integer, nullable=False),
    Column("salt", String(100), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _login("agent", nullable=True),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("rating", String(20)),
    _sealed("answers_sealed", ANSWERS, nullable=True),
    Column("late", Boolean),
    UniqueConstraint("case_number", "round"),
)

notice = Table(
    "desk_notice",
    metadata,
    _key(),
    _login(),
    Column("case_number", String(40)),
    Column("template", String(60), nullable=False),
    _sealed("text_sealed", NOTICE),
    Column("created_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("idempotency_key", String(200), nullable=False, unique=True),
    Index("ix_desk_notice_login", "login", "read_at", "id"),
)

delivery = Table(
    "desk_delivery",
    metadata,
    Column("idempotency_key", String(200), primary_key=True),
    Column("case_number", String(40)),
    Column("channel", String(20), nullable=False),
    _sealed("recipient_sealed", CONTACT),
    Column("template", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    _sealed("detail_sealed", DETAIL),
    Column("at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Index("ix_desk_delivery_case_number", "case_number"),
)

disclosure = Table(
    "desk_disclosure",
    metadata,
    _key(),
    _case(),
    _login("by"),
    Column("what", String(60), nullable=False),
    _sealed("reason_sealed", REASON),
    Column("at", UtcDateTime, nullable=False),
)

draft = Table(
    "desk_draft",
    metadata,
    _key(),
    Column("process_key", String(100), nullable=False),
    Column("from_version", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("deployed_version", String(40)),
    Column("svg", Text),
    Column("created_at", UtcDateTime, nullable=False),
    _login("created_by"),
    Column("changed_at", UtcDateTime, nullable=False),
    _login("changed_by"),
    Column("revision", Integer, nullable=False),
)

draft_file = Table(
    "desk_draft_file",
    metadata,
    Column("draft_id", Key, ForeignKey("desk_draft.id"), primary_key=True),
    Column("path", String(200), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

rollout = Table(
    "desk_rollout",
    metadata,
    _key(),
    Column("process_key", String(100), nullable=False),
    Column("team", String(60)),
    Column("version", String(40), nullable=False),
    _login("assigned_by"),
    Column("assigned_at", UtcDateTime, nullable=False),
    Index("ix_desk_rollout_process_key", "process_key", "id"),
)

api_token = Table(
    "desk_api_token",
    metadata,
    _key(),
    Column("name", String(100), nullable=False),
    Column("login", String(100), ForeignKey("desk_agent.login"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    _login("created_by"),
    Column("expires_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
"""Of a token only a hash of its secret is kept: the secret itself has 256 bits or more, so no salt is needed."""
