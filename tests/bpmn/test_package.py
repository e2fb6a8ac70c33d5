"""A package is read whole or refused by file; the same bytes give the same hash."""

from pathlib import Path

import pytest

from bpmn.errors import InvalidFile, PackageRejected
from bpmn.package import Change, ProcessPackage, Role, load_package
from tests.bpmn.samples import MANIFEST, form, package, straight, table, user_task

DIAGRAM = straight(user_task("t", name="处理"))
FILES = {"process.toml": MANIFEST, "story.bpmn": DIAGRAM, "handle.form": form()}
PROCESSES = Path(__file__).resolve().parents[2] / "processes"


def test_a_package_gathers_diagram_tables_forms_and_texts() -> None:
    read = package(DIAGRAM, classify__dmn=table(("-", "a")), **{"texts.en.toml": '"处理" = "Handle"'.encode()})
    assert (read.key, read.version, read.manifest.name, read.manifest.process_id) == ("story", "1.0", "Story", "p")
    assert read.diagram.process("p").nodes["t"].work.form_id in read.forms
    assert read.decisions["classify"].decisions["classify"].name == "分类"
    assert read.diagram_bytes == DIAGRAM


def test_labels_are_translated_where_the_package_knows_them() -> None:
    read = package(DIAGRAM, **{"texts.en.toml": '"处理" = "Handle"'.encode()})
    assert read.translate("处理", "en") == "Handle"
    assert read.translate("处理", "en-GB") == "Handle"
    assert read.translate("归档", "en") == "归档"
    assert read.translate("处理", "zh") == "处理"


def test_the_manifest_takes_roles_and_changes_in_both_shapes() -> None:
    lists = b'roles = ["A"]\nchanges = ["one", { en = "two", zh = "\xe4\xba\x8c" }]\n'
    manifest = ProcessPackage.from_files({**FILES, "process.toml": MANIFEST + lists}).manifest
    assert manifest.roles == (Role(id="A", name="A"),)
    assert manifest.changes == (Change(en="one", zh="one"), Change(en="two", zh="二"))
    tables = '[[changes]]\nzh = "三"\n[roles]\nservice = "客服"\n'.encode()
    manifest = ProcessPackage.from_files({**FILES, "process.toml": MANIFEST + tables}).manifest
    assert manifest.roles == (Role(id="service", name="客服"),)
    assert manifest.changes == (Change(en="三", zh="三"),)


def test_the_hash_covers_names_and_bytes_and_nothing_else() -> None:
    one = ProcessPackage.from_files(FILES)
    assert one.content_hash == ProcessPackage.from_files(dict(reversed(FILES.items()))).content_hash
    assert len(one.content_hash) == 64
    renamed = {**FILES, "other.form": FILES["handle.form"]}
    del renamed["handle.form"]
    changed = {**FILES, "story.bpmn": DIAGRAM + b"\n"}
    assert len({one.content_hash, *(ProcessPackage.from_files(files).content_hash for files in (renamed, changed))}) == 3


def test_a_changed_file_makes_a_new_package_and_leaves_the_old_one() -> None:
    old = ProcessPackage.from_files(FILES)
    new = old.with_files({"notes.md": b"# Why", "handle.form": None})
    assert set(new.to_files()) == {"process.toml", "story.bpmn", "notes.md"}
    assert set(old.to_files()) == set(FILES)
    assert new.content_hash != old.content_hash


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"../evil.form": form()}, "not a plain file name"),
        ({"a/b.form": form()}, "not a plain file name"),
        ({"/etc/passwd": b""}, "not a plain file name"),
        ({"..form": b""}, "not a plain file name"),
        ({"a\x00.form": b""}, "not a plain file name"),
        ({"run.py": b""}, "run.py: a package cannot hold this kind of file"),
        ({"other.toml": b""}, "other.toml: a package cannot hold this kind of file"),
        ({"HANDLE.form": form()}, "differ only in case"),
        ({"big.md": b"x" * (5 * 1024 * 1024 + 1)}, "big.md: larger than 5 MB"),
        ({f"{n}.md": b"x" * 5 * 1024 * 1024 for n in range(5)}, "larger than 20 MB"),
        ({"process.toml": None}, "no process.toml"),
        ({"process.toml": b"key = "}, "process.toml: not valid TOML"),
        ({"process.toml": b'key = "Story"\nversion = "1.0"'}, "key is 'Story'"),
        ({"process.toml": b'key = "../x"\nversion = "1.0"'}, "key is '../x'"),
        ({"process.toml": b'key = "story"\nversion = 1.0'}, "version is 1.0"),
        ({"process.toml": b'key = "story"\nversion = "1.0-beta"'}, "version is '1.0-beta'"),
        ({"process.toml": MANIFEST + b"roles = 3"}, "roles is neither"),
        ({"process.toml": MANIFEST + b"changes = [3]"}, "changes is not a list"),
        ({"story.bpmn": None}, "no .bpmn file"),
        ({"second.bpmn": DIAGRAM}, "2 .bpmn files"),
        ({"story.bpmn": DIAGRAM.decode().encode("utf-16")}, "story.bpmn: not written in UTF-8"),
        ({"story.bpmn": b'<?xml version="1.0" encoding="GBK"?><a/>'}, "story.bpmn: not written in UTF-8"),
        ({"handle.form": b"\xd6\xd0"}, "handle.form: not written in UTF-8"),
        ({"story.bpmn": b"<a>"}, "story.bpmn, line 1: not well-formed XML"),
        ({"copy.form": form()}, "the id “handle” stands in two files"),
        ({"texts.en.toml": b'"a" = 3'}, "“a” is not a text"),
        ({"bad.dmn": b"<a/>"}, "bad.dmn"),
    ],
)
def test_a_package_is_refused_by_the_file_that_is_wrong(changed: dict, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        ProcessPackage.from_files(FILES).with_files(changed)
    assert says in str(caught.value)
    assert caught.value.kind == "invalid"
    assert caught.value.text("zh") != str(caught.value)


def test_a_folder_is_read_without_its_hidden_files(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / ".DS_Store").write_bytes(b"x")
    assert load_package(tmp_path).content_hash == ProcessPackage.from_files(FILES).content_hash


def test_links_and_folders_are_refused(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "link.md").symlink_to("/etc/hostname")
    with pytest.raises(PackageRejected, match=r"link\.md: a package holds plain files only"):
        load_package(tmp_path)


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(PackageRejected, match="there is no such folder"):
        load_package("nowhere")


@pytest.mark.parametrize("folder", sorted(PROCESSES.glob("*/*")), ids=lambda folder: "/".join(folder.parts[-2:]))
def test_the_packages_that_we_ship_are_read_and_say_their_own_place(folder: Path) -> None:
    read = load_package(folder)
    assert (read.key, read.version) == folder.parts[-2:]
