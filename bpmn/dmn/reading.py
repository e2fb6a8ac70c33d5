"""What all parts of the reader share: finding child elements, parsing FEEL with a place in every message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lxml import etree

from bpmn.dmn.types import TypeNames
from bpmn.feel import FeelSyntaxError, UnaryTests, parse, parse_unary_tests
from bpmn.feel.nodes import literal
from bpmn.feel.runtime import Node
from bpmn.feel.types import FeelType
from bpmn.xml import local_name

EXPRESSIONS = frozenset(
    (
        "literalExpression",
        "decisionTable",
        "context",
        "invocation",
        "functionDefinition",
        "relation",
        "list",
        "conditional",
        "for",
        "some",
        "every",
        "filter",
    )
)


_NEVER = UnaryTests(text="", names=frozenset(), reads=frozenset(), test=lambda value, scope: False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in the file that can't run: where, and what."""

    line: int | None
    message: str
    message_zh: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a model something stands, in English and Chinese."""

    en: str
    zh: str

    def at(self, en: str, zh: str) -> Place:
        """A place inside this one."""
        return Place(f"{self.en}, {en}", f"{self.zh}，{zh}")


@dataclass(slots=True, kw_only=True)
class Reading:
    """The state of reading one file: known names and types, and the problems found so far."""

    names: frozenset[str]
    types: TypeNames
    problems: list[Problem] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)

    def expression(self, element: etree._Element, text: str, place: Place) -> Node:
        """The compiled expression; a problem and null if it can't be parsed. An empty text is null."""
        if not text:
            return literal(None)
        parsed = self._parsed(parse, element, text, place)
        return parsed.node if parsed else literal(None)

    def tests(self, element: etree._Element, text: str, place: Place) -> UnaryTests:
        """The parsed cell; a problem and a cell that never matches if it can't be parsed."""
        return self._parsed(parse_unary_tests, element, text, place) or _NEVER

    def problem(self, element: etree._Element, place: Place, fact: str, fact_zh: str) -> None:
        self.problems.append(Problem(line=element.sourceline, message=f"{place.en}: {fact}", message_zh=f"{place.zh}：{fact_zh}"))

    @contextmanager
    def local_names(self, names: Iterable[str]) -> Iterator[None]:
        """Names, such as a function's parameters, that are known only for a while."""
        outer = self.names
        self.names = outer.union(names)
        yield
        self.names = outer

    def type_of(self, element: etree._Element | None) -> FeelType:
        """The type that the element's typeRef names; any type without one."""
        return self.types.named(type_name(element))

    def _parsed(self, rule: Callable, element: etree._Element, text: str, place: Place):
        try:
            parsed = rule(text, names=self.names, types=self.types)
        except FeelSyntaxError as error:
            self.problem(element, place, str(error), error.in_chinese())
            return None
        self.reads.update(parsed.reads)
        return parsed


def children(element: etree._Element, *names: str) -> list[etree._Element]:
    return [child for child in element if local_name(child) in names]


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    return next(iter(children(element, *names)), None) if element is not None else None


def expression_in(element: etree._Element | None) -> etree._Element | None:
    """The boxed expression directly inside the element."""
    return child(element, *EXPRESSIONS)


def text_in(element: etree._Element | None) -> str:
    """The content of the element's `text` child, without blanks around it."""
    text = child(element, "text")
    return "".join(text.itertext()).strip() if text is not None else ""


def content(element: etree._Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def type_name(element: etree._Element | None) -> str | None:
    """The typeRef of an element, as an attribute or, in older files and item definitions, as a child."""
    if element is None:
        return None
    return element.get("typeRef") or content(child(element, "typeRef")) or None
