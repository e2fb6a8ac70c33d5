"""Compiled expressions: each builder takes compiled parts and returns a function from the scope to a value."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bpmn.feel.arithmetic import calculate, negative
from bpmn.feel.compare import any_of, between, equal, less, less_or_equal, negated, satisfies
from bpmn.feel.properties import property_of
from bpmn.feel.runtime import MISSING, Node, Run, Scope
from bpmn.feel.types import ANY, FeelType, coerced
from bpmn.feel.values import Function, Range

Test = Callable[[object, Scope], bool | None]
"""A compiled unary test: from the tested value and the scope to true, false or null."""

COMPARISONS: dict[str, Callable] = {
    "=": equal,
    "!=": lambda left, right, run: negated(equal(left, right, run)),
    "<": lambda left, right, run: less(left, right),
    "<=": lambda left, right, run: less_or_equal(left, right),
    ">": lambda left, right, run: less(right, left),
    ">=": lambda left, right, run: less_or_equal(right, left),
}


def literal(value: object) -> Node:
    return lambda scope: value


def variable(name: str, fallback: Function | None) -> Node:
    """A name: the innermost variable, else the built-in function, else null."""

    def read(scope: Scope) -> object:
        value = scope.get(name)
        return fallback if value is MISSING else value

    return read


def callee(name: str, fallback: Function | None) -> Node:
    """A name that is called: a variable that is no function hides no function, neither the host's nor a built-in one."""

    def read(scope: Scope) -> object:
        return next((value for value in scope.all(name) if isinstance(value, Function)), fallback)

    return read


def conjunction(parts: Sequence[Node]) -> Node:
    return _logic(parts, False)


def disjunction(parts: Sequence[Node]) -> Node:
    return _logic(parts, True)


def _logic(parts: Sequence[Node], decisive: bool) -> Node:
    """The decisive value as soon as one part has it; null if none has and one part is no boolean."""

    def evaluate(scope: Scope) -> bool | None:
        result: bool | None = not decisive
        for part in parts:
            value = part(scope)
            if value is decisive:
                return decisive
            if not isinstance(value, bool):
                result = None
        return result

    return evaluate


def comparison(operator: str, left: Node, right: Node) -> Node:
    compare = COMPARISONS[operator]
    return lambda scope: compare(left(scope), right(scope), scope.run)


def calculation(first: Node, steps: Sequence[tuple[str, Node]]) -> Node:
    """A chain of operators of one strength, from left to right."""
    if len(steps) == 1:
        operator, second = steps[0]
        return lambda scope: calculate(operator, first(scope), second(scope), scope.run)

    def evaluate(scope: Scope) -> object:
        value = first(scope)
        for operator, operand in steps:
            value = calculate(operator, value, operand(scope), scope.run)
        return value

    return evaluate


def minus(operand: Node) -> Node:
    return lambda scope: negative(operand(scope))


def is_between(value: Node, low: Node, high: Node) -> Node:
    return lambda scope: between(value(scope), low(scope), high(scope))


def is_in(value: Node, tests: Sequence[Test]) -> Node:
    def evaluate(scope: Scope) -> bool | None:
        tested = value(scope)
        return any_of(test(tested, scope) for test in tests)

    return evaluate


def is_instance(value: Node, of: FeelType) -> Node:
    return lambda scope: of.accepts(value(scope), scope.run)


def property_access(value: Node, name: str) -> Node:
    return lambda scope: property_of(value(scope), name, scope.run)


def choice(branches: Sequence[tuple[Node, Node]], otherwise: Node) -> Node:
    """if … then … else if … then … else …; only true takes a branch."""

    def evaluate(scope: Scope) -> object:
        for condition, result in branches:
            if condition(scope) is True:
                return result(scope)
        return otherwise(scope)

    return evaluate


def list_of(items: Sequence[Node]) -> Node:
    def evaluate(scope: Scope) -> list:
        scope.run.spend(len(items))
        return [item(scope) for item in items]

    return evaluate


def context_of(entries: Sequence[tuple[str, Node]]) -> Node:
    """A context; later entries see earlier ones. Null when a key comes twice."""
    doubled = len({key for key, _ in entries}) < len(entries)

    def evaluate(scope: Scope) -> dict | None:
        scope.run.spend(len(entries))
        if doubled:
            return None
        result: dict[str, object] = {}
        inner = scope.inner(result)
        for key, value in entries:
            result[key] = value(inner)
        return result

    return evaluate


def range_of(low: Node, high: Node, low_included: bool, high_included: bool) -> Node:
    """A range; null when its ends can't be compared."""

    def evaluate(scope: Scope) -> Range | None:
        start, end = low(scope), high(scope)
        if start is not None and end is not None and less_or_equal(start, end) is None:
            return None
        return Range(start, end, low_included, high_included)

    return evaluate


def open_range(operator: str, end: Node) -> Node:
    """`(< 5)` and its like; null at null and for `!=`."""
    make = {
        "<": lambda value: Range(None, value, False, False),
        "<=": lambda value: Range(None, value, False, True),
        ">": lambda value: Range(value, None, False, False),
        ">=": lambda value: Range(value, None, True, False),
        "=": lambda value: Range(value, value, True, True),
        "!=": lambda value: None,
    }[operator]

    def evaluate(scope: Scope) -> Range | None:
        value = end(scope)
        return None if value is None else make(value)

    return evaluate


def function_definition(parameters: Sequence[tuple[str, FeelType]], body: Node) -> Node:
    """A function that sees the variables of the place where it was written."""
    return lambda scope: user_function("", parameters, ANY, lambda run: scope, body)


def user_function(
    name: str,
    parameters: Sequence[tuple[str, FeelType]],
    result: FeelType,
    scope_of: Callable[[Run], Scope],
    body: Node,
) -> Function:
    """A function whose arguments are coerced to its parameters' types; null if one doesn't fit."""

    def call(run: Run, arguments: list) -> object:
        run.spend(5)
        values = {}
        for (parameter, of), argument in zip(parameters, arguments, strict=True):
            values[parameter] = coerced(argument, of, run)
            if values[parameter] is None and argument is not None:
                return None
        run.enter()
        try:
            return coerced(body(Scope(values, run, scope_of(run))), result, run)
        finally:
            run.leave()

    names, types = tuple(parameter for parameter, _ in parameters), tuple(of for _, of in parameters)
    return Function(name, names, call, types)


def invocation(function: Node, arguments: Sequence[Node]) -> Node:
    def evaluate(scope: Scope) -> object:
        scope.run.spend(2)
        called = function(scope)
        if not isinstance(called, Function):
            return None
        return called.invoke(scope.run, [argument(scope) for argument in arguments])

    return evaluate


def named_invocation(function: Node, arguments: Sequence[tuple[str, Node]]) -> Node:
    def evaluate(scope: Scope) -> object:
        scope.run.spend(2)
        called = function(scope)
        if not isinstance(called, Function):
            return None
        return called.invoke_named(scope.run, {name: argument(scope) for name, argument in arguments})

    return evaluate


def comparison_test(operator: str, operand: Node) -> Test:
    compare = COMPARISONS[operator]
    return lambda value, scope: compare(value, operand(scope), scope.run)


def value_test(operand: Node) -> Test:
    """The tested value equals, or lies in, what the operand evaluates to."""
    return lambda value, scope: satisfies(value, operand(scope), scope.run)


def question_test(operand: Node) -> Test:
    """A test that itself mentions the tested value as `?`: a boolean result is the answer."""

    def test(value: object, scope: Scope) -> bool | None:
        result = operand(scope.inner({"?": value}))
        if result is None or isinstance(result, bool):
            return result
        return satisfies(value, result, scope.run)

    return test


def joined_tests(tests: Sequence[Test], *, negate: bool = False) -> Test:
    """Whether one of the tests holds, or with `negate` whether none does."""
    if len(tests) == 1 and not negate:
        return tests[0]

    def test(value: object, scope: Scope) -> bool | None:
        truth = any_of(one(value, scope) for one in tests)
        return negated(truth) if negate else truth

    return test


def any_value(value: object, scope: Scope) -> bool:
    """The test `-`."""
    return True
