"""Mail that no person wrote: automatic replies, bounces, lists. It never resumes a clock, never opens a case again (E16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_REPORTS = ("multipart/report", "message/delivery-status", "message/disposition-notification")
_MARKS = frozenset(
    {
        "x-autoreply",
        "x-autorespond",
        "x-auto-reply",
        "x-failed-recipients",
        "list-id",
        "list-unsubscribe",
        "feedback-id",
    }
)
_SENDERS = ("mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply")


def machine_mark(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> str | None:
    """By which header a mail is a machine's, in small letters; None for a person's.

    Source: RFC 3834 (Auto-Submitted, null return path), RFC 3464 and RFC 8098 (reports on delivery and on reading), RFC 2919
    (lists), and the marks of programs that knew none of them. A mail that only asks not to be answered by machines
    (X-Auto-Response-Suppress) is a person's: Outlook sets it on theirs.
    """
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    for name, value in pairs:
        name, value = name.strip().lower(), value.strip().lower()
        if _speaks_of_machine(name, value):
            return name
    return None


def is_machine_mail(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> bool:
    """Whether no person wrote it; see `machine_mark`."""
    return machine_mark(headers) is not None


def _speaks_of_machine(name: str, value: str) -> bool:
    match name:
        case "auto-submitted":
            return value.partition(";")[0].strip() not in ("", "no")
        case "precedence":
            return value in _BULK
        case "return-path":
            return value == "<>" or _sender(value).startswith("mailer-daemon")
        case "content-type":
            return value.startswith(_REPORTS)
        case "from":
            return _sender(value) in _SENDERS
    return name in _MARKS


def _sender(address: str) -> str:
    """The part before the @ of `Name <part@domain>`."""
    return address.rpartition("<")[2].partition("@")[0].strip()
