"""The course of a clock through its calendar: what counts is working time outside pauses."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from desk.calendars import Limit, WorkingTime
from desk.calendars.pausing import UNITS, WORKING_DAYS
from desk.calendars.working_time import NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Counts from `started_at`; pauses are from `begins` to `ends`, in order, apart; `paused` is their time, summed up."""

    calendar: WorkingTime
    started_at: datetime
    begins: Sequence[datetime]
    ends: Sequence[datetime]
    paused: Sequence[timedelta]

    def counted(self, at: datetime) -> timedelta:
        """What has counted by `at`."""
        index = bisect_left(self.begins, at)
        if index == 0:
            return self.calendar.elapsed(self.started_at, at)
        if self.ends[index - 1] >= at:
            return self._counted_before(index - 1)
        return self.calendar.elapsed(self.started_at, at) - self.paused[index - 1]

    def reached(self, amount: timedelta) -> datetime:
        """The first instant at which `amount` has counted, as far as pauses are known. A pause that begins later adds nothing."""
        last = len(self.begins) - 1
        if last < 0:
            return self.calendar.add(self.started_at, amount)
        # what counts grows from pause to pause, so that looking at the last one is enough nearly always
        if self._counted_before(last) < amount:
            return self.calendar.add(self.started_at, amount + self.paused[last])
        index = bisect_left(range(last), amount, key=self._counted_before)
        return self.calendar.add(self.started_at, amount + (self.paused[index - 1] if index else NOTHING))

    def awake(self, at: datetime) -> datetime:
        """`at`, or the end of the pause in which it lies: nothing comes while a clock waits."""
        index = bisect_left(self.begins, at) - 1
        return self.ends[index] if index >= 0 and at < self.ends[index] else at

    def due(self, limit: Limit) -> datetime:
        """When a limit that runs from the start is used up."""
        return self.reached(self.length(limit, self.started_at))

    def length(self, limit: Limit, start: datetime) -> timedelta:
        """A limit that runs from `start` as working time. A number of working days lasts until the last one ends."""
        if limit.unit == WORKING_DAYS:
            return self.calendar.elapsed(start, self.calendar.end_of_working_day(start, int(limit.amount)))
        return UNITS[limit.unit] * limit.amount.numerator / limit.amount.denominator

    def _counted_before(self, index: int) -> timedelta:
        """What had counted when the pause with that index began."""
        counted = self.calendar.elapsed(self.started_at, self.begins[index])
        return counted - self.paused[index - 1] if index else counted


def course(calendar: WorkingTime, started_at: datetime, begins: Sequence[datetime], ends: Sequence[datetime]) -> Course:
    """The course with these pauses, in order and apart."""
    paused = list(accumulate(calendar.elapsed_each(begins, ends)))
    return Course(calendar=calendar, started_at=started_at, begins=begins, ends=ends, paused=paused)
