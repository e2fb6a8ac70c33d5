"""What happens to each case: a seeded story of people who take it, answer, ask, wait, solve, and of customers who reply or don't.

A story is a generator: it acts, then yields for how long it rests. What it needs and isn't there yet, it looks for again later.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.day import departments, studio, supervising
from benchmarks.day.acting import LOOK_AGAIN, MOST_LOOKS, SUPERVISOR, Actor, Played, Story
from benchmarks.day.limits import PREFERRED, QUICK_LANE
from benchmarks.day.office import Office
from benchmarks.day.oracle import OFFICE
from benchmarks.day.walking import OfficeDays
from desk.store import surveys

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
HELPED_SHARE, ASKED_SHARE, SILENT_SHARE = 0.2, 0.4, 0.25
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
TIERS = ("standard", *PREFERRED)
TIER_SHARE, PREFERRED_SHARE, QUICK_SHARE = 0.06, 0.08, 0.08
"""So many customers turn out to be of another tier; so many are of a higher one; so many cases are common problems."""
PROMISED_SHARE = 0.15
"""Of so many the customer is told by when they will be done."""
LOOKED_AFTER_SHARE = 0.4
"""Of so many somebody looks after what escalated, long before the end or shortly before it."""
QUESTION = {"content": "请客户提供截图", "next_action": "等待截图", "outcome": "wait_customer"}
EDITS_SEED = "calendar"


@dataclass(slots=True)
class Stories:
    """Plays cases in an office. `edits` are those of the days of the office and of teams, in order."""

    office: Office
    seed: int
    played: Played = field(default_factory=Played)
    edits: dict[str, list[tuple[datetime, OfficeDays]]] = field(default_factory=lambda: {OFFICE: []})

    def of(self, index: int, arrived_at: datetime) -> tuple[Actor, Story]:
        """The story of one case, to be begun at `arrived_at`, and who plays it."""
        chance = random.Random(f"{self.seed}:{index}")
        actor = Actor(self.office, self.played, chance)
        return actor, _Case(actor, index, arrived_at, _form(chance, index)).story()

    def of_calendar(self) -> tuple[Actor, Story]:
        """The story of the office's calendar."""
        actor = Actor(self.office, self.played, random.Random(f"{self.seed}:{EDITS_SEED}"), is_for_all=True)
        return actor, studio.edited(actor, self.edits)


class _Case:
    def __init__(self, actor: Actor, index: int, arrived_at: datetime, form: Mapping[str, Any]) -> None:
        self._actor, self._desk = actor, actor.desk
        self._index, self._arrived_at, self._form = index, arrived_at, form
        self._pace = "urgent" if form["usage_blocked"] or form["emotional"] else str(form["urgency"])

    def story(self) -> Story:
        actor = self._actor
        if actor.happens(BACKDATED_SHARE):
            yield actor.about(minutes=4)
        form = {**self._form, "received_at": self._arrived_at.isoformat()}
        # only supervisors give a customer a tier
        clerk = SUPERVISOR if self._form["customer_tier"] else actor.someone("service")
        request_id = f"day:{self._index}"
        actor.opened(actor.act(self._desk.intake.open_case, form, by=clerk, team="service", request_id=request_id))
        for round in range(1, MOST_ROUNDS + 1):
            yield from self._handled(round)
            if not actor.happens(ANSWERED_SHARE):
                return
            content = round == MOST_ROUNDS
            if (yield from self._rated(round, content)) != DISSATISFIED:
                return

    def _handled(self, round: int) -> Story:
        actor = self._actor
        holder, called = yield from self._taken(answering=round == 1)
        if not called:
            yield actor.about(minutes=MINUTES_TO_CLAIM[self._pace] / 3)
            self._reply(holder)
        yield from self._changed(holder)
        if actor.happens(HELPED_SHARE):
            yield from departments.helped(actor, holder)
        if actor.happens(ASKS_AGAIN_SHARE):
            yield from self._asked_again(holder)
        while actor.happens(ASKED_SHARE):
            yield actor.about(hours=HOURS_TO_SOLVE[self._pace] / 4)
            yield from self._asked(holder)
            holder, _ = yield from self._taken(answering=False)
        for _ in range(2):
            yield actor.about(hours=HOURS_TO_SOLVE[self._pace] / 2)
            if actor.happens(LOOKED_AFTER_SHARE / 2):
                supervising.looked_after(actor)
                yield actor.about(minutes=20)
        yield from self._completed({"content": "已处理", "outcome": "resolved"})

    def _changed(self, holder: str) -> Story:
        """What moves limits and escalations: another priority, a wait for somebody outside, a promise."""
        actor = self._actor
        if actor.happens(CHANGED_SHARE):
            yield actor.about(hours=HOURS_TO_SOLVE[self._pace] / 3)
            self._pace = actor.one_of([name for name in HOURS_TO_SOLVE if name != self._pace])
            supervising.classed_anew(actor, priority=self._pace)
        if actor.happens(TIER_SHARE):
            yield actor.about(minutes=30)
            supervising.classed_anew(actor, tier=actor.one_of(TIERS))
        if actor.happens(PROMISED_SHARE):
            yield from supervising.promised(actor, holder, hours=HOURS_TO_SOLVE[self._pace] * 2)
        if actor.happens(PAUSED_SHARE):
            yield from self._paused(holder)

    def _taken(self, *, answering: bool) -> Iterator[timedelta]:
        """Somebody takes the task of handling, in the beginning with a call; who, and whether they called."""
        actor = self._actor
        yield actor.about(minutes=MINUTES_TO_CLAIM[self._pace])
        calls = answering and actor.happens(CALLED_SHARE)
        for _ in range(MOST_LOOKS):
            task = yield from actor.found(lambda task: task.activity_id == "handle", "to handle")
            holder = task.assignee or actor.someone(task.candidate_groups[0])
            if actor.tried(self._desk.work.start if calls else self._desk.work.claim, task.id, by=holder):
                return holder, calls
            yield LOOK_AGAIN
        raise TimeoutError(f"{actor.number}: nobody could take it")

    def _reply(self, holder: str) -> None:
        actor = self._actor
        said = actor.message_id("reply")
        actor.act(self._desk.work.reply, actor.number, "我们正在处理，请稍候。", by=holder, message_id=said)

    def _asked_again(self, holder: str) -> Story:
        """The customer writes twice while somebody is at the case, and may get an answer of its own."""
        yield self._actor.about(minutes=20)
        self._customer_writes()
        yield self._actor.about(minutes=5)
        self._customer_writes()
        if self._actor.happens(ANSWERED_AGAIN_SHARE):
            yield self._actor.about(minutes=MINUTES_TO_CLAIM[self._pace])
            self._reply(holder)

    def _paused(self, holder: str) -> Story:
        """The case waits for somebody outside, until somebody says so or the date is reached."""
        actor = self._actor
        yield actor.about(minutes=10)
        begun = actor.now()
        lasts = actor.about(hours=HOURS_TO_SOLVE[self._pace] / 2)
        until = begun + lasts + timedelta(minutes=2)
        actor.act(self._desk.timing.pause, actor.number, reason="third_party", until=until, by=holder)
        if actor.happens(RESUMED_SHARE):
            yield lasts
            if actor.now() < until:
                actor.act(self._desk.timing.resume, actor.number, by=holder)
                until = actor.now()
        actor.noted.waits.append((begun, until))

    def _asked(self, holder: str) -> Story:
        """The customer is asked, and answers in time, or only after the case has come back by itself."""
        actor = self._actor
        wait = timedelta(hours=actor.one_of((4, 8, 24, 48))) + actor.below(60)
        until = actor.now() + wait
        yield from self._completed({**QUESTION, "wait_until": until.isoformat()})
        if actor.happens(SILENT_SHARE):
            yield wait
            return
        while actor.happens(CUSTOMER_WRITES_SHARE):
            yield actor.about(minutes=10)
            self._customer_writes()
        yield timedelta(seconds=60) + actor.below(int(wait.total_seconds()) - 120)
        self._customer_writes()

    def _customer_writes(self) -> None:
        actor = self._actor
        said = actor.message_id("customer")
        actor.act(self._desk.work.customer_message, actor.number, "截图在附件中", message_id=said)

    def _completed(self, answers: Mapping[str, Any]) -> Story:
        task = yield from self._actor.found(lambda task: task.activity_id == "handle", "to handle")
        self._actor.act(self._desk.work.complete, task.id, answers, by=str(task.assignee))

    def _rated(self, round: int, content: bool) -> Iterator[timedelta]:
        """The customer answers the survey of a round as soon as there is one; the rating, a good one if `content`."""
        actor, services = self._actor, self._actor.office.services
        rating = "satisfied" if content else actor.drawn(RATINGS)
        yield actor.about(hours=5)
        for _ in range(MOST_LOOKS):
            with services.db.reading() as tx:
                invited = surveys.of_round(tx, services.vault, actor.number, round)
            if invited is not None:
                break
            yield LOOK_AGAIN
        if invited is None or invited.until <= actor.now():
            return "none"
        token = actor.act(self._desk.surveys.invite, actor.number, round).token
        actor.act(self._desk.surveys.answer, token, {"rating": rating})
        return rating


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
        "customer_tier": chance.choice(PREFERRED) if chance.random() < PREFERRED_SHARE else "",
        "tags": QUICK_LANE if chance.random() < QUICK_SHARE else "",
        "description": "模拟的一天",
    }
