"""Holds what the product recorded against what the oracle says, clock by clock and instant by instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.day import happened, oracle
from benchmarks.day.noted import Noted
from benchmarks.day.oracle import Expected
from benchmarks.day.phases import Edits
from benchmarks.day.recorded import Record, RecordedClock
from engine.history import HistoryEvent, TimerArmed, TimerFired, TimerMoved
from engine.model import InstanceState


@dataclass(slots=True)
class Comparison:
    """`differences` name the case, the clock and both sides. `breaches` are those that the oracle finds.

    `noticed_after` is how long at most a timer was there and due before anybody noticed.
    """

    cases: int = 0
    clocks: int = 0
    breaches: int = 0
    escalations: int = 0
    levels: int = 0
    rounds: int = 0
    waits: int = 0
    changes: int = 0
    parts: int = 0
    promises: int = 0
    acknowledged: int = 0
    noticed_after: timedelta = timedelta(0)
    verdicts: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def take(self, record: Record, noted: Noted, edits: Mapping[str, Edits]) -> None:
        """Compare one case, of whose clocks people noted this, while the days of office and teams were edited so."""
        self.cases += 1
        self.noticed_after = max(self.noticed_after, *_noticed_after(record.events), timedelta(0))
        if record.state != InstanceState.COMPLETED:
            self.differences.append(f"{record.number}: its instance is {record.state}, so its clocks aren't final")
            return
        course = happened.read(record.number, record.events, record.said, noted)
        expected = oracle.expected(course, edits)
        self.rounds += len(course.rounds)
        self.waits += sum(len(one.waits) for one in course.rounds)
        self.waits += len(noted.waits)
        self.changes += len(noted.classes)
        self.parts += len(noted.parts)
        self.promises += len(noted.promises)
        self.acknowledged += len(noted.acknowledged)
        self.clocks += len(expected)
        self.breaches += sum(one.verdict == "late" for one in expected)
        self.escalations += sum(bool(one.levels) for one in expected)
        self.levels += sum(len(one.levels) for one in expected)
        self.verdicts.update(f"{one.clock} {one.verdict}" for one in expected)
        self.differences.extend(f"{record.number}: {what}" for what in _differences(record, expected))


def _noticed_after(events: Iterable[HistoryEvent]) -> Iterator[timedelta]:
    """How long each timer was due; from when it was set, if that was to an instant in the past."""
    set_at: dict[str | None, datetime] = {}
    for event in events:
        if isinstance(event, TimerArmed | TimerMoved):
            set_at[event.token_id] = event.at
        elif isinstance(event, TimerFired):
            yield event.noticed_at - max(event.at, set_at[event.token_id])


def _differences(record: Record, expected: Iterable[Expected]) -> Iterator[str]:
    found = {(one.round, one.clock): one for one in record.clocks}
    fired = Counter(record.fired)
    for one in expected:
        recorded = found.pop((one.round, one.clock), None)
        where = f"{one.clock} of round {one.round}"
        if recorded is None:
            yield f"{where} isn't recorded; due {one.due_at}"
            continue
        yield from (f"{where}: {what}" for what in _unlike(one, recorded))
        if one.levels:
            yield from () if fired[one.clock, one.levels[0]] else (f"{where}: no timer fired at {one.levels[0]}",)
            fired[one.clock, one.levels[0]] -= 1
    yield from (f"{one.clock} of round {one.round} is recorded, and the oracle knows none" for one in found.values())
    yield from (f"the timer of {clock} fired at {at}, and nothing was missed" for (clock, at), left in fired.items() if left > 0)


def _unlike(one: Expected, recorded: RecordedClock) -> Iterator[str]:
    wanted = {"due": one.due_at, "stopped": one.stopped_at, "verdict": one.verdict}
    got = {"due": recorded.due_at, "stopped": recorded.stopped_at, "verdict": recorded.verdict}
    yield from (f"{name} {got[name]} is recorded, {wanted[name]} is right" for name in wanted if got[name] != wanted[name])
    right = tuple(enumerate(one.levels, start=1))
    if recorded.levels != right:
        yield f"levels {_told(recorded.levels)} are recorded, {_told(right)} are right"


def _told(levels: Iterable[tuple[int, datetime]]) -> str:
    return ", ".join(f"{level} at {at.isoformat()}" for level, at in levels) or "none"
