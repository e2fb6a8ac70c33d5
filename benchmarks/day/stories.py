"""What happens to each case: a seeded story of people who take it, answer, ask, wait, solve, and of customers who reply or don't.

A story is a generator: it acts, then yields for how long it rests. What it needs and isn't there yet, it looks for again later.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from benchmarks.day.office import Office
from desk.limits.reclassifying import NewClass
from desk.store import surveys
from engine.errors import Conflict

Story = Iterator[timedelta]
Result = TypeVar("Result")
LOOK_AGAIN = timedelta(minutes=7, seconds=13)
MOST_LOOKS = 2000
LEAST_SECONDS = 5
MOST_ROUNDS = 3

TYPES = {"inquiry": 45, "complaint": 25, "suggestion": 10, "transaction": 20}
URGENCIES = {"urgent": 15, "normal": 60, "low": 25}
CHANNELS = {"phone": 40, "chat": 20, "email": 20, "web": 10, "social": 5, "offline": 5}
HOURS_TO_SOLVE = {"urgent": 1.1, "normal": 11.0, "low": 40.0}
"""At the median; the limits are 2 h, 24 h and 3 working days."""
MINUTES_TO_CLAIM = {"urgent": 7.0, "normal": 25.0, "low": 100.0}
BLOCKED_SHARE, EMOTIONAL_SHARE, GROUP_SHARE = 0.05, 0.04, 0.08
CALLED_SHARE = 0.35
"""So many are called as soon as somebody takes the case; the others get a reply later."""
HELPED_SHARE, ASKED_SHARE, SILENT_SHARE = 0.15, 0.4, 0.25
ANSWERED_SHARE = 0.6
DISSATISFIED = "dissatisfied"
RATINGS = {"satisfied": 65, "neutral": 15, DISSATISFIED: 20}
BACKDATED_SHARE = 0.15
"""So many are written down later than they came."""
CUSTOMER_WRITES_SHARE = 0.2
ASKS_AGAIN_SHARE, ANSWERED_AGAIN_SHARE = 0.15, 0.6
"""So many customers write while somebody is at their case; so many of them get an answer of its own."""
PAUSED_SHARE, RESUMED_SHARE = 0.12, 0.5
"""So many cases wait for somebody outside; so many of them go on before the date that was set."""
CHANGED_SHARE = 0.15
"""So many are found to be more urgent, or less, than it seemed."""
SUPERVISOR = "wang"
QUESTION = {"content": "请客户提供截图", "next_action": "等待截图", "outcome": "wait_customer"}


@dataclass(slots=True)
class Noted:
    """What people said of a case's clocks: waits by hand (from, until at the latest), and priorities from an instant on."""

    waits: list[tuple[datetime, datetime]] = field(default_factory=list)
    priorities: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass(slots=True)
class Stories:
    """Plays cases in an office, and counts what was done. `noted` is by number, in the order of the cases' entry."""

    office: Office
    seed: int
    noted: dict[str, Noted] = field(default_factory=dict)
    actions: int = 0

    def of(self, index: int, arrived_at: datetime) -> Story:
        """The story of one case, to be begun at `arrived_at`."""
        return _Case(self, random.Random(f"{self.seed}:{index}"), index, arrived_at).story()


class _Case:
    def __init__(self, stories: Stories, chance: random.Random, index: int, arrived_at: datetime) -> None:
        self._stories, self._office, self._desk = stories, stories.office, stories.office.services.desk
        self._chance, self._index, self._arrived_at = chance, index, arrived_at
        self._form = _form(chance, index)
        self._pace = "urgent" if self._form["usage_blocked"] or self._form["emotional"] else str(self._form["urgency"])
        self._number = ""
        self._said = 0
        self._noted = Noted()

    def story(self) -> Story:
        if self._happens(BACKDATED_SHARE):
            yield self._about(minutes=4)
        form = {**self._form, "received_at": self._arrived_at.isoformat()}
        clerk = self._someone("service")
        request_id = f"day:{self._index}"
        self._number = self._act(self._desk.intake.open_case, form, by=clerk, team="service", request_id=request_id)
        self._noted = self._stories.noted[self._number] = Noted()
        for round in range(1, MOST_ROUNDS + 1):
            yield from self._handled(round)
            if not self._happens(ANSWERED_SHARE):
                return
            content = round == MOST_ROUNDS
            if (yield from self._rated(round, content)) != DISSATISFIED:
                return

    def _handled(self, round: int) -> Story:
        holder, called = yield from self._taken(answering=round == 1)
        if not called:
            yield self._about(minutes=MINUTES_TO_CLAIM[self._pace] / 3)
            self._reply(holder)
        if self._happens(CHANGED_SHARE):
            yield from self._classed_anew()
        if self._happens(PAUSED_SHARE):
            yield from self._paused(holder)
        if self._happens(HELPED_SHARE):
            yield from self._helped(holder)
        if self._happens(ASKS_AGAIN_SHARE):
            yield from self._asked_again(holder)
        while self._happens(ASKED_SHARE):
            yield self._about(hours=HOURS_TO_SOLVE[self._pace] / 4)
            yield from self._asked(holder)
            holder, _ = yield from self._taken(answering=False)
        yield self._about(hours=HOURS_TO_SOLVE[self._pace])
        yield from self._completed({"content": "已处理", "outcome": "resolved"})

    def _taken(self, *, answering: bool) -> Iterator[timedelta]:
        """Somebody takes the task of handling, in the beginning with a call; who, and whether they called."""
        yield self._about(minutes=MINUTES_TO_CLAIM[self._pace])
        calls = answering and self._happens(CALLED_SHARE)
        for _ in range(MOST_LOOKS):
            task = self._office.task(self._number, "handle")
            if task is not None:
                holder = task.assignee or self._someone(task.candidate_groups[0])
                take = self._desk.work.start if calls else self._desk.work.claim
                if self._tried(take, task.id, by=holder):
                    return holder, calls
            yield LOOK_AGAIN
        raise TimeoutError(f"{self._number}: nobody could take it")

    def _reply(self, holder: str) -> None:
        self._said += 1
        said = f"{self._number}-{self._said}"
        self._act(self._desk.work.reply, self._number, "我们正在处理，请稍候。", by=holder, message_id=said)

    def _helped(self, holder: str) -> Story:
        """The technicians are asked and help, before the case is solved."""
        yield self._about(minutes=20)
        self._act(self._desk.work.request_technical_help, self._number, reason="需要排查", by=holder)
        yield self._about(minutes=30)
        task = yield from self._found("contribute")
        technician = task.assignee or self._someone("technical")
        self._act(self._desk.work.claim, task.id, by=technician)
        yield self._about(minutes=15)
        answers = {"content": "已排查", "outcome": "resolved"}
        self._act(self._desk.work.complete, task.id, answers, by=technician)

    def _asked_again(self, holder: str) -> Story:
        """The customer writes twice while somebody is at the case, and may get an answer of its own."""
        yield self._about(minutes=20)
        self._customer_writes()
        yield self._about(minutes=5)
        self._customer_writes()
        if self._happens(ANSWERED_AGAIN_SHARE):
            yield self._about(minutes=MINUTES_TO_CLAIM[self._pace])
            self._reply(holder)

    def _paused(self, holder: str) -> Story:
        """The case waits for somebody outside, until somebody says so or the date is reached."""
        yield self._about(minutes=10)
        now = self._office.clock.now()
        lasts = self._about(hours=HOURS_TO_SOLVE[self._pace] / 2)
        until = now + lasts + timedelta(minutes=2)
        self._act(self._desk.timing.pause, self._number, reason="third_party", until=until, by=holder)
        if self._happens(RESUMED_SHARE):
            yield lasts
            if (now_ := self._office.clock.now()) < until:
                self._act(self._desk.timing.resume, self._number, by=holder)
                until = now_
        self._noted.waits.append((now, until))

    def _classed_anew(self) -> Story:
        """A supervisor finds the case more or less urgent."""
        yield self._about(hours=HOURS_TO_SOLVE[self._pace] / 3)
        other = self._chance.choice([name for name in HOURS_TO_SOLVE if name != self._pace])
        self._act(self._desk.reclassifying.reclassify, self._number, NewClass(priority=other), reason="复核", by=SUPERVISOR)
        self._noted.priorities.append((self._office.clock.now(), other))
        self._pace = other

    def _asked(self, holder: str) -> Story:
        """The customer is asked, and answers in time, or only after the case has come back by itself."""
        wait = timedelta(hours=self._chance.choice((4, 8, 24, 48)), seconds=self._chance.randrange(60))
        until = self._office.clock.now() + wait
        yield from self._completed({**QUESTION, "wait_until": until.isoformat()})
        if self._happens(SILENT_SHARE):
            yield wait
            return
        while self._happens(CUSTOMER_WRITES_SHARE):
            yield self._about(minutes=10)
            self._customer_writes()
        yield timedelta(seconds=self._chance.randrange(60, int(wait.total_seconds()) - 60))
        self._customer_writes()

    def _customer_writes(self) -> None:
        self._said += 1
        said = f"{self._number}-customer-{self._said}"
        self._act(self._desk.work.customer_message, self._number, "截图在附件中", message_id=said)

    def _completed(self, answers: Mapping[str, Any]) -> Story:
        task = yield from self._found("handle")
        self._act(self._desk.work.complete, task.id, answers, by=str(task.assignee))

    def _rated(self, round: int, content: bool) -> Iterator[timedelta]:
        """The customer answers the survey of a round as soon as there is one; the rating, a good one if `content`."""
        rating = "satisfied" if content else self._drawn(RATINGS)
        yield self._about(hours=5)
        for _ in range(MOST_LOOKS):
            with self._office.services.db.reading() as tx:
                invited = surveys.of_round(tx, self._office.services.vault, self._number, round)
            if invited is not None:
                break
            yield LOOK_AGAIN
        if invited is None or invited.until <= self._office.clock.now():
            return "none"
        token = self._act(self._desk.surveys.invite, self._number, round).token
        self._act(self._desk.surveys.answer, token, {"rating": rating})
        return rating

    def _found(self, activity: str) -> Iterator[timedelta]:
        """The open task at an activity, waited for."""
        for _ in range(MOST_LOOKS):
            if (task := self._office.task(self._number, activity)) is not None:
                return task
            yield LOOK_AGAIN
        raise TimeoutError(f"{self._number}: no open task at {activity}")

    def _someone(self, team: str) -> str:
        return self._chance.choice(self._office.members[team])

    def _tried(self, do: Callable[..., Any], *what: Any, **named: Any) -> bool:
        """Whether it could be done; somebody else may have been quicker."""
        try:
            self._act(do, *what, **named)
        except Conflict:
            return False
        return True

    def _act(self, do: Callable[..., Result], *what: Any, **named: Any) -> Result:
        self._stories.actions += 1
        return do(*what, **named)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share

    def _about(self, *, minutes: float = 0.0, hours: float = 0.0) -> timedelta:
        """A time with this median, sometimes much longer, in whole seconds."""
        seconds = self._chance.lognormvariate(math.log((minutes + hours * 60) * 60), 0.8)
        return timedelta(seconds=max(LEAST_SECONDS, round(seconds)))

    def _drawn(self, weights: Mapping[str, int]) -> str:
        return self._chance.choices(list(weights), list(weights.values()))[0]


def _form(chance: random.Random, index: int) -> dict[str, Any]:
    def drawn(weights: Mapping[str, int]) -> str:
        return chance.choices(list(weights), list(weights.values()))[0]

    return {
        "channel": drawn(CHANNELS),
        "customer_name": f"客户{index}",
        "customer_number": f"D{index:06d}",
        "type": drawn(TYPES),
        "urgency": drawn(URGENCIES),
        "scope": "group" if chance.random() < GROUP_SHARE else "person",
        "usage_blocked": chance.random() < BLOCKED_SHARE,
        "emotional": chance.random() < EMOTIONAL_SHARE,
        "description": "模拟的一天",
    }
