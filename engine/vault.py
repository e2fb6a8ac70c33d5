"""Seals values so that a stolen database file tells nothing: AES-256-GCM with a key id, several keys, and a blind index.

A sealed value is `version byte | key id (4 bytes) | nonce (12) | ciphertext and tag`. The newest key seals;
older ones still open.
The context (for example b"variable") is authenticated, so that a value can't be moved to a column of another meaning.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.errors import SettingsInvalid, VaultError

FORMAT = b"\x01"
KEY_ID_BYTES = 4
NONCE_BYTES = 12
HEADER_BYTES = len(FORMAT) + KEY_ID_BYTES + NONCE_BYTES


class KeyRing:
    """Several 32-byte keys by id; the highest id seals. `index_key` is for blind indexes and never rotates by itself."""

    def __init__(self, keys: Mapping[int, bytes], *, index_key: bytes) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()) or len(index_key) != 32:
            raise SettingsInvalid("A key ring needs at least one key and an index key of 32 bytes each.")
        self._secrets = dict(keys)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._index_key = index_key
        self.newest = max(keys)

    def seal(self, plain: bytes, *, context: bytes = b"") -> bytes:
        """Encrypt and authenticate `plain`; the same context opens it."""
        nonce = os.urandom(NONCE_BYTES)
        header = FORMAT + self.newest.to_bytes(KEY_ID_BYTES, "big") + nonce
        return header + self._ciphers[self.newest].encrypt(nonce, plain, context)

    def open(self, sealed: bytes, *, context: bytes = b"") -> bytes:
        """The plain bytes. Raises VaultError for an unknown key, another context or any change of the sealed bytes."""
        if len(sealed) < HEADER_BYTES or sealed[:1] != FORMAT:
            raise VaultError("This isn't a sealed value of a known format. Restore the row from a back-up.")
        cipher = self._ciphers.get(self.key_id(sealed))
        if cipher is None:
            raise VaultError(f"Key {self.key_id(sealed)} isn't in the key file. Bring back the key file that sealed this.")
        try:
            return cipher.decrypt(sealed[HEADER_BYTES - NONCE_BYTES : HEADER_BYTES], sealed[HEADER_BYTES:], context)
        except InvalidTag:
            raise VaultError("A sealed value was changed outside the program. Restore the row from a back-up.") from None

    def seal_text(self, text: str, *, context: bytes = b"") -> bytes:
        return self.seal(text.encode(), context=context)

    def open_text(self, sealed: bytes, *, context: bytes = b"") -> str:
        return self.open(sealed, context=context).decode()

    def blind_index(self, text: str, *, purpose: str) -> bytes:
        """A keyed hash for exact look-up of a sealed value. Equal texts of one purpose have equal indexes; nothing else shows."""
        return hmac.digest(self._index_key, purpose.encode() + b"\0" + text.encode(), hashlib.sha256)

    def derived_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, always the same: it comes from the index key, which never rotates by itself."""
        # no blind index begins with this byte, so no index can ever be this key
        return hmac.digest(self._index_key, b"\xff" + purpose.encode(), hashlib.sha256)

    @staticmethod
    def key_id(sealed: bytes) -> int:
        """The id of the key that sealed it."""
        return int.from_bytes(sealed[1 : 1 + KEY_ID_BYTES], "big")

    def rotated(self) -> KeyRing:
        """The same ring with one more key, which seals from now on."""
        return KeyRing({**self._secrets, self.newest + 1: os.urandom(32)}, index_key=self._index_key)

    @classmethod
    def generate(cls) -> KeyRing:
        """A ring with one fresh key."""
        return cls({1: os.urandom(32)}, index_key=os.urandom(32))

    @classmethod
    def from_file(cls, path: Path) -> KeyRing:
        """Read a key file. Raises SettingsInvalid when it is missing or damaged."""
        try:
            content = json.loads(path.read_text("utf-8"))
            keys = {int(key_id): base64.b64decode(key) for key_id, key in content["keys"].items()}
            return cls(keys, index_key=base64.b64decode(content["index_key"]))
        except FileNotFoundError:
            raise SettingsInvalid(f"Key file {path} doesn't exist. Without it nothing sealed can be read.") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsInvalid(f"Key file {path} is damaged ({error!r}). Restore it from a back-up.") from None

    def save(self, path: Path) -> None:
        """Write the key file, readable by its owner only, in one step: an interrupted write leaves the old file."""
        content: dict[str, Any] = {
            "keys": {str(key_id): base64.b64encode(key).decode() for key_id, key in self._secrets.items()},
            "index_key": base64.b64encode(self._index_key).decode(),
        }
        fresh = path.with_suffix(path.suffix + ".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
