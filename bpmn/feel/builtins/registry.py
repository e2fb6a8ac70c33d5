"""How a built-in function is declared: by its signature in FEEL's own words.

`@builtin("substring(string: string, start position: number, length?: number)")` names the parameters and the kinds
that they take (`|` between several, none for any). `?` marks an optional parameter, `*` the last one as repeatable.
The same function may be declared several times; the first signature that fits the arguments is used. Arguments that
fit none give null, and so does a body that raises ArithmeticError or ValueError.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpmn.feel.runtime import Run
from bpmn.feel.values import Function, kind_of
from bpmn.feel.vocabulary import Phrases

_UNFIT = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    kinds: frozenset[str]
    optional: bool
    repeated: bool

    def fit(self, argument: object) -> object:
        """The argument, converted between a value and a list of one where the kinds ask for it, or _UNFIT."""
        kind = kind_of(argument)
        if not self.kinds or kind in self.kinds:
            return argument
        if kind == "list" and len(argument) == 1 and kind_of(argument[0]) in self.kinds:
            return argument[0]
        return [argument] if "list" in self.kinds and argument is not None else _UNFIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    parameters: tuple[Parameter, ...]
    body: Callable
    wants_run: bool
    cost: int

    def fit(self, arguments: list) -> list | None:
        """The arguments as the body takes them, or null when their number or kinds are wrong."""
        required = sum(not (parameter.optional or parameter.repeated) for parameter in self.parameters)
        repeats = bool(self.parameters) and self.parameters[-1].repeated
        if len(arguments) < required or (len(arguments) > len(self.parameters) and not repeats):
            return None
        last = len(self.parameters) - 1
        fitted = [self.parameters[min(index, last)].fit(argument) for index, argument in enumerate(arguments)]
        return None if any(argument is _UNFIT for argument in fitted) else fitted

    def in_order(self, arguments: dict[str, object]) -> list | None:
        """Named arguments in the parameters' order, or null when they don't name this signature's parameters."""
        names = [parameter.name for parameter in self.parameters]
        if not arguments.keys() <= set(names):
            return None
        if any(p.name not in arguments and not (p.optional or p.repeated) for p in self.parameters):
            return None
        last = max((names.index(name) for name in arguments), default=-1)
        return [arguments.get(name) for name in names[: last + 1]]


class Builtin(Function):
    """A function of the language, with one or more signatures."""

    __slots__ = ("signatures",)

    def __init__(self, name: str) -> None:
        super().__init__(name, (), self.invoke)
        self.signatures: list[Signature] = []

    def invoke(self, run: Run, arguments: list) -> object:
        run.spend(1 + sum(_cost(argument) for argument in arguments))
        for signature in self.signatures:
            fitted = signature.fit(arguments)
            if fitted is not None:
                return _call(signature, run, fitted)
        return None

    def invoke_named(self, run: Run, arguments: dict[str, object]) -> object:
        for signature in self.signatures:
            ordered = signature.in_order(arguments)
            if ordered is not None and signature.fit(ordered) is not None:
                return self.invoke(run, ordered)
        return None


BUILTINS: dict[str, Builtin] = {}
"""All functions of the language by name; complete once bpmn.feel.builtins is imported, never changed later."""

PHRASES = Phrases()
"""Their names of more than one word, for the parser."""


def builtin(declaration: str, *, wants_run: bool = False, cost: int = 0) -> Callable:
    """Declare a signature.

    With `wants_run` the body gets the Run as its first argument. `cost` counts extra steps for each call.
    """
    name, _, rest = declaration.partition("(")
    parameters = tuple(_parameter(part) for part in rest.rstrip(")").split(",") if part)

    def declare(body: Callable) -> Callable:
        function = BUILTINS.setdefault(name, Builtin(name))
        PHRASES.add(name)
        function.signatures.append(Signature(parameters=parameters, body=body, wants_run=wants_run, cost=cost))
        return body

    return declare


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.partition(":")
    name = name.strip()
    return Parameter(
        name=name.rstrip("?*"),
        kinds=frozenset(kind.strip() for kind in kinds.split("|") if kind.strip()),
        optional=name.endswith("?"),
        repeated=name.endswith("*"),
    )


def _call(signature: Signature, run: Run, arguments: list) -> object:
    run.spend(signature.cost)
    try:
        return signature.body(run, *arguments) if signature.wants_run else signature.body(*arguments)
    except (ArithmeticError, ValueError):
        return None


def _cost(argument: object) -> int:
    if isinstance(argument, list | dict):
        return len(argument)
    return len(argument) // 64 if isinstance(argument, str) else 0
