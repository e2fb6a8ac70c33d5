"""Reads what has no operators: literals, names, lists, ranges, contexts, functions and brackets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar

from bpmn.feel import nodes
from bpmn.feel.builtins import BUILTINS, PHRASES
from bpmn.feel.numbers import CONTEXT
from bpmn.feel.runtime import Node
from bpmn.feel.scanner import KEYWORDS, NAME
from bpmn.feel.temporal_text import temporal_from_text
from bpmn.feel.type_parser import TypeParser
from bpmn.feel.types import ANY, FeelType
from bpmn.feel.vocabulary import Vocabulary

_CONSTANTS = {"true": True, "false": False, "null": None}
_OPERATOR = re.compile(r"<=|>=|!=|<|>|=")
_FUNCTION = re.compile(r"function\s*\(")


class PrimaryParser(TypeParser):
    """The part of the parser below the operators. Subclasses give `expression` and `operand`."""

    def __init__(self, text: str, names, types: Mapping[str, FeelType]) -> None:
        super().__init__(text, types)
        self.vocabulary = Vocabulary(names, PHRASES)

    def expression(self) -> Node:
        raise NotImplementedError

    def operand(self) -> Node:
        raise NotImplementedError

    def primary(self) -> Node:
        number = self.take_number()
        if number is not None:
            return nodes.literal(self._number(number))
        sign = self.text[self.position : self.position + 1]
        reader = self._BY_SIGN.get(sign)
        return reader(self) if reader else self._name()

    def _number(self, text: str) -> Decimal:
        try:
            return CONTEXT.create_decimal(text)
        except ArithmeticError:
            raise self.error(f"the number {text[:40]} is too large") from None

    def _string(self) -> Node:
        return nodes.literal(self.take_string())

    def _temporal(self) -> Node:
        self.take("@")
        text = self.take_string()
        if text is None:
            raise self.error('expected a date, time or duration in quotes after `@`, such as @"2026-01-31"')
        return nodes.literal(temporal_from_text(text))

    def _square_bracket(self) -> Node:
        self.take("[")
        if self.take("]"):
            return nodes.list_of(())
        first = self.expression()
        if self.take(".."):
            return self._range(first, low_included=True)
        items = [first]
        while self.take(","):
            items.append(self.expression())
        self.expect("]", "at the end of the list")
        return nodes.list_of(items)

    def _round_bracket(self) -> Node:
        self.take("(")
        operator = self.take_comparison()
        if operator:
            node = nodes.open_range(operator, self.operand())
        else:
            node = self.expression()
            if self.take(".."):
                return self._range(node, low_included=False)
        self.expect(")", "to close the bracket")
        return node

    def _outward_bracket(self) -> Node:
        self.take("]")
        low = self.expression()
        self.expect("..", "inside the range")
        return self._range(low, low_included=False)

    def _range(self, low: Node, *, low_included: bool) -> Node:
        high = self.expression()
        for closing, included in (("]", True), (")", False), ("[", False)):
            if self.take(closing):
                return nodes.range_of(low, high, low_included, included)
        raise self.error("expected `]` or `)` at the end of the range")

    def take_comparison(self) -> str | None:
        """Step over a comparison sign; the sign, or null."""
        return self._take_match(_OPERATOR, 0)

    def _context(self) -> Node:
        self.take("{")
        entries: list[tuple[str, Node]] = []
        with self.vocabulary.frame() as frame:
            while not self.take("}"):
                key = self.take_string() if self.looks_at('"') else self.phrase_until(":,")
                self.expect(":", f"after the key `{key}`")
                entries.append((key, self.expression()))
                frame.add(key)
                self.vocabulary.properties.add(key)
                if not self.take(",") and not self.looks_at("}"):
                    raise self.error("expected `,` or `}` in the context")
        return nodes.context_of(entries)

    def _name(self) -> Node:
        word = self.word()
        if not word:
            raise self.error()
        if _FUNCTION.match(self.text, self.position):
            return self._function()
        phrase = self.vocabulary.phrase_at(word, self.text, self.position)
        if phrase is None:
            if word in _CONSTANTS:
                self.move_to(self.position + len(word))
                return nodes.literal(_CONSTANTS[word])
            if word in KEYWORDS:
                raise self.error()
            phrase = word, self.position + len(word)
        name, end = phrase
        self.move_to(end)
        return self._reference(name)

    def _reference(self, name: str) -> Node:
        builtin = BUILTINS.get(name)
        called = self.looks_at("(")
        self.vocabulary.read(name, is_builtin=called and builtin is not None, called=called)
        return (nodes.callee if called else nodes.variable)(name, builtin)

    def _quoted_name(self) -> Node:
        name = self.take_quoted_name()
        if name is None:
            raise self.error("expected a name between backticks")
        return self._reference(name)

    def _function(self) -> Node:
        self.move_to(_FUNCTION.match(self.text, self.position).end())
        parameters = self._parameters()
        if self.take_word("external"):
            self.expression()
            return nodes.literal(None)
        with self.vocabulary.frame(name for name, _ in parameters):
            body = self.expression()
        return nodes.function_definition(parameters, body)

    def _parameters(self) -> list[tuple[str, FeelType]]:
        parameters: list[tuple[str, FeelType]] = []
        while not self.take(")"):
            name = self.phrase_until(":,)")
            if any(name == other for other, _ in parameters):
                raise self.error(f"the parameter `{name}` is declared twice")
            parameters.append((name, self.type() if self.take(":") else ANY))
            if not self.take(",") and not self.looks_at(")"):
                raise self.error("expected `,` or `)` in the parameters")
        return parameters

    def property_name(self) -> str:
        """Step over the name after a dot."""
        quoted = self.take_quoted_name()
        if quoted is not None:
            return quoted
        word = self.word()
        if not word:
            raise self.error("expected the name of a property after `.`")
        phrase = self.vocabulary.properties.longest(word, self.text, self.position)
        built_in = _PART_NAMES.match(self.text, self.position)
        name, end = phrase or (word, self.position + len(word))
        if built_in and built_in.end() > end:
            name, end = " ".join(built_in.group().split()), built_in.end()
        self.move_to(end)
        return name

    _BY_SIGN: ClassVar[dict] = {
        '"': _string,
        "@": _temporal,
        "[": _square_bracket,
        "(": _round_bracket,
        "]": _outward_bracket,
        "{": _context,
        "`": _quoted_name,
    }


_PART_NAMES = re.compile(rf"(?:time\s+offset|start\s+included|end\s+included)(?!{NAME.pattern}|\d)")
