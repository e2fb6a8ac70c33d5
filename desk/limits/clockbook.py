"""The clocks of one case within one transaction: read when first needed, written once with all that happened to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from desk.calendarsource import StoredCalendars
from desk.clocks import (
    WARN_AT_FRACTION,
    Cause,
    ClockEvent,
    ClockPaused,
    ClockPhase,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockState,
    ClockStopped,
    ClockVoided,
    DueRule,
    ServiceTarget,
    VoidReason,
    evaluate,
)
from desk.clocks.folding import Folded, fold
from desk.clocks.pausing import DEFAULT_PAUSES, PausePolicy
from desk.clocks.retargeting import RetargetClock, retarget
from desk.clocks.targets import RECEIVED
from desk.clocks.verdicts import STOPPED, VerdictFact, verdict_of
from desk.limits.catching_up import caught_up
from desk.store import clocks as store
from desk.store.clocks import ClockRow, KeptClock
from engine.ports import Transaction
from engine.vault import KeyRing


class _Entry:
    """A clock of the book. `stored` counts the events that the database has.

    Behind them stands what brings it up to the calendars, which is written only with something else.
    """

    def __init__(
        self,
        round: int,
        name: str,
        kept: KeptClock | None = None,
        *,
        warn_at: datetime | None = None,
        caught_up: Sequence[ClockEvent] = (),
    ) -> None:
        self.round = round
        self.name = name
        self.warn_at = warn_at
        self.row = kept.row if kept else None
        self.events: list[ClockEvent] = [*kept.events, *caught_up] if kept else []
        self.stored = len(kept.events) if kept else 0
        self.known = len(self.events)

    @property
    def folded(self) -> Folded:
        return fold(self.events)

    @property
    def over(self) -> bool:
        folded = self.folded
        return folded.stopped is not None or folded.voided is not None

    def add(self, event: ClockEvent) -> None:
        # two processes' times may differ by a little: what came later is later
        self.events.append(replace(event, at=max(event.at, self.events[-1].at)) if self.events else event)


class ClockBook:
    """What happens to a case's clocks. What a clock can't take any more, since it is over or not paused, is left out."""

    def __init__(
        self, tx: Transaction, vault: KeyRing, number: str, calendars: StoredCalendars, *, pauses: PausePolicy = DEFAULT_PAUSES
    ) -> None:
        self._tx = tx
        self._vault = vault
        self._number = number
        self._calendars = calendars
        self._pauses = pauses
        self._read: dict[tuple[int, str], _Entry] | None = None

    @property
    def _entries(self) -> dict[tuple[int, str], _Entry]:
        if self._read is None:
            found = store.kept(self._tx, [self._number])
            self._read = {(one.row.round, one.row.name): self._entry(one) for one in found}
        return self._read

    def _entry(self, kept: KeptClock) -> _Entry:
        events = caught_up(self._tx, self._calendars, kept)
        return _Entry(kept.row.round, kept.row.name, kept, caught_up=events)

    def _open(self, names: Collection[str] | None = None) -> list[_Entry]:
        return [entry for entry in self._entries.values() if (names is None or entry.name in names) and not entry.over]

    def events(self, round: int, name: str) -> Sequence[ClockEvent]:
        """What happened to a clock so far; nothing when there is none."""
        entry = self._entries.get((round, name))
        return tuple(entry.events) if entry else ()

    def started(self, round: int, name: str) -> ClockStarted | None:
        """How a clock began; None when there is none."""
        entry = self._entries.get((round, name))
        return entry.folded.started if entry else None

    def open_clocks(self) -> list[tuple[int, str]]:
        """Round and name of the clocks that are neither stopped nor void."""
        return [(entry.round, entry.name) for entry in self._open()]

    def policies(self) -> set[str]:
        """What the open clocks say that their limits are from."""
        return {entry.folded.target.policy_version for entry in self._open()}

    def all_clocks(self) -> list[tuple[int, str]]:
        """Round and name of every clock."""
        return list(self._entries)

    def after(self, round: int, name: str, at: datetime) -> datetime:
        """`at`, or when the clock's last event happened if that was later: an event never lies before another."""
        return max(at, self._entries[round, name].events[-1].at)

    def waits_for(self, round: int, name: str) -> frozenset[str]:
        """The reasons for which a clock waits."""
        return frozenset(self._entries[round, name].folded.open)

    def start(self, round: int, name: str, started: ClockStarted, *, warn_at: datetime | None = None) -> None:
        """Start a clock, which warns at that instant unless it moves; one of that round and name goes on as it is."""
        if (round, name) not in self._entries:
            entry = self._entries[round, name] = _Entry(round, name, warn_at=warn_at)
            self._add(entry, started)

    def begin(self, round: int, name: str, events: Sequence[ClockEvent]) -> None:
        """Begin a clock that isn't there yet with several events, the first of them its start."""
        self._entries[round, name] = _Entry(round, name)
        self.add(round, name, events)

    def add(self, round: int, name: str, events: Sequence[ClockEvent]) -> None:
        """Add what a rule decided about a clock that is there."""
        for event in events:
            self._add(self._entries[round, name], event)

    def _add(self, entry: _Entry, event: ClockEvent) -> None:
        """Add an event; a target keeps by which state of the calendars it was worked out."""
        if isinstance(event, ClockStarted | ClockRetargeted):
            version = self._calendars(self._tx).version
            event = replace(event, target=replace(event.target, calendar_version=version))
        entry.add(event)

    def pause(self, reason: str, *, at: datetime, by: str, until: datetime | None = None, note: str = "") -> None:
        """Let all open clocks wait that this reason pauses and that don't wait for it already."""
        for entry in self._open():
            if self._pauses.pauses(reason, entry.name) and reason not in entry.folded.open:
                entry.add(ClockPaused(at=at, by=by, reason=reason, until=until, note=note))

    def resume(self, reason: str, *, at: datetime, by: str, because: str) -> None:
        """Let all clocks go on that wait for this reason, as far as nothing else holds them."""
        for entry in self._open():
            if reason in entry.folded.open:
                entry.add(ClockResumed(at=at, by=by, reason=reason, because=because))

    def stop(self, names: Collection[str] | None, done_at: datetime, *, by: str, what: str, at: datetime | None = None) -> None:
        """Stop open clocks (all without `names`): what they time was done, and noted `at`."""
        for entry in self._open(names):
            noted_at = max(at or done_at, done_at)
            entry.add(ClockStopped(at=noted_at, by=by, done_at=max(done_at, entry.folded.started.anchored_at), what=what))

    def void(self, names: Collection[str] | None, reason: VoidReason, *, at: datetime, by: str) -> None:
        """Count open clocks no more (all without `names`)."""
        for entry in self._open(names):
            entry.add(ClockVoided(at=at, by=by, reason=reason))

    def promise(self, round: int, name: str, target: ServiceTarget, *, cause: Cause, at: datetime, by: str) -> None:
        """Give an open clock another target, counted from its start; one that it ever had changes nothing."""
        entry = self._entries.get((round, name))
        if entry is None or entry.over or _known(entry.events, target):
            return
        self._retarget(entry, RetargetClock(by=by, cause=cause, targets=(target,), rule=DueRule.FROM_RECEIPT), at)

    def not_before(self, round: int, name: str, earliest: datetime, *, at: datetime, by: str) -> None:
        """Let an open clock that counts from the receipt not be due before `earliest`, since the solution was late (C5)."""
        entry = self._entries.get((round, name))
        if entry is None or entry.over or entry.folded.started.anchor != RECEIVED:
            return
        state = evaluate(entry.events, self._calendars(self._tx), max(at, entry.events[-1].at))
        if state.due_if_resumed < earliest:
            later = replace(state.target, not_before=earliest)
            self._retarget(entry, RetargetClock(by=by, cause=Cause.SOLVED_LATE, targets=(later,)), at)

    def _retarget(self, entry: _Entry, order: RetargetClock, at: datetime) -> None:
        at = max(at, entry.events[-1].at)
        for event in retarget(entry.events, order, self._calendars(self._tx), at):
            self._add(entry, event)

    def write(self) -> bool:
        """Write what is new. False when nothing is. What happened to a clock follows what an edited calendar did to it (E26)."""
        news = [entry for entry in (self._read or {}).values() if len(entry.events) > entry.known]
        if not news:
            return False
        calendars = self._calendars(self._tx)
        fresh, changed, happened, judged = [], [], [], []
        for entry in news:
            last = entry.events[-1]
            state = evaluate(entry.events, calendars, last.at)
            row = row_of(self._number, entry.round, entry.name, last, state, _warn_fraction(entry, state))
            (fresh if entry.row is None else changed).append(row)
            happened.append((row, entry.stored, entry.events[entry.stored :]))
            if state.over:
                judged.append((row, self._fact(entry, state, last)))
            entry.row, entry.stored, entry.known = row, len(entry.events), len(entry.events)
        store.save(self._tx, fresh, changed)
        store.append(self._tx, self._vault, happened)
        store.judge(self._tx, judged)
        return True

    def _fact(self, entry: _Entry, state: ClockState, last: ClockEvent) -> VerdictFact:
        """The verdict; a clock that was stopped before and is void now has one already."""
        version = 2 if entry.row is not None and entry.row.verdict is not None else 1
        why = state.void_reason or STOPPED
        return verdict_of(entry.name, state, by=last.by, at=last.at, why=why, version=version)


def row_of(number: str, round: int, name: str, last: ClockEvent, state: ClockState, warn_fraction: float) -> ClockRow:
    """How a clock stands with its last event, of which `state` is as of."""
    target = state.target
    return ClockRow(
        case_number=number,
        round=round,
        name=name,
        state=state.phase,
        started_at=state.started_at,
        due_at=None if state.phase is ClockPhase.PAUSED else state.due_if_resumed,
        warn_at=None if state.phase is ClockPhase.PAUSED else state.course.reached(state.limit * warn_fraction),
        warn_fraction=warn_fraction,
        remaining=state.remaining,
        paused_since=state.paused_since,
        paused_until=state.paused_until,
        paused_for=",".join(state.paused_for),
        breached_at=state.breached_at,
        breach_cause=state.breach_cause,
        calendar=target.calendar,
        calendar_version=target.calendar_version,
        policy_version=target.policy_version,
        provisional=state.provisional,
        source=target.source,
        stopped_at=_over_at(state, last),
        verdict=state.verdict if state.over else None,
    )


def _warn_fraction(entry: _Entry, state: ClockState) -> float:
    """After which part of the limit it warns: of a new clock what comes to the instant that its process named."""
    if entry.row is not None:
        return entry.row.warn_fraction
    if entry.warn_at is None or not state.limit:
        return WARN_AT_FRACTION
    return round(min(max(state.course.counted(entry.warn_at) / state.limit, 0.0), 1.0), 4)


def _over_at(state: ClockState, last: ClockEvent) -> datetime | None:
    if state.stopped is not None and state.phase is not ClockPhase.VOID:
        return state.stopped.done_at
    return last.at if state.phase is ClockPhase.VOID else None


def _known(events: Sequence[ClockEvent], target: ServiceTarget) -> bool:
    """Whether a clock has or had this limit: a variable that is written again with what it said before promises nothing new."""
    had = (event.target for event in events if isinstance(event, ClockStarted | ClockRetargeted))
    return any((one.limit, one.calendar) == (target.limit, target.calendar) for one in had)
