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
    "pending": Label(text=mark("Pending"), tone="warn"),
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
    "consultation": Label(text=mark("Consultation")),
    "complaint": Label(text=mark("Complaint"), tone="warn"),
    "suggestion": Label(text=mark("Suggestion")),
    "service_request": Label(text=mark("Service request")),
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


def label_of(table: dict[str, Label], code: object) -> Label:
    """Return the label in the viewer's language; a code without one is shown as it is."""
    known = table.get(str(getattr(code, "value", code)))
    return replace(known, text=gettext(known.text)) if known else Label(text=str(code))
