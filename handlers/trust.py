"""Whom we trust when we speak TLS."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def machines_authorities() -> ssl.SSLContext:
    """The authorities that this machine trusts, read once: reading them takes longer than all else that a handler is made of."""
    return ssl.create_default_context()
