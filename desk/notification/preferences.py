"""What a person wants to be told, by which way and when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from desk.calendars import WorkingTime
from desk.notification.kinds import kind_of, name_of_kind
from desk.notification.ports import Way

_MOMENT = timedelta(seconds=1)
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
MOST_STEPS = 30


class When(StrEnum):
    AT_ONCE = "at_once"  # as soon as the quiet hours are over
    DIGEST = "digest"  # with what else gathered
    OFF = "off"  # not at all


class Rhythm(StrEnum):
    DAY = "day"  # a digest a day, at its time
    HOUR = "hour"  # a digest each full hour


WAYS = (Way.APP, Way.MAIL, Way.IM)
"""The ways among which a person may choose."""

QUIET_FROM, QUIET_UNTIL = time(21), time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When only urgent messages leave the house: between two wall times (across midnight when the first is later; none when they
    are equal), and with `outside_work` whenever the desk isn't open.
    """

    begins: time = QUIET_FROM
    ends: time = QUIET_UNTIL
    outside_work: bool = False

    def opening(self, now: datetime, zone: ZoneInfo, work: WorkingTime) -> datetime:
        """The first instant from `now` on that isn't quiet. Hours that leave no gap at all count as none."""
        at = now
        for _ in range(MOST_STEPS):
            later = self._after_night(at, zone)
            if self.outside_work:
                later = work.add(later, _MOMENT) - _MOMENT
            if later == at:
                return at
            at = later
        return now

    def _after_night(self, at: datetime, zone: ZoneInfo) -> datetime:
        local = at.astimezone(zone)
        wall = local.time()
        if self.begins <= self.ends:
            is_quiet, next_day = self.begins <= wall < self.ends, False
        else:
            is_quiet, next_day = wall >= self.begins or wall < self.ends, wall >= self.begins
        if not is_quiet:
            return at
        day = local.date() + (_DAY if next_day else timedelta())
        return datetime.combine(day, self.ends, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """When what gathered is sent."""

    rhythm: Rhythm = Rhythm.DAY
    at: time = time(9)

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The first sending after `now`."""
        local = now.astimezone(zone)
        if self.rhythm is Rhythm.HOUR:
            return (local.replace(minute=0, second=0, microsecond=0) + _HOUR).astimezone(UTC)
        today = datetime.combine(local.date(), self.at, tzinfo=zone)
        return (today if today > local else datetime.combine(local.date() + _DAY, self.at, tzinfo=zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's. `choices` maps a kind of notice to what is wanted of each way; what isn't there goes at once.

    `im` is a channel's name and `im_address` the person's address in it; without one, no chat message is sent.
    """

    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quiet: Quiet = Quiet()
    digest: Digest = Digest()
    im: str = ""
    im_address: str = field(default="", repr=False)
    revision: int = 0

    def when(self, kind: str, way: Way) -> When:
        """What is wanted; a notice that must be had is always in the app, and the app knows no digest."""
        chosen = When(self.choices.get(name_of_kind(kind), {}).get(way, When.AT_ONCE))
        if way is Way.APP:
            return When.AT_ONCE if kind_of(kind).must or chosen is not When.OFF else When.OFF
        return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """How one message goes by one way: not before an instant, within a digest or by itself."""

    not_before: datetime
    in_digest: bool = False


def travel(
    preferences: Preferences, kind: str, way: Way, *, urgent: bool, now: datetime, zone: ZoneInfo, work: WorkingTime
) -> Travel | None:
    """When a message leaves; None when it isn't wanted. What is urgent leaves now, unless it is turned off."""
    when = preferences.when(kind, way)
    if when is When.OFF:
        return None
    if urgent or kind_of(kind).urgent:
        return Travel(not_before=now)
    if when is When.DIGEST:
        return Travel(not_before=preferences.digest.next(now, zone), in_digest=True)
    return Travel(not_before=preferences.quiet.opening(now, zone, work))
