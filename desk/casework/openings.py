"""Orders to open a case that may be sent again: each opens one case per key of its sender, and a key holds for one order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desk.errors import KeyUsedOtherwise, RequestSentTwice
from desk.processes.orders import content_of
from engine.db import messages
from engine.ports import Transaction


def opened_before(tx: Transaction, how: str, request_id: str | None, asked: Any) -> str | None:
    """The number that an order got when it came before. `how` tells kinds of orders apart, whose keys may be the same.

    Raises KeyUsedOtherwise when it asked for something else then.
    """
    outcome = None if request_id is None else messages.message_outcome(tx, f"{how}:{request_id}")
    if outcome is None:
        return None
    # what older versions remembered is the number alone
    number, _, content = outcome.partition(":")
    if content and content != content_of(asked):
        raise KeyUsedOtherwise(str(request_id).rpartition(":")[2])
    return number


def remember(tx: Transaction, how: str, request_id: str | None, number: str, asked: Any, now: datetime) -> None:
    """Remember what came of an order, if it has a key. Raises RequestSentTwice when it is carried out at the same time."""
    if request_id is None:
        return
    if not messages.take_message_once(tx, f"{how}:{request_id}", f"{number}:{content_of(asked)}", now):
        raise RequestSentTwice
