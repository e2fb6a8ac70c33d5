"""A desk rule's answer as a decider's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from desk.reasons import Reason
from engine.ports import Decision


def decision(result: Mapping[str, Any], reason: Reason, considered: Iterable[Mapping[str, Any]]) -> Decision:
    """The decision with its reason, for a person in English and for a page by its code."""
    return Decision(
        result=result,
        reason=str(reason),
        reason_code=reason.code,
        reason_arguments=reason.arguments,
        considered=tuple(considered),
    )
