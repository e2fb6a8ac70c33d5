"""Reads the names of types: `number`, `list<string>`, `context<a: date>`, `function<number>->string`, named types."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bpmn.feel.scanner import NAME, Scanner
from bpmn.feel.types import (
    ANY,
    SIMPLE_TYPES,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    RangeType,
)

MAX_TYPE_DEPTH = 20

_BUILT_IN = [
    (re.compile(r"\s+".join(name.split()) + r"(?![\w])"), of)
    for name, of in sorted(SIMPLE_TYPES.items(), key=lambda entry: -len(entry[0]))
]


class TypeParser(Scanner):
    """The part of the parser that knows types; `types` are those that the model names."""

    def __init__(self, text: str, types: Mapping[str, FeelType]) -> None:
        super().__init__(text)
        self._types = types
        self._type_depth = 0

    def type(self) -> FeelType:
        """Step over the name of a type. An unknown name accepts nothing but is no syntax error in a parameter list."""
        self._type_depth += 1
        if self._type_depth > MAX_TYPE_DEPTH:
            raise self.error(f"types are nested more than {MAX_TYPE_DEPTH} deep")
        found = self._generic() or self._built_in() or self._named()
        self._type_depth -= 1
        return found

    def _generic(self) -> FeelType | None:
        match = re.compile(r"(list|range|context|function)\s*<").match(self.text, self.position)
        if not match:
            return None
        self.move_to(match.end())
        if match[1] == "context":
            return self._context_type()
        if match[1] == "function":
            return self._function_type()
        inner = self.type()
        self.expect(">", "after the type")
        return ListType(inner) if match[1] == "list" else RangeType(inner)

    def _context_type(self) -> ContextType:
        fields: dict[str, FeelType] = {}
        while not self.take(">"):
            name = self.phrase_until(":")
            self.expect(":", "after the name of the entry")
            fields[name] = self.type()
            if not self.take(",") and not self.looks_at(">"):
                raise self.error("expected `,` or `>` in the type")
        return ContextType(fields)

    def _function_type(self) -> FunctionType:
        parameters: list[FeelType] = []
        while not self.take(">"):
            parameters.append(self.type())
            if not self.take(",") and not self.looks_at(">"):
                raise self.error("expected `,` or `>` in the type")
        result = self.type() if self.take("->") else None
        return FunctionType(tuple(parameters), result)

    def _built_in(self) -> FeelType | None:
        for pattern, of in _BUILT_IN:
            match = pattern.match(self.text, self.position)
            if match:
                self.move_to(match.end())
                return ANY if of.name == "Any" else of
        return None

    def _named(self) -> FeelType:
        match = re.compile(rf"{NAME.pattern}(?:\s*\.\s*{NAME.pattern})*").match(self.text, self.position)
        name = re.sub(r"\s", "", match.group()) if match else ""
        if name not in self._types:
            raise self.error(f"there is no type `{name}`" if name else "expected the name of a type")
        self.move_to(match.end())
        return self._types[name]

    def phrase_until(self, stops: str) -> str:
        """Step over a declared name, which may hold blanks, up to one of the stop signs."""
        match = re.compile(rf"[^{re.escape(stops)}\"(){{}}\[\]]+").match(self.text, self.position)
        name = " ".join(match.group().split()) if match else ""
        if not name or not NAME.match(name):
            raise self.error("expected a name")
        self.move_to(match.end())
        return name
