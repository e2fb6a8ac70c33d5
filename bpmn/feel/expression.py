"""Expressions and unary tests, parsed once and evaluated often."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bpmn.feel.errors import FeelBudgetExceeded, FeelSyntaxError
from bpmn.feel.nodes import Test
from bpmn.feel.parser import Parser
from bpmn.feel.questions import Question, question
from bpmn.feel.runtime import DEFAULT_BUDGET, Node, Run, Scope
from bpmn.feel.types import FeelType
from bpmn.feel.values import Function, to_feel, to_python

HostFunctions = Mapping[str, Callable[..., object] | Function]

_TOO_DEEP = "the expression or its data is nested too deeply; make it flatter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A parsed expression. It holds no data, so that threads may share it.

    `names` are the free top-level names that it reads, without built-in functions and without names inside a filter,
    which may be properties of the filter's items. `reads` are all names that it may take from its context, `calls` those of
    them that it calls as functions without being built in: the host gives these, or they are null. `question` is set where
    plain Python can answer most often, in a tenth of the time.
    """

    text: str
    names: frozenset[str]
    reads: frozenset[str] = field(repr=False)
    calls: frozenset[str] = field(repr=False)
    node: Node = field(repr=False, compare=False)
    question: Question | None = field(default=None, repr=False, compare=False)

    def evaluate(
        self,
        context: Mapping[str, object],
        *,
        now: datetime | None = None,
        functions: HostFunctions | None = None,
        budget: int = DEFAULT_BUDGET,
    ) -> object:
        """The FEEL value (see `to_python`) for variables given as Python or FEEL values.

        What has no meaning is null, never an exception. `now` is the instant of `now()` and `today()`; without it both
        are null. `functions` can be called by name, also beside a variable of that name; they take and return plain
        Python, or a mapping that holds functions. `budget` limits the steps.
        Raises FeelBudgetExceeded when the budget is used up, FeelError for data that isn't plain.
        """
        run = Run(budget, now)
        return guarded(lambda: self.node(scope_for(self.reads, context, functions, run)))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnaryTests:
    """A parsed cell of a decision table, such as `< 5`, `"a", "b"`, `not([1..3])` or `-`. See Expression."""

    text: str
    names: frozenset[str]
    reads: frozenset[str] = field(repr=False)
    test: Test = field(repr=False, compare=False)

    def matches(
        self,
        value: object,
        context: Mapping[str, object],
        *,
        now: datetime | None = None,
        functions: HostFunctions | None = None,
        budget: int = DEFAULT_BUDGET,
    ) -> bool | None:
        """Whether the value passes; null when it can't be compared. Arguments and errors as in Expression.evaluate."""
        run = Run(budget, now)
        return guarded(lambda: self.test(to_feel(value), scope_for(self.reads, context, functions, run)))


def parse(text: str, *, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None) -> Expression:
    """Parse an expression; `names` are variables and properties whose names hold blanks or other signs.

    `types` are named types for `instance of` and parameters. Raises FeelSyntaxError.
    """
    parser, node = _parsed(text, names, types, Parser.whole_expression)
    found = parser.vocabulary
    names, reads, calls = (frozenset(each) for each in (found.names, found.reads, found.calls))
    return Expression(text=text, names=names, reads=reads, calls=calls, node=node, question=question(text))


def parse_unary_tests(text: str, *, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None) -> UnaryTests:
    """Parse the tests of one cell; empty and `-` accept everything. Raises FeelSyntaxError."""
    parser, test = _parsed(text, names, types, Parser.whole_tests)
    vocabulary = parser.vocabulary
    own = {"?"}
    return UnaryTests(text=text, names=frozenset(vocabulary.names - own), reads=frozenset(vocabulary.reads - own), test=test)


def scope_for(reads: Iterable[str], context: Mapping[str, object], functions: HostFunctions | None, run: Run) -> Scope:
    """The variables that are read, as FEEL values, in front of the host's functions."""
    feel_value = context.feel_value if isinstance(context, ValuesOnce) else lambda name: to_feel(context[name])
    variables = {name: feel_value(name) for name in reads if name in context}
    if not functions:
        return Scope(variables, run)
    return Scope(variables, run, Scope(host_functions(functions), run))


class ValuesOnce(Mapping[str, object]):
    """Variables for many expressions, each converted once, when it is first read. They mustn't change meanwhile."""

    __slots__ = ("_converted", "_values")

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self._converted: dict[str, object] = {}

    def feel_value(self, name: str) -> object:
        """The FEEL value of a variable. KeyError where there is none."""
        if name not in self._converted:
            self._converted[name] = to_feel(self._values[name])
        return self._converted[name]

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def host_functions(functions: HostFunctions) -> dict[str, Function]:
    """Python functions as FEEL functions; arguments and results are converted, exceptions pass through."""
    return {name: each if isinstance(each, Function) else HostFunction(name, each) for name, each in functions.items()}


class HostFunction(Function):
    """A function of the host: takes any number of arguments, by position or by name."""

    __slots__ = ("_function",)

    def __init__(self, name: str, function: Callable[..., object]) -> None:
        super().__init__(name, (), self.invoke)
        self._function = function

    def invoke(self, run: Run, arguments: list) -> object:
        run.spend(10)
        return host_value(self._function(*[to_python(argument) for argument in arguments]))

    def invoke_named(self, run: Run, arguments: dict[str, object]) -> object:
        run.spend(10)
        return host_value(self._function(**{name: to_python(argument) for name, argument in arguments.items()}))


class AskedOnce(HostFunction):
    """A function of the host that gives many expressions the same answer to the same arguments, so that it is asked once."""

    __slots__ = ("_answers", "_told")

    def __init__(self, name: str, function: Callable[..., object]) -> None:
        super().__init__(name, function)
        self._answers: dict[tuple, object] = {}
        self._told: dict[str, object] = {}

    def __call__(self, text: str) -> object:
        """What the host's own function says about a text."""
        if text not in self._told:
            self._told[text] = self._function(text)
        return self._told[text]

    def invoke(self, run: Run, arguments: list) -> object:
        # 1 and true are equal, and yet not the same argument
        question = (*arguments, *map(type, arguments))
        try:
            known = question in self._answers
        except TypeError:
            return super().invoke(run, arguments)
        if not known:
            self._answers[question] = super().invoke(run, arguments)
        return self._answers[question]


def host_value(value: object) -> object:
    """What a function of the host gave, as a FEEL value: a context may hold functions, as in `clock("solve").at(0.75)`."""
    if isinstance(value, Mapping):
        return {key: HostFunction(key, item) if callable(item) else to_feel(item) for key, item in value.items()}
    return to_feel(value)


def guarded(evaluate: Callable[[], object]) -> object:
    """Run an evaluation; Python's own recursion limit becomes FeelBudgetExceeded."""
    try:
        return evaluate()
    except RecursionError:
        raise FeelBudgetExceeded(_TOO_DEEP) from None


def _parsed(text: str, names: Iterable[str], types: Mapping[str, FeelType] | None, rule: Callable) -> tuple:
    try:
        parser = Parser(text, names, types)
        return parser, rule(parser)
    except RecursionError:
        raise FeelSyntaxError(text, 0, _TOO_DEEP) from None
