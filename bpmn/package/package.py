"""`ProcessPackage`: made from named bytes, parsed once, hashed as one, never changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bpmn.diagram import Diagram, read_diagram
from bpmn.dmn import DecisionModel, read_decisions
from bpmn.forms import Form, read_form
from bpmn.kept import Kept
from bpmn.package.manifest import FILE, Manifest, read_manifest, read_texts, rejected

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_PACKAGE = 20 * 1024 * 1024
LARGEST_KEPT = 512 * 1024
MOST_FILES = 200
KINDS = (".bpmn", ".dmn", ".form", ".md", ".toml")
_TOLD_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=["']([A-Za-z0-9._-]+)""")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\Z", re.ASCII)
_TEXTS = re.compile(r"texts\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?)\.toml\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPackage:
    """A process package: everything that one version of a process needs.

    `decisions` maps decision ids to the table file that holds them, `forms` form ids to forms, `texts` languages to
    (Chinese source text -> translation). `content_hash` (hex SHA-256) covers every name and byte.
    """

    key: str
    version: str
    manifest: Manifest
    diagram: Diagram
    diagram_file: str
    decisions: Mapping[str, DecisionModel]
    forms: Mapping[str, Form]
    texts: Mapping[str, Mapping[str, str]]
    files: Mapping[str, bytes]
    content_hash: str

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> ProcessPackage:
        """Read a package from its files by bare name; one that is read again in this process is the same object.

        Raises PackageRejected for the package as a whole and other kinds of InvalidFile for single files.
        """
        check_files(files)
        digest = content_hash(files)
        if sum(map(len, files.values())) > LARGEST_KEPT:
            return _read(files, digest)
        return _READ.get(digest, lambda: _read(files, digest))

    @property
    def diagram_bytes(self) -> bytes:
        """The diagram file as it was given."""
        return self.files[self.diagram_file]

    def to_files(self) -> dict[str, bytes]:
        """Return all files by name; `from_files` makes the same package of them."""
        return dict(self.files)

    def with_files(self, changed: Mapping[str, bytes | None]) -> ProcessPackage:
        """Return a new package in which these files are replaced or added, or removed where the value is None."""
        files = {**self.files, **changed}
        return ProcessPackage.from_files({name: data for name, data in files.items() if data is not None})

    def translate(self, text: str, language: str) -> str:
        """Return a label in a language ("en", "en-GB" …); the text itself where the package has no translation."""
        for known in (language, language.partition("-")[0]):
            if text in self.texts.get(known, {}):
                return self.texts[known][text]
        return text


_READ: Kept[ProcessPackage] = Kept(most=64)


def _read(files: Mapping[str, bytes], digest: str) -> ProcessPackage:
    manifest = read_manifest(files[FILE])
    diagram_file = _diagram_file(files)
    return ProcessPackage(
        key=manifest.key,
        version=manifest.version,
        manifest=manifest,
        diagram=read_diagram(files[diagram_file], source=diagram_file),
        diagram_file=diagram_file,
        decisions=MappingProxyType(_decisions(files)),
        forms=MappingProxyType(_forms(files)),
        texts=MappingProxyType(_texts(files)),
        files=MappingProxyType(dict(files)),
        content_hash=digest,
    )


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 (hex) over all files, sorted by name, each name and content framed by its length."""
    digest = hashlib.sha256()
    for name in sorted(files):
        encoded = name.encode()
        digest.update(len(encoded).to_bytes(4, "big") + encoded)
        digest.update(len(files[name]).to_bytes(8, "big") + files[name])
    return digest.hexdigest()


def check_files(files: Mapping[str, bytes]) -> None:
    """Refuse names that could leave the folder, unknown kinds, too much data, no UTF-8, and a missing manifest."""
    for name, data in files.items():
        check_name(name)
        if len(data) > LARGEST_FILE:
            raise rejected("larger than 5 MB", "超过 5 MB", "Make the file smaller", "请缩小文件", name)
        if not _is_utf8(data):
            raise rejected("not written in UTF-8", "不是 UTF-8 编码", "Save the file as UTF-8", "请以 UTF-8 保存文件", name)
    if len({name.lower() for name in files}) < len(files):
        raise rejected("two file names differ only in case", "有文件名仅大小写不同", "Rename one of them", "请重命名其中之一", "")
    if len(files) > MOST_FILES or sum(map(len, files.values())) > LARGEST_PACKAGE:
        raise rejected(
            "the package is larger than 20 MB or has more than 200 files",
            "流程包超过 20 MB 或 200 个文件",
            "Remove what the process does not need",
            "请移除流程不需要的文件",
            "",
        )
    if FILE not in files:
        raise rejected(
            f"the package has no {FILE}", f"流程包缺少 {FILE}", "Add it with key and version", "请添加并写明 key 与 version"
        )


def _is_utf8(data: bytes) -> bool:
    told = _TOLD_ENCODING.match(data)
    if told and told[1].lower() not in (b"utf-8", b"us-ascii"):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def check_name(name: str) -> None:
    """Refuse a file name that is not a plain name of a known kind."""
    if not isinstance(name, str) or not _NAME.match(name) or ".." in name:
        raise rejected(
            f"“{name!s:.100}” is not a plain file name",
            f"“{name!s:.100}”不是普通文件名",
            "Use letters, digits, dots, hyphens and underscores, without folders",
            "请使用字母、数字、点、连字符和下划线，且不含文件夹",
            "",
        )
    if not name.endswith(KINDS) or (name.endswith(".toml") and name != FILE and not _TEXTS.match(name)):
        raise rejected(
            "a package cannot hold this kind of file",
            "流程包不能包含此类文件",
            f"Allowed are {', '.join(KINDS[:-1])}, {FILE} and texts.<language>.toml",
            f"允许的文件：{'、'.join(KINDS[:-1])}、{FILE} 和 texts.<语言>.toml",
            name,
        )


def _diagram_file(files: Mapping[str, bytes]) -> str:
    found = sorted(name for name in files if name.endswith(".bpmn"))
    if len(found) != 1:
        raise rejected(
            f"the package has {len(found)} .bpmn files ({', '.join(found)})" if found else "the package has no .bpmn file",
            f"流程包包含 {len(found)} 个 .bpmn 文件",
            "Keep exactly one diagram in a package",
            "每个流程包只保留一个流程图",
            "",
        )
    return found[0]


def _decisions(files: Mapping[str, bytes]) -> dict[str, DecisionModel]:
    models: dict[str, DecisionModel] = {}
    for name in sorted(name for name in files if name.endswith(".dmn")):
        model = read_decisions(files[name], source=name)
        for decision_id in model.decisions:
            _once(models, decision_id, name)
            models[decision_id] = model
    return models


def _forms(files: Mapping[str, bytes]) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for name in sorted(name for name in files if name.endswith(".form")):
        form = read_form(files[name], source=name)
        _once(forms, form.id, name)
        forms[form.id] = form
    return forms


def _once(known: Mapping[str, object], key: str, name: str) -> None:
    if key in known:
        raise rejected(
            f"the id “{key}” stands in two files", f"标识“{key}”出现在两个文件中", "Rename one of them", "请重命名其中之一", name
        )


def _texts(files: Mapping[str, bytes]) -> dict[str, Mapping[str, str]]:
    found = {match[1]: name for name in sorted(files) if (match := _TEXTS.match(name))}
    return {language: MappingProxyType(read_texts(files[name], name)) for language, name in found.items()}
