"""How the desk seals text, and how it makes equal contacts equal before they are looked up."""

from __future__ import annotations

import re

from engine.vault import KeyRing

NAME, CONTACT, CUSTOMER_NUMBER = "name", "contact", "customer number"
DESCRIPTION, ORDER, ENTRY, PROGRESS, ANSWERS, NOTICE = "description", "order", "entry", "progress", "answers", "notice"

_PHONE_NOISE = re.compile(r"[\s\-().·]")


def seal(vault: KeyRing, text: str, meaning: str) -> bytes:
    """Seal a text so that it opens only as the same meaning."""
    return vault.seal_text(text, context=f"desk {meaning}".encode())


def unseal(vault: KeyRing, sealed: bytes, meaning: str) -> str:
    """The text. Raises VaultError."""
    return vault.open_text(sealed, context=f"desk {meaning}".encode())


def index(vault: KeyRing, text: str, meaning: str) -> bytes | None:
    """A blind index of the normalised text; None when it is empty."""
    plain = normal_contact(text) if meaning == CONTACT else text.strip().casefold()
    return vault.blind_index(plain, purpose=f"desk {meaning}") if plain else None


def normal_contact(contact: str) -> str:
    """One spelling for each phone number (+86 138-1234-5678 → 13812345678) and each e-mail address."""
    if "@" in contact:
        return contact.strip().casefold()
    digits = _PHONE_NOISE.sub("", contact)
    for prefix in ("+86", "0086"):
        if digits.startswith(prefix):
            return digits.removeprefix(prefix)
    return digits.casefold()
