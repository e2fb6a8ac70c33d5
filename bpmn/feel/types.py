"""Types: what `instance of` asks, and how a value that doesn't fit is coerced, as at the edges of a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bpmn.feel.runtime import Run
from bpmn.feel.temporal import FeelDate, FeelDateTime, FeelTime
from bpmn.feel.values import KINDS, Function, Range, kind_of


@dataclass(frozen=True, slots=True)
class SimpleType:
    """A built-in type by its FEEL name."""

    name: str

    def accepts(self, value: object, run: Run) -> bool:
        if value is None:
            return self.name == "Null"
        return self.name == "Any" or kind_of(value) == self.name


@dataclass(frozen=True, slots=True)
class ListType:
    of: FeelType

    def accepts(self, value: object, run: Run) -> bool:
        if not isinstance(value, list):
            return False
        run.spend(len(value))
        return all(self.of.accepts(item, run) for item in value)


@dataclass(frozen=True, slots=True)
class ContextType:
    fields: Mapping[str, FeelType]

    def accepts(self, value: object, run: Run) -> bool:
        if not isinstance(value, dict):
            return False
        run.spend(len(self.fields))
        return all(name in value and (value[name] is None or of.accepts(value[name], run)) for name, of in self.fields.items())


@dataclass(frozen=True, slots=True)
class RangeType:
    of: FeelType

    def accepts(self, value: object, run: Run) -> bool:
        if not isinstance(value, Range):
            return False
        return self.of.accepts(value.end if value.start is None else value.start, run)


@dataclass(frozen=True, slots=True)
class FunctionType:
    parameters: tuple[FeelType, ...] = ()
    result: FeelType | None = None

    def accepts(self, value: object, run: Run) -> bool:
        """Whether it is a function of as many parameters, and of the same types where it declares them."""
        if not isinstance(value, Function):
            return False
        if value.types is None:
            return True
        return len(value.types) == len(self.parameters) and all(
            ANY in (declared, asked) or declared == asked for declared, asked in zip(value.types, self.parameters, strict=True)
        )


@dataclass(frozen=True, slots=True)
class ConstrainedType:
    """A type whose values must also pass a test, such as a list of allowed values."""

    of: FeelType
    allows: Callable[[object, Run], bool | None] = field(compare=False)

    def accepts(self, value: object, run: Run) -> bool:
        return self.of.accepts(value, run) and self.allows(value, run) is True


FeelType = SimpleType | ListType | ContextType | RangeType | FunctionType | ConstrainedType

ANY = SimpleType("Any")
SIMPLE_TYPES = {
    name: SimpleType(name)
    for name in (
        "Any",
        "Null",
        "number",
        "string",
        "boolean",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
        "list",
        "context",
        "range",
        "function",
    )
}


def coerced(value: object, of: FeelType, run: Run) -> object:
    """The value if it fits the type, else what the standard's implicit conversions make of it, else null.

    A list of one item stands for the item and the other way round; a date stands for its midnight in UTC.
    """
    if value is None or of is ANY:
        return value
    if type(of) is SimpleType and KINDS.get(type(value)) == of.name:
        return value
    if _conforms(value, of, run):
        return value
    for candidate in _conversions(value):
        if _conforms(candidate, of, run):
            return candidate
    return None


def _conforms(value: object, of: FeelType, run: Run) -> bool:
    """Like `accepts`, but null items of a list conform to any type."""
    if isinstance(of, ListType) and isinstance(value, list):
        run.spend(len(value))
        return all(item is None or _conforms(item, of.of, run) for item in value)
    return of.accepts(value, run)


def _conversions(value: object) -> list:
    if isinstance(value, list):
        return value[:1] if len(value) == 1 else []
    found = [[value]]
    if isinstance(value, FeelDate):
        found.append(FeelDateTime(value, FeelTime(0, 0)))
    return found
