"""An explanation of a case as plain text in English, names as the diagram has them; and as values that JSON can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from desk.casework.explanation import Attempt, Due, Explanation
from desk.casework.timeline import Explained
from desk.casework.whereabouts import Choice, Standing, Step


def as_text(number: str, explanation: Explanation, zone: tzinfo) -> str:
    """The explanation in five sections; instants to the minute in a time zone."""
    return "\n".join(_Words(zone).lines(number, explanation))


def as_values(number: str, explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON's own types; instants as ISO 8601 in UTC."""
    return {"case": number, **_plain(asdict(explanation))}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


class _Words:
    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def lines(self, number: str, explained: Explanation) -> Iterator[str]:
        yield number
        if explained.ended_at:
            yield f"  ended at {self._time(explained.ended_at)}{_because(explained.end_reason)}"
        for standing in explained.stands:
            yield from self._standing(standing)
        yield "  Decided:"
        for decision in explained.decisions:
            yield from self._decision(decision)
        yield from self._promises(explained)
        yield "  Tried:" if explained.attempts else "  Tried: nothing"
        yield from (self._attempt(attempt) for attempt in explained.attempts)

    def _standing(self, standing: Standing) -> Iterator[str]:
        yield f"  At {standing.name} since {self._time(standing.since)}"
        for step in standing.steps:
            yield f"    {self._time(step.at)} {_step(step)}"
        if standing.choice:
            yield f"    {_choice(standing.choice)}"
            if standing.choice.decision:
                yield from _considered(standing.choice.decision)

    def _decision(self, decision: Explained) -> Iterator[str]:
        yield f"    {self._time(decision.at)} {decision.name}: {decision.reason}"

    def _promises(self, explained: Explanation) -> Iterator[str]:
        yield "  Due:" if explained.clocks or explained.due else "  Due: nothing any more"
        for clock in explained.clocks:
            yield f"    clock {clock.name}: {self._time(clock.due_at)}{_because(clock.source)}"
        yield from (self._due(due) for due in explained.due)

    def _due(self, due: Due) -> str:
        moves = f"; moves with {', '.join(due.follows)}" if due.follows else ""
        if due.last_move is None:
            return f"    {due.name}: {self._time(due.due_at)}{moves}"
        move = due.last_move
        who = f" by {move.by}" if move.by else ""
        last = f"; moved at {self._time(move.at)}{who} from {self._time(move.before)}{_because(move.reason)}"
        return f"    {due.name}: {self._time(due.due_at)}{moves}{last}"

    def _attempt(self, attempt: Attempt) -> str:
        ended = f" at {self._time(attempt.ended_at)}" if attempt.ended_at else ""
        return f"    {self._time(attempt.at)} {attempt.name}: {attempt.what} {attempt.outcome}{ended}{_because(attempt.message)}"

    def _time(self, at: datetime | None) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M") if at else "never"


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _step(step: Step) -> str:
    by = f" by {step.by}" if step.by else ""
    way = " ".join(filter(None, (step.flow, f"[{step.condition}]" if step.condition else "")))
    return f"{step.name}{by}{f' -> {way}' if way else ''}{_because('; '.join(step.why))}"


def _choice(choice: Choice) -> str:
    to = choice.assignee or f"the teams {', '.join(choice.groups)}"
    return f"{choice.how} to {to}{_because(choice.reason)}" if choice.how != "claimed" else f"claimed by {to}"


def _considered(decision: Explained) -> Iterator[str]:
    for each in decision.considered:
        load = f" load {each['load']} of {each['capacity']}" if "load" in each else ""
        yield f"      considered {each.get('login', each)}{load}{_because(str(each.get('obstacle') or ''))}"
