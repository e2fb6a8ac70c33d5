"""What counts as an answer (E36)."""

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


def is_response(contact: Contact) -> bool:
    """Whether it is an answer of ours: by a person and seen by the customer, a logged call and a public note too."""
    return not contact.from_customer and contact.by_person and contact.public


def first_response(contacts: Iterable[Contact]) -> datetime | None:
    """When a person first answered."""
    return min((contact.at for contact in contacts if is_response(contact)), default=None)
