"""Why a clock is due when it is: steps with numbers, from its events and the calendar alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import islice
from typing import Any

from bpmn.wording import Wording
from desk.calendars.working_time import WEEKLY
from desk.clocks.evaluation import evaluate
from desk.clocks.events import Cause, ClockEvent, ClockPaused, ClockRetargeted, ClockStarted, ServiceTarget
from desk.clocks.state import ClockPhase, ClockState
from desk.clocks.targets import Calendars, limit_text

MOST_DAYS = 60
"""So many days that aren't as the week says are told; a limit of months has too many to read."""
_SEARCHED_DAYS = 800
_MINUTE = timedelta(minutes=1)
_CODES = frozenset({"anchor", "reasons", "what"})

CalendarsAsOf = Callable[[str], Calendars]
"""The calendars of a version, as a target keeps it."""

SENTENCES: Mapping[str, str] = {
    "started": "counts from {anchored_at:%Y-%m-%d %H:%M} {zone} ({anchor})",
    "noted_late": "was noted at {at:%Y-%m-%d %H:%M} {zone}, later than it counts",
    "target": "{limit} in the calendar {calendar_name} ({calendar}), by “{source}”; rows considered: {rows}",
    "retargeted": "{cause} at {at:%Y-%m-%d %H:%M} {zone} by {by}: {limit} in {calendar_name} ({calendar}), "
    "by “{source}” ({rule})",
    "calendar_edited": "calendar edited at {at:%Y-%m-%d %H:%M} {zone} by {by} ({note}): due {due_after:%Y-%m-%d %H:%M}, before "
    "{due_before:%Y-%m-%d %H:%M}",
    "calendar_edited_paused": "calendar edited at {at:%Y-%m-%d %H:%M} {zone} by {by} ({note}) while it was paused",
    "paused": "paused from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} {zone} for {reasons}: {minutes} minutes",
    "still_paused": "paused since {since:%Y-%m-%d %H:%M} {zone} for {reasons}: {minutes} minutes so far",
    "paused_after_due": "paused from {since:%Y-%m-%d %H:%M} {zone} for {reasons}, after it was due: changes nothing",
    "closed": "{date} is closed: {name}",
    "opened": "{date} is open: {name}",
    "policy": "by the targets of {policy}",
    "not_before": "not earlier than {at:%Y-%m-%d %H:%M} {zone}",
    "due": "due {at:%Y-%m-%d %H:%M} {zone}: {limit_minutes} minutes of the calendar, and {paused_minutes} of pauses",
    "waiting": "paused for {reasons}: {remaining_minutes} minutes remain, due {at:%Y-%m-%d %H:%M} {zone} if it went on now",
    "provisional": "provisional: the holidays of a year that it touches aren't published yet",
    "breached": "missed at {at:%Y-%m-%d %H:%M} {zone}",
    "breached_by_change": "missed at {at:%Y-%m-%d %H:%M} {zone}, since it was {cause}",
    "stopped": "done at {at:%Y-%m-%d %H:%M} {zone} ({what}): {verdict}",
    "void": "counts no more: {reason}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStep:
    """One line of the answer: `code` is one of SENTENCES; arguments are instants, minutes, keys and texts."""

    code: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text(UTC)

    def text(self, zone: tzinfo) -> str:
        """The line in English, its instants as wall time of a zone, which it names."""
        return SENTENCES[self.code].format(**{key: _worded(key, value, zone) for key, value in self.arguments.items()}, zone=zone)


def _worded(name: str, value: Any, zone: tzinfo) -> Any:
    if isinstance(value, Wording):
        return value.said("en")
    if isinstance(value, StrEnum) or name in _CODES:
        return str(value).replace("_", " ").replace("-", " ")
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return value.astimezone(zone) if isinstance(value, datetime) else value


def explanation(
    events: Sequence[ClockEvent], calendars: Calendars, now: datetime, *, as_of: CalendarsAsOf | None = None
) -> tuple[ClockStep, ...]:
    """The steps from the start to the due instant and to what came of it, in the order in which one would reckon.

    `as_of` gives the calendars as they were in another version, by which a limit names its calendar; without it by `calendars`.
    """
    state = evaluate(events, calendars, now)
    return (
        *_promised(events, state, as_of or (lambda _: calendars)),
        *_pauses(events, state),
        *islice(_days(state), MOST_DAYS),
        *_due(state),
        *_outcome(state),
    )


def _promised(events: Sequence[ClockEvent], state: ClockState, as_of: CalendarsAsOf) -> Iterator[ClockStep]:
    for event in events:
        match event:
            case ClockStarted(anchor=anchor, anchored_at=anchored_at, target=target):
                yield _step("started", anchor=anchor, anchored_at=anchored_at)
                if event.at - anchored_at >= _MINUTE:
                    yield _step("noted_late", at=event.at)
                said = {"limit": limit_text(target.limit), "source": target.source, **_calendar(target, as_of)}
                yield _step("target", **said, rows=len(target.considered), considered=target.considered)
            case ClockRetargeted(target=target):
                said, counts_in = {"limit": limit_text(target.limit), "source": target.source}, _calendar(target, as_of)
                dues = {"due_before": event.due_before, "due_after": event.due_after}
                about = {"at": event.at, "by": event.by, "cause": event.cause, "rule": event.rule, "note": event.note}
                if event.cause is not Cause.CALENDAR_EDITED:
                    yield _step("retargeted", **about, **said, **counts_in, **dues, considered=target.considered)
                elif event.due_before is None or event.due_after is None:
                    yield _step("calendar_edited_paused", **about, **counts_in)
                else:
                    yield _step("calendar_edited", **about, **counts_in, **dues)
    if state.target.policy_version:
        yield _step("policy", policy=state.target.policy_version)
    if state.target.not_before is not None:
        yield _step("not_before", at=state.target.not_before)


def _calendar(target: ServiceTarget, as_of: CalendarsAsOf) -> Mapping[str, Any]:
    return {"calendar": target.calendar, "calendar_name": as_of(target.calendar_version).of(target.calendar).name}


def _pauses(events: Sequence[ClockEvent], state: ClockState) -> Iterator[ClockStep]:
    """Each pause with what it counts; those that overlap are one."""
    run = state.course
    before = timedelta(0)
    for since, until, total in zip(run.begins, run.ends, run.paused, strict=True):
        within = {event.reason for event in events if isinstance(event, ClockPaused) and since <= event.at < max(until, since)}
        reasons = ", ".join(sorted(within))
        if since >= state.due_if_resumed:
            yield _step("paused_after_due", since=since, until=until, reasons=reasons)
        elif state.phase is ClockPhase.PAUSED and since == state.paused_since:
            yield _step("still_paused", since=since, reasons=reasons, minutes=_minutes(total - before))
        else:
            yield _step("paused", since=since, until=until, reasons=reasons, minutes=_minutes(total - before))
        before = total


def _days(state: ClockState) -> Iterator[ClockStep]:
    """The days from start to due that a layer of the calendar opens or closes."""
    calendar = state.course.calendar
    day, last = (at.astimezone(calendar.zone).date() for at in (state.started_at, state.due_if_resumed))
    for _ in range(_SEARCHED_DAYS):
        if day > last:
            return
        found = calendar.day(day)
        if found.layer != WEEKLY:
            code = "opened" if found.spans else "closed"
            yield _step(code, date=day, name=found.name or found.layer, layer=found.layer, source=found.source)
        day += timedelta(days=1)


def _due(state: ClockState) -> Iterator[ClockStep]:
    if state.phase is ClockPhase.PAUSED:
        reasons = ", ".join(state.paused_for)
        yield _step("waiting", reasons=reasons, remaining_minutes=_minutes(state.remaining), at=state.due_if_resumed)
    else:
        sums = {"limit_minutes": _minutes(state.limit), "paused_minutes": _minutes(state.paused_total)}
        yield _step("due", at=state.due_if_resumed, **sums)
    if state.provisional:
        yield _step("provisional")


def _outcome(state: ClockState) -> Iterator[ClockStep]:
    if state.breached_at is not None:
        code = "breached_by_change" if state.breach_cause else "breached"
        yield _step(code, at=state.breached_at, cause=state.breach_cause)
    if state.void_reason is not None:
        yield _step("void", reason=state.void_reason)
    elif state.stopped is not None:
        yield _step("stopped", at=state.stopped.done_at, what=state.stopped.what, verdict=state.verdict)


def _step(code: str, **arguments: Any) -> ClockStep:
    return ClockStep(code=code, arguments=arguments)


def _minutes(duration: timedelta) -> float:
    return duration / _MINUTE
