"""The desk's tables. `*_sealed` columns hold what the vault sealed, `*_index` columns its keyed hashes for exact look-up."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from desk.tables.calendars import (
    calendar_draft,
    calendar_edit,
    calendar_page,
    calendar_version,
    statutory_year,
    team_calendar,
)
from desk.tables.clocks import clock, clock_event, clock_verdict, promise
from desk.tables.collaboration import contribution
from desk.tables.columns import (
    ANSWERS,
    CLOCK_NOTE,
    CONTACT,
    CUSTOMER_NUMBER,
    DESCRIPTION,
    DETAIL,
    ENTRY,
    NAME,
    NOTICE,
    ORDER,
    PREFERENCES,
    PRODUCT,
    PROGRESS,
    PROMISE,
    REASON,
    WANTED,
    case_column,
    context_of,
    key_column,
    login_column,
    metadata,
    profile_columns,
    sealed_column,
)
from desk.tables.links import link
from desk.tables.notification import delivery, notice, preference, wording
from desk.tables.profiles import tier_change
from desk.tables.staffing import absence, agent, authority, drain, login_failure, membership, shift, shift_day, team
from desk.tables.waits import wait
from engine.db.types import Key, UtcDateTime

__all__ = [
    "ANSWERS",
    "CLOCK_NOTE",
    "CONTACT",
    "CUSTOMER_NUMBER",
    "DESCRIPTION",
    "DETAIL",
    "ENTRY",
    "NAME",
    "NOTICE",
    "ORDER",
    "PREFERENCES",
    "PRODUCT",
    "PROGRESS",
    "PROMISE",
    "REASON",
    "WANTED",
    "absence",
    "agent",
    "api_token",
    "approval",
    "assignment",
    "authority",
    "calendar_draft",
    "calendar_edit",
    "calendar_page",
    "calendar_version",
    "case",
    "clock",
    "clock_event",
    "clock_verdict",
    "contact",
    "context_of",
    "contribution",
    "customer",
    "delivery",
    "disclosure",
    "draft",
    "draft_file",
    "drain",
    "entry",
    "escalation",
    "link",
    "login_failure",
    "membership",
    "metadata",
    "notice",
    "numbering",
    "policy_run",
    "preference",
    "progress",
    "promise",
    "rollout",
    "shift",
    "shift_day",
    "statutory_year",
    "suggestion",
    "suggestion_batch",
    "survey",
    "team",
    "team_calendar",
    "tier_change",
    "wait",
    "wording",
]

customer = Table(
    "desk_customer",
    metadata,
    key_column(),
    sealed_column("name_sealed", NAME),
    Column("name_index", LargeBinary),
    sealed_column("number_sealed", CUSTOMER_NUMBER),
    Column("number_index", LargeBinary),
    *profile_columns(),
    Column("language", String(10)),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_desk_customer_name_index", "name_index"),
    Index("ix_desk_customer_number_index", "number_index"),
)

contact = Table(
    "desk_contact",
    metadata,
    key_column(),
    Column("customer_id", Key, ForeignKey("desk_customer.id"), nullable=False),
    sealed_column("contact_sealed", CONTACT),
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
    sealed_column("contact_sealed", CONTACT),
    sealed_column("description_sealed", DESCRIPTION),
    sealed_column("order_sealed", ORDER),
    Column("order_index", LargeBinary),
    sealed_column("product_sealed", PRODUCT),
    Column("team", String(60), nullable=False),
    login_column("owner", nullable=True),
    Column("owner_task_id", Key),
    Column("round", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("late_entry", Boolean, nullable=False),
    Column("desired_at", UtcDateTime),
    Column("first_response_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    login_column("created_by"),
    Column("waiting", JSON, nullable=False),
    *profile_columns(),
    Column("revision", Integer, nullable=False),
    Index("ix_desk_case_state_received_at", "state", "received_at"),
    Index("ix_desk_case_team_state", "team", "state"),
    Index("ix_desk_case_owner_state", "owner", "state"),
    Index("ix_desk_case_process_key_version", "process_key", "version"),
    Index("ix_desk_case_customer_id", "customer_id"),
    Index("ix_desk_case_order_index", "order_index"),
    Index("ix_desk_case_entered_at", "entered_at"),
)

escalation = Table(
    "desk_escalation",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("clock", String(40), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True, autoincrement=False),
    login_column("supervisor", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("next_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    login_column("acknowledged_by", nullable=True),
    Column("acknowledged_at", UtcDateTime),
    sealed_column("note_sealed", REASON, nullable=True),
    Index("ix_desk_escalation_next_at", "next_at"),
    Index("ix_desk_escalation_told_at", "told_at"),
    Index("ix_desk_escalation_acknowledged_at", "acknowledged_at", "at"),
)
"""Levels that came. `next_at`: when the next one comes unless this one is acknowledged; `told_at`: when people were told."""

entry = Table(
    "desk_entry",
    metadata,
    key_column(),
    case_column(),
    Column("kind", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    login_column("by"),
    sealed_column("text_sealed", ENTRY),
    Column("message_id", String(200), unique=True),
    Index("ix_desk_entry_case_number", "case_number", "at"),
)

progress = Table(
    "desk_progress",
    metadata,
    key_column(),
    case_column(),
    Column("round", Integer, nullable=False),
    Column("task_id", Key, nullable=False),
    Column("stage", String(100), nullable=False),
    login_column("by"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    sealed_column("content_sealed", PROGRESS),
    sealed_column("feedback_sealed", PROGRESS),
    sealed_column("next_sealed", PROGRESS),
    Column("final", Boolean, nullable=False),
    Index("ix_desk_progress_case_number", "case_number", "id"),
)

survey = Table(
    "desk_survey",
    metadata,
    key_column(),
    case_column(),
    Column("round", Integer, nullable=False),
    Column("salt", String(100), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    login_column("agent", nullable=True),
    Column("invited_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("rating", String(20)),
    sealed_column("answers_sealed", ANSWERS, nullable=True),
    Column("late", Boolean),
    UniqueConstraint("case_number", "round"),
)

disclosure = Table(
    "desk_disclosure",
    metadata,
    key_column(),
    case_column(),
    login_column("by"),
    Column("what", String(60), nullable=False),
    sealed_column("reason_sealed", REASON),
    Column("at", UtcDateTime, nullable=False),
)

draft = Table(
    "desk_draft",
    metadata,
    key_column(),
    Column("process_key", String(100), nullable=False),
    Column("from_version", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("deployed_version", String(40)),
    Column("svg", Text),
    Column("created_at", UtcDateTime, nullable=False),
    login_column("created_by"),
    Column("changed_at", UtcDateTime, nullable=False),
    login_column("changed_by"),
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
    key_column(),
    Column("process_key", String(100), nullable=False),
    Column("team", String(60)),
    Column("version", String(40), nullable=False),
    login_column("assigned_by"),
    Column("assigned_at", UtcDateTime, nullable=False),
    Index("ix_desk_rollout_process_key", "process_key", "id"),
)

api_token = Table(
    "desk_api_token",
    metadata,
    key_column(),
    Column("name", String(100), nullable=False),
    Column("login", String(100), ForeignKey("desk_agent.login"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    login_column("created_by"),
    Column("expires_at", UtcDateTime),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)
"""Of a token only a hash of its secret is kept: the secret itself has 256 bits or more, so no salt is needed."""

approval = Table(
    "desk_approval",
    metadata,
    key_column(),
    case_column(),
    Column("kind", String(60), nullable=False),
    Column("amount", String(40)),
    login_column("asked_by"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decision", String(20)),
    login_column("decided_by", nullable=True),
    Column("decided_at", UtcDateTime),
    Index("ix_desk_approval_case_number", "case_number"),
)

policy_run = Table(
    "desk_policy_run",
    metadata,
    key_column(),
    Column("process_key", String(100), nullable=False),
    Column("version", String(40), nullable=False),
    sealed_column("reason_sealed", REASON),
    login_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("after_case", String(40), nullable=False),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("finished_at", UtcDateTime),
    Index("ix_desk_policy_run_finished_at", "finished_at"),
)
"""A version's targets applied to open cases of other versions: how far it is."""

suggestion_batch = Table(
    "desk_suggestion_batch",
    metadata,
    key_column(),
    Column("team", String(60), nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    login_column("handed_by"),
    Column("handed_at", UtcDateTime, nullable=False),
)

suggestion = Table(
    "desk_suggestion",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("batch_id", Key, ForeignKey("desk_suggestion_batch.id"), nullable=False),
    Column("verdict", String(20), nullable=False),
    sealed_column("reason_sealed", REASON, nullable=True),
    login_column("judged_by", nullable=True),
    Column("judged_at", UtcDateTime),
    Index("ix_desk_suggestion_batch_id", "batch_id"),
)

assignment = Table(
    "desk_assignment",
    metadata,
    Column("case_number", String(40), ForeignKey("desk_case.number"), primary_key=True),
    Column("wanted", Text, nullable=False),
    Column("task_id", Key),
    Column("team", String(60), nullable=False),
    Column("fallback_team", String(60)),
    Column("waiting_since", UtcDateTime),
    Column("look_again_at", UtcDateTime),
    Column("avoid", Text, nullable=False),
    Column("requeued", Integer, nullable=False),
    Column("told", Text, nullable=False, server_default="[]"),
    Index("ix_desk_assignment_team_waiting_since", "team", "waiting_since"),
    Index("ix_desk_assignment_fallback_team_waiting_since", "fallback_team", "waiting_since"),
    Index("ix_desk_assignment_look_again_at", "look_again_at"),
)
"""What was asked for when a case was assigned; since when it waits in its team's line, and who was told since then that they
answer for it; when its assignment is looked at again."""
