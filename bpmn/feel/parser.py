"""The grammar of FEEL, from text to compiled nodes. Parsing needs no data and keeps no state outside the parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import ClassVar

from bpmn.feel import loops, nodes
from bpmn.feel.errors import FeelSyntaxError
from bpmn.feel.loops import Iteration
from bpmn.feel.nodes import Test
from bpmn.feel.primaries import PrimaryParser
from bpmn.feel.runtime import Node
from bpmn.feel.scanner import NAME
from bpmn.feel.types import FeelType

MAX_DEPTH = 50

OR, AND, COMPARISON, SUM, PRODUCT, POWER = range(1, 7)
_SIGNS = {SUM: ("+", "-"), PRODUCT: ("*", "/"), POWER: ("**",)}
_LOOP_NAME = re.compile(rf"{NAME.pattern}(?:\s+(?!in\b){NAME.pattern})*(?=\s+in\b)")
_ARGUMENT_NAME = re.compile(r"[^,()\[\]{}\":@]+:")
_AFTER_RANGE = re.compile(r"\s*(?:$|[,)\]}]|(?:and|or|then|else|return|satisfies)\b)")
_NOT = re.compile(r"not\s*\(")


class Parser(PrimaryParser):
    """Reads one expression or one list of unary tests."""

    def __init__(self, text: str, names: Iterable[str] = (), types: Mapping[str, FeelType] | None = None) -> None:
        super().__init__(text, names, types or {})
        self._depth = 0

    def whole_expression(self) -> Node:
        node = self.expression()
        if not self.at_end:
            raise self.error("expected an operator or the end")
        return node

    def whole_tests(self) -> Test:
        if self.at_end or self.text.strip() == "-":
            return nodes.any_value
        return self._negated_tests() or self._plain_tests()

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.error(f"brackets, loops and choices are nested more than {MAX_DEPTH} deep")
        word = self.word()
        if word == "if":
            node = self._choice()
        elif word == "for":
            node = self._loop()
        elif word in ("some", "every"):
            node = self._quantified(word)
        else:
            node = self._operators(OR)
        self._depth -= 1
        return node

    def operand(self) -> Node:
        return self._operators(SUM)

    def _choice(self) -> Node:
        branches = []
        while self.take_word("if"):
            condition = self.expression()
            self.expect_word("then", "after the condition of `if`")
            branches.append((condition, self.expression()))
            self.expect_word("else", "after the result of `then`")
        return nodes.choice(branches, self.expression())

    def _loop(self) -> Node:
        self.take_word("for")
        with self.vocabulary.frame() as frame:
            iterations = self._iterations(frame)
            frame.add("partial")
            self.expect_word("return", "after the list of `for`")
            start = self.position
            result = self.expression()
        uses_partial = re.search(r"\bpartial\b", self.text[start : self.position]) is not None
        return loops.loop(iterations, result, uses_partial=uses_partial)

    def _quantified(self, word: str) -> Node:
        self.take_word(word)
        with self.vocabulary.frame() as frame:
            iterations = self._iterations(frame)
            self.expect_word("satisfies", f"after the list of `{word}`")
            condition = self.expression()
        return loops.quantified(iterations, condition, decisive=word == "some")

    def _iterations(self, frame) -> list[Iteration]:
        iterations = []
        while not iterations or self.take(","):
            name = self._take_match(_LOOP_NAME, 0)
            if name is None:
                raise self.error("expected a name and `in`")
            self.expect_word("in", "after the name")
            domain = self.expression()
            end = self.expression() if self.take("..") else None
            name = " ".join(name.split())
            iterations.append(Iteration(name=name, domain=domain, end=end))
            frame.add(name)
            if len(iterations) > MAX_DEPTH:
                raise self.error(f"a loop over more than {MAX_DEPTH} lists")
        return iterations

    def _operators(self, weakest: int) -> Node:
        """Operands joined by operators at least as strong as `weakest`; each chain becomes one flat node."""
        node = self._signed()
        links = 0
        while (strength := self._strength()) >= weakest:
            node = self._CHAINS[strength](self, node, strength)
            links += 1
            if links > MAX_DEPTH:
                raise self.error(f"more than {MAX_DEPTH} comparisons in a row")
        return node

    def _strength(self) -> int:
        """How strongly the operator at this position binds; 0 if none is there."""
        text, position = self.text, self.position
        sign = text[position : position + 1]
        if sign in ("<", ">", "=") or text.startswith("!=", position):
            return COMPARISON
        if sign in ("+", "-"):
            return 0 if text.startswith("->", position) else SUM
        if sign == "*":
            return POWER if text.startswith("**", position) else PRODUCT
        if sign == "/":
            return PRODUCT
        return _WORD_STRENGTH.get(self.word(), 0) if sign.isalpha() else 0

    def _logic(self, first: Node, strength: int) -> Node:
        word, build = ("or", nodes.disjunction) if strength == OR else ("and", nodes.conjunction)
        parts = [first]
        while self.take_word(word):
            parts.append(self._operators(strength + 1))
        return build(parts)

    def _comparison(self, left: Node, strength: int) -> Node:
        if self.take_word("between"):
            low = self._operators(SUM)
            self.expect_word("and", "between the two ends")
            return nodes.is_between(left, low, self._operators(SUM))
        if self.take_word("in"):
            return nodes.is_in(left, self._tests_after_in())
        if self.take_word("instance"):
            self.expect_word("of", "after `instance`")
            return nodes.is_instance(left, self.type())
        return nodes.comparison(self.take_comparison(), left, self._operators(SUM))

    def _calculation(self, first: Node, strength: int) -> Node:
        steps = []
        while self._strength() == strength:
            sign = next(sign for sign in _SIGNS[strength] if self.take(sign))
            steps.append((sign, self._operators(strength + 1)))
        return nodes.calculation(first, steps)

    def _signed(self) -> Node:
        negative = False
        signs = 0
        while self.looks_at("-"):
            self.take("-")
            negative, signs = not negative, signs + 1
        node = self._postfix()
        if negative:
            return nodes.minus(node)
        return nodes.minus(nodes.minus(node)) if signs else node

    def _postfix(self) -> Node:
        node = self.primary()
        links = 0
        while True:
            extended = self._extended(node)
            if extended is None:
                return node
            node, links = extended, links + 1
            if links > MAX_DEPTH:
                raise self.error(f"more than {MAX_DEPTH} properties, filters or calls in a row")

    def _extended(self, node: Node) -> Node | None:
        """The node with the property, filter or call that follows; null if none follows."""
        if self.looks_at(".") and not self.looks_at(".."):
            self.take(".")
            return nodes.property_access(node, self.property_name())
        if self.looks_at("("):
            return self._invocation(node)
        if self.looks_at("[") and not _AFTER_RANGE.match(self.text, self.position + 1):
            self.take("[")
            with self.vocabulary.filter_frame():
                condition = self.expression()
            self.expect("]", "at the end of the filter")
            return loops.filtered(node, condition)
        return None

    def _invocation(self, function: Node) -> Node:
        self.take("(")
        if self.take(")"):
            return nodes.invocation(function, ())
        if _ARGUMENT_NAME.match(self.text, self.position):
            return nodes.named_invocation(function, self._named_arguments())
        arguments = [self.expression()]
        while self.take(","):
            arguments.append(self.expression())
        self.expect(")", "at the end of the arguments")
        return nodes.invocation(function, arguments)

    def _named_arguments(self) -> list[tuple[str, Node]]:
        arguments: list[tuple[str, Node]] = []
        while not arguments or self.take(","):
            name = self.phrase_until(":,")
            if any(name == other for other, _ in arguments):
                raise self.error(f"the argument `{name}` is given twice")
            self.expect(":", f"after the argument's name `{name}`")
            arguments.append((name, self.expression()))
        self.expect(")", "at the end of the arguments")
        return arguments

    def _tests_after_in(self) -> list[Test]:
        """What follows `in`: one test, or several in brackets. A bracket may also open a range."""
        if not self.looks_at("("):
            return [self._test()]
        self.take("(")
        start = self.position
        operator = self.take_comparison()
        if operator:
            tests = [nodes.comparison_test(operator, self.operand())]
        else:
            first = self.expression()
            if self.take(".."):
                return [nodes.value_test(self._range(first, low_included=False))]
            tests = [self._expression_test(first, start)]
        while self.take(","):
            tests.append(self._test())
        self.expect(")", "at the end of the tests")
        return tests

    def _test(self) -> Test:
        operator = self.take_comparison()
        if operator:
            return nodes.comparison_test(operator, self.operand())
        start = self.position
        return self._expression_test(self.expression(), start)

    def _expression_test(self, operand: Node, start: int) -> Test:
        asks = "?" in self.text[start : self.position]
        return nodes.question_test(operand) if asks else nodes.value_test(operand)

    def _test_series(self) -> list[Test]:
        tests = [self._test()]
        while self.take(","):
            tests.append(self._test())
        return tests

    def _plain_tests(self) -> Test:
        tests = self._test_series()
        if not self.at_end:
            raise self.error("expected `,` or the end of the cell")
        return nodes.joined_tests(tests)

    def _negated_tests(self) -> Test | None:
        """`not(…)` around the whole cell; null when the bracket closes earlier, so that it is an expression."""
        match = _NOT.match(self.text, self.position)
        if not match:
            return None
        start = self.position
        self.move_to(match.end())
        try:
            tests = self._test_series()
            closed = self.take(")") and self.at_end
        except FeelSyntaxError:
            closed = False
        if closed:
            return nodes.joined_tests(tests, negate=True)
        self._depth = 0
        self.move_to(start)
        return None

    _CHAINS: ClassVar[dict] = {
        OR: _logic,
        AND: _logic,
        COMPARISON: _comparison,
        SUM: _calculation,
        PRODUCT: _calculation,
        POWER: _calculation,
    }


_WORD_STRENGTH = {"or": OR, "and": AND, "between": COMPARISON, "in": COMPARISON, "instance": COMPARISON}
