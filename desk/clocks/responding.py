"""What counts as an answer (E36), and how long customers waited for the next one (E37)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A message or call of a case. `by_person` is false for bots, receipts and machine mail; `public`: the customer sees it."""

    at: datetime
    from_customer: bool
    by_person: bool = True
    public: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The first unanswered message of a customer, and the answer to it, if there was one."""

    asked_at: datetime
    answered_at: datetime | None


def is_response(contact: Contact) -> bool:
    """Whether it is an answer of ours: by a person and seen by the customer, a logged call and a public note too."""
    return not contact.from_customer and contact.by_person and contact.public


def first_response(contacts: Iterable[Contact]) -> datetime | None:
    """When a person first answered."""
    return min((contact.at for contact in contacts if is_response(contact)), default=None)


def exchanges(contacts: Iterable[Contact], *, resolved_at: datetime | None = None) -> tuple[Exchange, ...]:
    """What the clock of the next response times, in order, after the first response.

    Each begins with the first message since the last answer; further ones don't begin anew. The solution ends the last one.
    """
    found: list[Exchange] = []
    asked_at: datetime | None = None
    responded = False
    for contact in sorted(contacts, key=lambda contact: contact.at):
        if resolved_at is not None and contact.at > resolved_at:
            break
        if is_response(contact):
            if asked_at is not None:
                found.append(Exchange(asked_at=asked_at, answered_at=contact.at))
            responded, asked_at = True, None
        elif responded and contact.from_customer and contact.by_person and asked_at is None:
            asked_at = contact.at
    if asked_at is not None:
        found.append(Exchange(asked_at=asked_at, answered_at=resolved_at))
    return tuple(found)
