"""What one evaluation carries along: its budget, its clock and the variables in scope. Nothing here is shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from bpmn.feel.errors import FeelBudgetExceeded

DEFAULT_BUDGET = 200_000
MAX_CALL_DEPTH = 60

MISSING = object()
Node = Callable[["Scope"], object]
"""A compiled expression: from the variables in scope to a FEEL value."""


class Run:
    """The budget of one evaluation, counted down; `now` is its only clock."""

    __slots__ = ("budget", "depth", "now", "steps_left")

    def __init__(self, budget: int = DEFAULT_BUDGET, now: datetime | None = None):
        self.budget = budget
        self.steps_left = budget
        self.now = now
        self.depth = 0

    def spend(self, steps: int = 1) -> None:
        """Raises FeelBudgetExceeded once the budget is used up."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise FeelBudgetExceeded(
                f"the expression needed more than {self.budget} steps and was stopped; let it loop over less"
            )

    def enter(self) -> None:
        """One function call deeper."""
        self.depth += 1
        if self.depth > MAX_CALL_DEPTH:
            raise FeelBudgetExceeded(f"functions called each other more than {MAX_CALL_DEPTH} deep; stop the recursion")

    def leave(self) -> None:
        self.depth -= 1


class Scope:
    """Variables by name, with an outer scope behind them."""

    __slots__ = ("names", "outer", "run")

    def __init__(self, names: Mapping[str, object], run: Run, outer: Scope | None = None):
        self.names = names
        self.run = run
        self.outer = outer

    def inner(self, names: Mapping[str, object]) -> Scope:
        return Scope(names, self.run, self)

    def get(self, name: str) -> object:
        """The value of the innermost variable of that name, or MISSING."""
        scope = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return MISSING

    def all(self, name: str) -> Iterator[object]:
        """All values of that name, the innermost first."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                yield scope.names[name]
            scope = scope.outer
