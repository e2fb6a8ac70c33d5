"""Which names an expression may mean while it is parsed, and which it turned out to read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import contextmanager
from functools import lru_cache

from bpmn.feel.scanner import NAME

_PIECE = re.compile(rf"\s*({NAME.pattern}|\d\w*|\S)")
_END = ""


class Phrases:
    """Names of more than one word (or with other signs in them), as a tree of their words."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._tree: dict[str, dict] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        first = NAME.match(name)
        if first and first.group() != name:
            branch = self._tree
            for piece in _PIECE.findall(name):
                branch = branch.setdefault(piece, {})
            branch[_END] = name

    def longest(self, word: str, text: str, position: int) -> tuple[str, int] | None:
        """The longest name that stands at the position, whose first word is `word`, and where it ends."""
        branch = self._tree.get(word)
        position += len(word)
        best = None
        while branch:
            if _END in branch:
                best = branch[_END], position
            piece = _PIECE.match(text, position)
            if piece is None:
                break
            branch, position = branch.get(piece[1]), piece.end()
        return best


class GrowingPhrases:
    """Phrases to which names are added while an expression is parsed."""

    def __init__(self, known: Phrases) -> None:
        self._known = known
        self._added = Phrases()

    def add(self, name: str) -> None:
        self._added.add(name)

    def longest(self, word: str, text: str, position: int) -> tuple[str, int] | None:
        found = [phrases.longest(word, text, position) for phrases in (self._known, self._added)]
        return max(filter(None, found), key=lambda match: match[1], default=None)


class Frame:
    """Names that a loop, a function, a context or a filter brings in."""

    def __init__(self, names: Iterable[str], phrases: Phrases | GrowingPhrases | None = None) -> None:
        self.names = set(names)
        self.phrases = phrases or Phrases(self.names)

    def add(self, name: str) -> None:
        self.names.add(name)
        self.phrases.add(name)


class Vocabulary:
    """Names known from outside, names of the frames that are open, and the names read so far."""

    def __init__(self, names: Iterable[str], builtins: Phrases) -> None:
        self._given = _phrases_of(frozenset(names))
        self._builtins = builtins
        self._frames: list[Frame] = []
        self._filters = 0
        self.properties = GrowingPhrases(self._given)
        self.names: set[str] = set()
        self.reads: set[str] = set()
        self.calls: set[str] = set()

    @contextmanager
    def frame(self, names: Iterable[str] = ()):
        opened = Frame(names)
        self._frames.append(opened)
        try:
            yield opened
        finally:
            self._frames.pop()

    @contextmanager
    def filter_frame(self):
        """Inside a filter every name may be a property of the item."""
        self._frames.append(Frame({"item"}, self.properties))
        self._filters += 1
        try:
            yield
        finally:
            self._filters -= 1
            self._frames.pop()

    def phrase_at(self, word: str, text: str, position: int) -> tuple[str, int] | None:
        """The longest known name of several words at this position and its end."""
        sources = [frame.phrases for frame in self._frames]
        found = [phrases.longest(word, text, position) for phrases in (*sources, self._given, self._builtins)]
        return max((match for match in found if match), key=lambda match: match[1], default=None)

    def read(self, name: str, *, is_builtin: bool, called: bool = False) -> None:
        """Note that the expression reads the name, unless an open frame brings it in."""
        if any(name in frame.names for frame in self._frames):
            return
        self.reads.add(name)
        if called and not is_builtin:
            self.calls.add(name)
        if not is_builtin and not self._filters:
            self.names.add(name)


@lru_cache(maxsize=64)
def _phrases_of(names: frozenset[str]) -> Phrases:
    """All cells of a model share its names; nobody adds to the result."""
    return Phrases(names)
