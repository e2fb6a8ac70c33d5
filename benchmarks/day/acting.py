"""Who plays one case: what they did is counted, what they said of clocks is noted, and chance decides by the case's own seed."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from benchmarks.day.noted import Noted
from benchmarks.day.office import Office
from engine.errors import Conflict
from engine.model import UserTask

Story = Iterator[timedelta]
Result = TypeVar("Result")
LOOK_AGAIN = timedelta(minutes=7, seconds=13)
MOST_LOOKS = 2000
LEAST_SECONDS = 5
SUPERVISOR = "wang"


@dataclass(slots=True)
class Played:
    """What all did together. `noted` is by case number; `count` is drawn from for each action, by any thread."""

    noted: dict[str, Noted] = field(default_factory=dict)
    count: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    actions: int = 0


class Actor:
    """Acts in an office for one case; `number` is empty until it is opened. One that `is_for_all` acts for none of its own."""

    def __init__(self, office: Office, played: Played, chance: random.Random, *, is_for_all: bool = False) -> None:
        self.office, self.desk = office, office.services.desk
        self._played, self._chance = played, chance
        self.number = ""
        self.is_for_all = is_for_all
        self.noted = Noted()
        self._said = 0

    def opened(self, number: str) -> None:
        """The case is there."""
        self.number = number
        self._played.noted[number] = self.noted

    def now(self) -> datetime:
        return self.office.clock.now()

    def act(self, do: Callable[..., Result], *what: Any, **named: Any) -> Result:
        """Do something that people do."""
        self._played.actions = next(self._played.count)
        return do(*what, **named)

    def tried(self, do: Callable[..., Any], *what: Any, **named: Any) -> bool:
        """Whether it could be done; somebody else may have been quicker."""
        try:
            self.act(do, *what, **named)
        except Conflict:
            return False
        return True

    def message_id(self, kind: str) -> str:
        """One that no other message of the case has."""
        self._said += 1
        return f"{self.number}-{kind}-{self._said}"

    def found(self, wanted: Callable[[UserTask], bool], what: str) -> Iterator[timedelta]:
        """The open task of the case that is wanted, waited for."""
        for _ in range(MOST_LOOKS):
            task = next(filter(wanted, self.desk.inbox.of_case(self.number)), None)
            if task is not None:
                return task
            yield LOOK_AGAIN
        raise TimeoutError(f"{self.number}: no open task {what}")

    # -- chance

    def happens(self, share: float) -> bool:
        return self._chance.random() < share

    def about(self, *, minutes: float = 0.0, hours: float = 0.0) -> timedelta:
        """A time with this median, sometimes much longer, in whole seconds."""
        seconds = self._chance.lognormvariate(math.log((minutes + hours * 60) * 60), 0.8)
        return timedelta(seconds=max(LEAST_SECONDS, round(seconds)))

    def one_of(self, choice: Sequence[Result]) -> Result:
        return self._chance.choice(choice)

    def drawn(self, weights: Mapping[str, int]) -> str:
        return self._chance.choices(list(weights), list(weights.values()))[0]

    def below(self, seconds: int) -> timedelta:
        """A whole number of seconds, from 0 on."""
        return timedelta(seconds=self._chance.randrange(seconds))

    def someone(self, team: str) -> str:
        return self.one_of(self.office.members[team])
