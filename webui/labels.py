"""The words and tones for codes of the domain: what a badge says, with which colour and icon beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from webui.i18n import gettext, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is shown for a code: text, tone (quiet, info, good, warn, bad), icon or None."""

    text: str
    tone: str = "quiet"
    icon: str | None = None


CASE_STATES = {
    "open": Label(text=mark("Pending"), tone="warn"),
    "in_progress": Label(text=mark("In progress"), tone="info"),
    "resolved": Label(text=mark("Resolved"), tone="good", icon="check"),
    "closed": Label(text=mark("Closed")),
}
PRIORITIES = {
    "urgent": Label(text=mark("Urgent"), tone="bad", icon="alert"),
    "normal": Label(text=mark("Normal"), tone="info"),
    "low": Label(text=mark("Low")),
}
CASE_TYPES = {
    "inquiry": Label(text=mark("Question")),
    "complaint": Label(text=mark("Complaint"), tone="warn"),
    "suggestion": Label(text=mark("Suggestion")),
    "transaction": Label(text=mark("Transaction")),
}
CHANNELS = {
    "phone": Label(text=mark("Phone"), icon="phone"),
    "chat": Label(text=mark("Chat"), icon="chat"),
    "email": Label(text=mark("Email")),
    "web": Label(text=mark("Web")),
    "social": Label(text=mark("Social media")),
    "offline": Label(text=mark("Offline")),
    "system": Label(text=mark("System")),
}
TIERS = {
    "standard": Label(text=mark("Standard")),
    "vip": Label(text=mark("VIP"), tone="warn", icon="star"),
    "key_account": Label(text=mark("Key account"), tone="warn", icon="star"),
}
TAGS = {"quick_lane": Label(text=mark("quick lane"), tone="info")}
"""The tiers and tags that the shipped tables know; others are shown by their key."""
ROLES = {
    "agent": Label(text=mark("Agent")),
    "supervisor": Label(text=mark("Supervisor"), tone="info"),
    "analyst": Label(text=mark("Analyst")),
    "admin": Label(text=mark("Administrator"), tone="warn"),
}
AVAILABILITIES = {
    "available": Label(text=mark("available"), tone="good"),
    "busy": Label(text=mark("busy"), tone="warn"),
    "away": Label(text=mark("away"), tone="warn"),
}
OPEN_WORK = {
    "keep": Label(text=mark("stays with them")),
    "hand_over": Label(text=mark("goes to who stands in")),
    "give_back": Label(text=mark("goes back to its team")),
}
SUGGESTION_VERDICTS = {
    "undecided": Label(text=mark("undecided"), tone="warn"),
    "adopted": Label(text=mark("adopted"), tone="good"),
    "declined": Label(text=mark("declined")),
}
SCOPES = {
    "read": Label(text=mark("Read")),
    "tasks": Label(text=mark("Tasks and cases"), tone="info"),
    "instances": Label(text=mark("Process instances"), tone="warn"),
    "external": Label(text=mark("External tasks"), tone="info"),
    "deploy": Label(text=mark("Deploy processes"), tone="warn"),
}
VERDICTS = {
    "running": Label(text=mark("running"), icon="clock"),
    "breached": Label(text=mark("overdue"), tone="bad", icon="alert"),
    "on_time": Label(text=mark("kept"), tone="good", icon="check"),
    "late": Label(text=mark("late"), tone="bad", icon="alert"),
    "void": Label(text=mark("never needed")),
}
PROMISE_STATES = {
    "open": Label(text=mark("promised"), tone="info", icon="clock"),
    "kept": Label(text=mark("kept"), tone="good", icon="check"),
    "broken": Label(text=mark("broken"), tone="bad", icon="alert"),
    "withdrawn": Label(text=mark("taken back")),
}
ENTRIES = {
    "reply": Label(text=mark("Reply to the customer"), tone="info", icon="chat"),
    "call": Label(text=mark("Call"), tone="info", icon="phone"),
    "customer": Label(text=mark("From the customer"), tone="good", icon="user"),
    "note": Label(text=mark("Internal note"), icon="note"),
    "request": Label(text=mark("Request for help"), tone="warn", icon="flow"),
    "urge": Label(text=mark("Urged"), tone="warn", icon="bell"),
    "reminder": Label(text=mark("Reminder to the customer"), tone="info", icon="bell"),
}
TASK_STATES = {
    "created": Label(text=mark("Unclaimed"), tone="warn"),
    "claimed": Label(text=mark("Claimed"), tone="info"),
    "completed": Label(text=mark("Completed"), tone="good", icon="check"),
    "cancelled": Label(text=mark("Withdrawn")),
}
CLOCKS = {
    "pickup": Label(text=mark("Pick-up")),
    "respond": Label(text=mark("Response")),
    "next_response": Label(text=mark("Next response")),
    "transfer": Label(text=mark("Transfer")),
    "solve": Label(text=mark("Solution")),
    "follow_up": Label(text=mark("Follow-up")),
    "feedback": Label(text=mark("Analysis of the feedback")),
    "waiting": Label(text=mark("The customer's answer")),
}
PAUSE_REASONS = {
    "customer": Label(text=mark("waits for the customer")),
    "third_party": Label(text=mark("waits for a third party")),
    "appointment": Label(text=mark("waits for an appointment")),
    "parts": Label(text=mark("waits for a delivery")),
    "internal": Label(text=mark("waits for another team")),
}
RATINGS = {
    "satisfied": Label(text=mark("Satisfied"), tone="good"),
    "neutral": Label(text=mark("Neutral")),
    "dissatisfied": Label(text=mark("Dissatisfied"), tone="bad"),
}
STAGES = {
    "receive": Label(text=mark("Receive")),
    "classify": Label(text=mark("Classify")),
    "assign": Label(text=mark("Assign")),
    "handle": Label(text=mark("Handle")),
    "feedback": Label(text=mark("Feedback")),
    "archive": Label(text=mark("Archive")),
}


def label_of(table: dict[str, Label], code: object) -> Label:
    """Return the label in the viewer's language; a code without one is shown as it is."""
    known = table.get(str(getattr(code, "value", code)))
    return replace(known, text=gettext(known.text)) if known else Label(text=str(code))


def choices(table: dict[str, Label]) -> list[tuple[str, str]]:
    """Return the (code, text) pairs for a select that filters, "any" first."""
    return [("", gettext("any")), *((code, gettext(label.text)) for code, label in table.items())]
