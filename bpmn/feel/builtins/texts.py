"""Functions over texts."""

from __future__ import annotations

from decimal import Decimal

from bpmn.feel import regex
from bpmn.feel.builtins.registry import builtin
from bpmn.feel.runtime import Run


@builtin("substring(string: string, start position: number, length?: number|null)")
def substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Counted from 1, or from the end if negative; null out of the text or for a length below 1."""
    position = int(start)
    if position == 0 or abs(position) > len(text) or (length is not None and length < 1):
        return None
    begin = position - 1 if position > 0 else len(text) + position
    return text[begin:] if length is None else text[begin : begin + int(length)]


@builtin("string length(string: string)")
def string_length(text: str) -> Decimal:
    return Decimal(len(text))


@builtin("upper case(string: string)")
def upper_case(text: str) -> str:
    return text.upper()


@builtin("lower case(string: string)")
def lower_case(text: str) -> str:
    return text.lower()


@builtin("substring before(string: string, match: string)")
def substring_before(text: str, match: str) -> str:
    """Empty when the match isn't there."""
    return text[: text.index(match)] if match in text else ""


@builtin("substring after(string: string, match: string)")
def substring_after(text: str, match: str) -> str:
    """Empty when the match isn't there."""
    return text[text.index(match) + len(match) :] if match in text else ""


@builtin("contains(string: string, match: string)")
def contains(text: str, match: str) -> bool:
    return match in text


@builtin("starts with(string: string, match: string)")
def starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@builtin("ends with(string: string, match: string)")
def ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@builtin("matches(input: string, pattern: string, flags?: string|null)", wants_run=True)
def matches(run: Run, text: str, pattern: str, flags: str | None = None) -> bool:
    run.spend(len(text) // 16)
    return regex.compiled(pattern, flags or "").search(text) is not None


@builtin("replace(input: string, pattern: string, replacement: string, flags?: string|null)", wants_run=True)
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    run.spend(len(text) // 16 + (len(text) + 1) * len(replacement) // 64)
    return regex.replaced(text, pattern, replacement, flags or "")


@builtin("split(string: string, delimiter: string)", wants_run=True)
def split(run: Run, text: str, delimiter: str) -> list[str]:
    run.spend(len(text) // 8)
    return regex.split(text, delimiter)


@builtin("string join(list: list, delimiter?: string|null)", wants_run=True)
def string_join(run: Run, items: list, delimiter: str | None = None) -> str | None:
    """The texts joined; nulls are left out."""
    if not all(item is None or isinstance(item, str) for item in items):
        return None
    texts = [item for item in items if item is not None]
    run.spend(sum(map(len, texts)) // 64 + len(texts) * len(delimiter or "") // 64)
    return (delimiter or "").join(texts)
