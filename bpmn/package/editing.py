"""Change a package's manifest and locale files as text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from bpmn.package.manifest import Change, read_manifest, rejected

_HEADER = re.compile(r"\s*\[")
_LIST_HEADER = re.compile(r"\s*\[\[\s*changes\s*\]\]")
_LINE = re.compile(r"\s*changes\s*=")


def with_changes(manifest: bytes, changes: Sequence[Change]) -> bytes:
    """Return the manifest (`process.toml`) with this change list in place of its own, all else as its author wrote it.

    Raises PackageRejected when the manifest can't be read, or is written so that the list can't be replaced safely.
    """
    before = read_manifest(manifest)
    kept = "".join(_without_changes(manifest.decode("utf-8-sig"))).rstrip()
    after = "\n\n".join([kept, *(_table(change) for change in changes)]).encode() + b"\n"
    if _others(after) != {name: value for name, value in before.raw.items() if name != "changes"}:
        raise rejected(
            "the change list is written in a way that can't be replaced",
            "变更清单的写法无法自动替换",
            "Write each change as its own [[changes]] table",
            "请把每项变更写成单独的 [[changes]] 表",
        )
    return after


def texts_file(texts: Mapping[str, str]) -> bytes:
    """Return a locale file (`texts.<language>.toml`) with these texts by their Chinese source, in this order."""
    return "".join(f"{_quoted(source)} = {_quoted(text)}\n" for source, text in texts.items()).encode()


def _others(manifest: bytes) -> dict[str, object] | None:
    try:
        raw = tomllib.loads(manifest.decode())
    except ValueError:
        return None
    return {name: value for name, value in raw.items() if name != "changes"}


def _without_changes(text: str) -> Iterator[str]:
    """The lines that belong to no change list."""
    inside = False
    for line in text.splitlines(keepends=True):
        if _HEADER.match(line):
            inside = bool(_LIST_HEADER.match(line))
        if not inside and not _LINE.match(line):
            yield line


def _table(change: Change) -> str:
    return f"[[changes]]\nzh = {_quoted(change.zh)}\nen = {_quoted(change.en)}"


def _quoted(text: str) -> str:
    """A basic string of TOML; JSON escapes the same, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
