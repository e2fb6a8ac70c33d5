"""Plays a token flow by activity names, saving and loading it between any two steps."""

from collections.abc import Callable

from engine.spiff import (
    ActivityCancelled,
    ActivityEntered,
    ConditionFailed,
    FlowTaken,
    Happening,
    ProcessEnded,
    TokenFlow,
    TokenStuck,
    Waiting,
    compile_process,
)
from engine.spiff.compiling import Spec


class Player:
    """One instance of a diagram. Conditions are answered from `answers`, keyed by their text; a missing one fails."""

    def __init__(self, xml: bytes | Spec, **answers: bool | Callable[[], bool]) -> None:
        self.spec = xml if isinstance(xml, Spec) else compile_process(xml, "p")
        self.answers = answers
        self.asked: list[str] = []
        self.history: list[Happening] = []
        self.flow = TokenFlow.start(self.spec, conditions=self.decide)
        self._save_and_load()

    def decide(self, flow_id: str, expression: str, token_id: str) -> bool:
        self.asked.append(flow_id)
        name = expression.removeprefix("=").strip()
        if name not in self.answers:
            raise ConditionFailed(f"nobody knows {name}")
        answer = self.answers[name]
        return answer() if callable(answer) else answer

    def complete(self, *activities: str) -> "Player":
        for activity in activities:
            self._order("complete", activity)
        return self

    def fire(self, activity: str) -> "Player":
        return self._order("fire_timer", activity)

    def deliver(self, activity: str) -> "Player":
        return self._order("deliver", activity)

    def signal(self, name: str) -> "Player":
        self.flow.signal(name)
        return self._save_and_load()

    def throw(self, activity: str, code: str) -> "Player":
        self.flow.throw_error(self.token(activity), code)
        return self._save_and_load()

    def begin(self, activity: str, count: int) -> "Player":
        """Begin runs of a multi-instance activity."""
        self.flow.begin_runs(self.token(activity), count, lambda number, token_id: None)
        return self._save_and_load()

    def complete_run(self, activity: str) -> "Player":
        """Complete the oldest run of a multi-instance activity."""
        run = next(token for token in self.tokens if token.activity_id == activity and token.kind == "work")
        self.flow.complete(run.token_id)
        return self._save_and_load()

    def retry(self, activity: str) -> "Player":
        return self._order("retry", activity)

    def cancel(self) -> "Player":
        self.flow.cancel()
        return self._save_and_load()

    @property
    def open(self) -> list[str]:
        """The activities at which something waits, sorted, once for each token; scopes, races and wholes not counted."""
        return sorted(token.activity_id for token in self.tokens if token.kind not in ("scope", "race", "runs"))

    @property
    def tokens(self) -> list[Waiting]:
        return self.flow.waiting()

    def token(self, activity: str) -> str:
        """The id of the oldest token at an activity."""
        return next(token.token_id for token in self.tokens if token.activity_id == activity)

    def happened(self, kind: type) -> list[str]:
        """The activity or flow ids of all happenings of a kind so far."""
        name = "flow_id" if kind is FlowTaken else "activity_id"
        return [getattr(happening, name) for happening in self.history if isinstance(happening, kind)]

    @property
    def entered(self) -> list[str]:
        return self.happened(ActivityEntered)

    @property
    def cancelled(self) -> list[str]:
        return self.happened(ActivityCancelled)

    @property
    def stuck(self) -> list[str]:
        return [happening.reason for happening in self.history if isinstance(happening, TokenStuck)]

    @property
    def ends(self) -> list[tuple[str, ...]]:
        return [happening.end_activity_ids for happening in self.history if isinstance(happening, ProcessEnded)]

    def _order(self, command: str, activity: str) -> "Player":
        getattr(self.flow, command)(self.token(activity))
        return self._save_and_load()

    def _save_and_load(self) -> "Player":
        self.history += self.flow.take_happenings()
        snapshot, before = self.flow.snapshot(), self.flow.waiting()
        ended = self.flow.ended
        self.flow = TokenFlow.load(self.spec, snapshot, conditions=self.decide)
        assert self.flow.snapshot() == snapshot
        assert self.flow.waiting() == before
        assert self.flow.ended is ended
        return self
