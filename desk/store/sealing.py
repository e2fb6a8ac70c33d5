"""How the desk seals text, and by which keyed hash it finds it again."""

from __future__ import annotations

from desk.masking import normal_contact
from desk.tables import CONTACT, context_of
from engine.vault import KeyRing


def seal(vault: KeyRing, text: str, meaning: str) -> bytes:
    """Seal a text so that it opens only as the same meaning."""
    return vault.seal_text(text, context=context_of(meaning))


def unseal(vault: KeyRing, sealed: bytes, meaning: str) -> str:
    """The text. Raises VaultError."""
    return vault.open_text(sealed, context=context_of(meaning))


def index(vault: KeyRing, text: str, meaning: str) -> bytes | None:
    """A blind index of the normalised text; None when it is empty."""
    plain = normal_contact(text) if meaning == CONTACT else text.strip().casefold()
    return vault.blind_index(plain, purpose=f"desk {meaning}") if plain else None
