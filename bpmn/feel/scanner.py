"""Moves over the text of an expression. Names may hold spaces, so there are no tokens apart from the grammar."""

from __future__ import annotations

import re

from bpmn.feel.errors import FeelSyntaxError

MAX_TEXT = 20_000

_NAME_START = (
    "A-Za-z_?\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9\u00b7\u0300-\u036f]*")
KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        "if then else for in return some every satisfies and or between instance of function true false null",
    )
)

_BLANKS = re.compile(r"(?:[\s\u00a0\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_QUOTED_NAME = re.compile(r"`([^`\n]+)`")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


class Scanner:
    """A position in a text, and the small steps forward from it. Blanks and comments after a step are skipped."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_TEXT:
            raise FeelSyntaxError(text[:100], 0, f"the expression has {len(text)} characters, the limit is {MAX_TEXT}")
        self.text = text
        self.position = 0
        self.move_to(0)

    def move_to(self, position: int) -> None:
        self.position = _BLANKS.match(self.text, position).end()

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def looks_at(self, symbol: str) -> bool:
        return self.text.startswith(symbol, self.position)

    def take(self, symbol: str) -> bool:
        """Step over the symbol if it comes next."""
        if not self.text.startswith(symbol, self.position):
            return False
        self.move_to(self.position + len(symbol))
        return True

    def expect(self, symbol: str, context: str) -> None:
        if not self.take(symbol):
            raise self.error(f"expected `{symbol}` {context}")

    def word(self) -> str:
        """The name or keyword that comes next, without a step; empty if none."""
        match = NAME.match(self.text, self.position)
        return match.group() if match else ""

    def take_word(self, word: str) -> bool:
        """Step over the keyword if it comes next as a whole word."""
        if self.word() != word:
            return False
        self.move_to(self.position + len(word))
        return True

    def expect_word(self, word: str, context: str) -> None:
        if not self.take_word(word):
            raise self.error(f"expected `{word}` {context}")

    def take_number(self) -> str | None:
        return self._take_match(_NUMBER, 0)

    def take_string(self) -> str | None:
        """The content of a text in quotes with its escapes resolved; null if no quote comes next."""
        if not self.looks_at('"'):
            return None
        content = self._take_match(_STRING, 1)
        if content is None:
            raise self.error('the text that starts here has no closing `"`')
        return _unescaped(content)

    def take_quoted_name(self) -> str | None:
        """The name between backticks, Camunda's way to write any name; null if no backtick comes next."""
        return self._take_match(_QUOTED_NAME, 1)

    def error(self, message: str | None = None) -> FeelSyntaxError:
        """A syntax error at this position; without a message it names what stands there."""
        if message is None:
            message = "expected an expression" + self._found()
        elif message.startswith("expected"):
            message += self._found()
        return FeelSyntaxError(self.text, self.position, message)

    def _found(self) -> str:
        if self.at_end:
            return ", but the text ends here"
        return f", found `{self.word() or self.text[self.position]}`"

    def _take_match(self, pattern: re.Pattern, group: int) -> str | None:
        match = pattern.match(self.text, self.position)
        if not match:
            return None
        self.move_to(match.end())
        return match.group(group)


def _unescaped(content: str) -> str:
    if "\\" not in content:
        return content
    joined = _ESCAPE.sub(_escape, content)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape(match: re.Match) -> str:
    code = match[1]
    if code[0] in "uU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match[0]
    return _ESCAPES.get(code, match[0])
