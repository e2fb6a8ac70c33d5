"""`process.toml`: what a package is called, which version it is, who owns it, what changed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpmn.errors import PackageRejected

FILE = "process.toml"
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the change list, in both languages (the same text twice where only one was given)."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that the process names; `id` is what candidate groups say."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The manifest. `process_id` is the executable process; `raw` is the whole TOML for other readers."""

    key: str
    version: str
    name: str
    process_id: str
    owner: str = ""
    description: str = ""
    roles: tuple[Role, ...] = ()
    changes: tuple[Change, ...] = ()
    raw: Mapping[str, Any]


def read_manifest(data: bytes) -> Manifest:
    """Read `process.toml`.

    `key` and `version` are required; `name` defaults to the key and `process` (the process id) to the key. `roles` is a
    list of names, or a table from id to name; `changes` a list of texts or of {en, zh}. Raises PackageRejected.
    """
    raw = _toml(data)
    key, version = raw.get("key"), raw.get("version")
    if not isinstance(key, str) or not _KEY.match(key) or len(key) > 60:
        raise rejected(
            f'key is {key!r}, not a short name such as "customer-service"',
            f"key 为 {key!r}，应为形如“customer-service”的短名",
            "Use lower-case letters, digits and hyphens",
            "请使用小写字母、数字和连字符",
        )
    if not isinstance(version, str) or not _VERSION.match(version):
        raise rejected(
            f'version is {version!r}, not a text such as "1.0"',
            f"version 为 {version!r}，应为形如“1.0”的文字",
            "Write the version in quotes, numbers joined by dots",
            "请用引号括起以点分隔的数字",
        )
    return Manifest(
        key=key,
        version=version,
        name=_text(raw, "name", key),
        process_id=_text(raw, "process", key),
        owner=_text(raw, "owner"),
        description=_text(raw, "description"),
        roles=_roles(raw.get("roles", [])),
        changes=_changes(raw.get("changes", [])),
        raw=raw,
    )


def read_texts(data: bytes, name: str) -> dict[str, str]:
    """Read a locale file: Chinese source text -> text of that language. Raises PackageRejected."""
    texts = _toml(data, name)
    wrong = next((key for key, value in texts.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise rejected(
            f"“{wrong}” is not a text", f"“{wrong}”不是文字", 'Write "原文" = "translation"', '请写成 "原文" = "译文"', name
        )
    return texts


def rejected(fact: str, fact_zh: str, way_out: str, way_out_zh: str, source: str = FILE) -> PackageRejected:
    """Return the refusal of a package for one of its files."""
    return PackageRejected(fact, source=source, fact_zh=fact_zh, way_out=way_out, way_out_zh=way_out_zh)


def _toml(data: bytes, name: str = FILE) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise rejected(
            f"not valid TOML: {error}", f"不是有效的 TOML：{error}", "Correct that line", "请修正该行", name
        ) from error


def _text(raw: Mapping[str, Any], name: str, default: str = "") -> str:
    value = raw.get(name, default)
    if not isinstance(value, str):
        raise rejected(f"{name} is not a text", f"{name} 不是文字", "Write it in quotes", "请用引号括起")
    return value


def _roles(given: Any) -> tuple[Role, ...]:
    if isinstance(given, Mapping) and all(isinstance(name, str) for name in given.values()):
        return tuple(Role(id=key, name=name) for key, name in given.items())
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return tuple(Role(id=name, name=name) for name in given)
    raise rejected(
        "roles is neither a list of names nor a table from id to name",
        "roles 既不是名称列表，也不是从标识到名称的表",
        'Write roles = ["客服专员"]',
        '请写成 roles = ["客服专员"]',
    )


def _changes(given: Any) -> tuple[Change, ...]:
    changes = given if isinstance(given, list) else [None]
    if not all(isinstance(change, str) or _is_change(change) for change in changes):
        raise rejected(
            "changes is not a list of texts or of {en, zh}",
            "changes 不是文字或 {en, zh} 的列表",
            'Write [[changes]] with en = "…" and zh = "…"',
            '请写成 [[changes]]，并给出 en = "…" 与 zh = "…"',
        )
    return tuple(_change(change) for change in changes)


def _is_change(change: Any) -> bool:
    return isinstance(change, Mapping) and any(isinstance(change.get(language), str) for language in ("en", "zh"))


def _change(change: str | Mapping[str, str]) -> Change:
    if isinstance(change, str):
        return Change(en=change, zh=change)
    return Change(en=change.get("en") or change["zh"], zh=change.get("zh") or change["en"])
