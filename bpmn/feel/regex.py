"""Regular expressions of XPath (what the standard asks), run by RE2: time grows only with the text's length.

Not supported, so null: references back into the pattern, subtraction of classes other than of single signs and ranges.
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

MAX_PATTERN = 500
_FLAGS = frozenset("smixq")
_CLASSES = {
    "d": r"\p{Nd}",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "s": r" \t\n\r",
    "i": r"\p{L}_:",
    "c": r"\p{L}\p{M}\p{Nd}\-._:",
}
_REFERENCE = re.compile(r"\\(.?)|\$(\d*)", re.DOTALL)
_SUBTRACTION = re.compile(r"((?:[^\[\]\\]|\\.)+)-\[(\^?)((?:[^\[\]\\]|\\.)+)\]\]", re.DOTALL)
_LETTER_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class NotARegex(ValueError):
    """The pattern, its flags or the replacement aren't valid. Expressions see null."""


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: str = ""):
    """The RE2 object for an XPath pattern and its flags (of s, m, i, x and q). Raises NotARegex."""
    if len(pattern) > MAX_PATTERN:
        raise NotARegex(f"the pattern is longer than {MAX_PATTERN} characters")
    if not _FLAGS.issuperset(flags):
        raise NotARegex(f"unknown flags: {flags}")
    text = re2.escape(pattern) if "q" in flags else _translated(pattern, ignore_blanks="x" in flags)
    options = re2.Options()
    options.log_errors = False
    inline = "".join(flag for flag in "smi" if flag in flags)
    try:
        return re2.compile(f"(?{inline}){text}" if inline else text, options)
    except re2.error as problem:
        raise NotARegex(str(problem)) from problem


def replaced(text: str, pattern: str, replacement: str, flags: str = "") -> str:
    """The text with every match replaced; `$1` stands for a group, `\\$` and `\\\\` for themselves. Raises NotARegex."""
    regex = compiled(pattern, flags)
    if regex.search("") is not None:
        raise NotARegex("the pattern matches the empty text")
    if "q" in flags:
        return regex.sub(lambda match: replacement, text)
    pieces = _pieces(replacement, regex.groups)
    return regex.sub(lambda match: "".join(_filled(piece, match) for piece in pieces), text)


def split(text: str, pattern: str) -> list[str]:
    """The parts between the matches of the pattern. Raises NotARegex."""
    parts, start = [], 0
    for match in compiled(pattern).finditer(text):
        if match.end() == match.start():
            continue
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def _pieces(replacement: str, groups: int) -> list[str | int]:
    pieces: list[str | int] = []
    end = 0
    for match in _REFERENCE.finditer(replacement):
        pieces.append(replacement[end : match.start()])
        end = match.end()
        if match[2] is None:
            if match[1] not in ("\\", "$"):
                raise NotARegex("a backslash in the replacement must stand before `$` or another one")
            pieces.append(match[1])
        else:
            pieces.extend(_group_reference(match[2], groups))
    return [*pieces, replacement[end:]]


def _group_reference(digits: str, groups: int) -> tuple[int, str]:
    """The longest number that is a group; the digits after it are text. An unknown group is empty."""
    if not digits:
        raise NotARegex("a `$` in the replacement must stand before a number")
    length = len(digits)
    while length > 1 and int(digits[:length]) > groups:
        length -= 1
    number = int(digits[:length])
    return (number if number <= groups else -1), digits[length:]


def _filled(piece: str | int, match) -> str:
    if isinstance(piece, str):
        return piece
    return (match.group(piece) or "") if piece >= 0 else ""


def _translated(pattern: str, *, ignore_blanks: bool) -> str:
    out: list[str] = []
    position, in_class = 0, False
    while position < len(pattern):
        sign = pattern[position]
        if sign == "\\":
            out.append(_escape(pattern[position + 1 : position + 2], in_class=in_class))
            position += 2
            continue
        if sign == "[" and not in_class:
            subtracted = _subtraction(pattern, position)
            if subtracted:
                out.append(subtracted[0])
                position = subtracted[1]
                continue
        in_class = (in_class or sign == "[") and sign != "]"
        if not (ignore_blanks and not in_class and sign in " \t\n\r"):
            out.append(sign)
        position += 1
    return "".join(out)


def _escape(letter: str, *, in_class: bool) -> str:
    members = _CLASSES.get(letter.lower())
    if members is None:
        return "\\" + letter
    if letter.islower():
        return members if in_class else f"[{members}]"
    if not in_class:
        return f"[^{members}]"
    if letter == "D":
        return r"\P{Nd}"
    if letter == "W":
        return r"\p{P}\p{Z}\p{C}"
    if letter == "S":
        return r"\x{0}-\x{8}\x{b}\x{c}\x{e}-\x{1f}\x{21}-\x{10ffff}"
    raise NotARegex(f"\\{letter} inside a class")


def _subtraction(pattern: str, position: int) -> tuple[str, int] | None:
    """`[a-z-[aeiou]]` as a plain class and where it ends; null if no subtraction starts here."""
    match = _SUBTRACTION.match(pattern, position + 1)
    if not match:
        return None
    body = match[1]
    if body.startswith("^"):
        raise NotARegex("subtraction from a negated class")
    kept, taken = _members(body), _members(match[3])
    members = kept & taken if match[2] else kept - taken
    if not members:
        raise NotARegex("nothing is left of the class")
    return "[" + "".join(f"\\x{{{code:x}}}" for code in sorted(members)) + "]", match.end()


def _members(body: str) -> set[int]:
    """The code points of single signs and ranges."""
    signs = [_member(escaped or plain) for escaped, plain in re.findall(r"(\\.)|([^\\])", body, re.DOTALL)]
    members: set[int] = set()
    index = 0
    while index < len(signs):
        low = ord(signs[index])
        is_range = index + 2 < len(signs) and signs[index + 1] == "-"
        high = ord(signs[index + 2]) if is_range else low
        if high - low > 5_000:
            raise NotARegex("the class to subtract from is too large")
        members.update(range(low, high + 1))
        index += 3 if is_range else 1
    return members


def _member(sign: str) -> str:
    if len(sign) == 1:
        return sign
    if sign[1].isalnum() and sign[1] not in _LETTER_ESCAPES:
        raise NotARegex(f"{sign} in a class that is subtracted")
    return _LETTER_ESCAPES.get(sign[1], sign[1])
