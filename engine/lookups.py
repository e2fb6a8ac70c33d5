"""Lookups as expressions call them: each under a name of its own, its failures such as become an incident."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bpmn.feel import BUILTINS, FeelError
from engine.db.database import is_database_error
from engine.errors import SettingsInvalid, explain
from engine.model import ProcessInstance
from engine.ports import Answer, Lookup, Transaction


def checked_lookups(lookups: Sequence[Lookup]) -> tuple[Lookup, ...]:
    """The lookups, each with a name of its own. Raises SettingsInvalid."""
    seen: set[str] = set()
    for lookup in lookups:
        if lookup.name in seen or lookup.name in BUILTINS or not lookup.name.isidentifier():
            fact = "expected a name of its own that FEEL doesn't use and that an expression can call"
            raise SettingsInvalid(f"Lookup {lookup.name!r}: {fact}.")
        seen.add(lookup.name)
    return tuple(lookups)


def answers_of(lookup: Lookup, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
    """A lookup's functions by instance, whose failures are FeelErrors that name it; a failing database stays what it is."""
    told = _safely(lookup.name, lookup.answers)(tx, instances, at)
    return {instance.id: _safe(lookup.name, told.get(instance.id)) for instance in instances}


def _safe(name: str, function: Answer | None) -> Answer:
    def answer(*arguments: Any, **named: Any) -> Any:
        if function is None:
            raise FeelError(f"{name} has no answer for this instance")
        told = _safely(name, function)(*arguments, **named)
        if isinstance(told, Mapping):
            return {key: _safe(f"{name}.{key}", item) if callable(item) else item for key, item in told.items()}
        return told

    return answer


def _safely(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except Exception as error:
            if is_database_error(error):
                raise
            raise FeelError(f"{name} failed: {explain(error)}") from error

    return call
