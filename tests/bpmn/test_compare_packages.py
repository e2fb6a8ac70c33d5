"""Versions differ in rows and fields, too, not in diagrams alone."""

import json

from bpmn.compare_packages import compare_packages
from bpmn.package import ProcessPackage
from tests.bpmn.samples import form, package, straight, table, user_task

DIAGRAM = straight(user_task("t", name="处理"))


def version(*rows: tuple[str, ...], **files: bytes) -> ProcessPackage:
    return package(DIAGRAM, classify__dmn=table(*rows), **files)


def test_the_same_package_has_no_differences() -> None:
    assert not compare_packages(version(("-", "a")), version(("-", "a")))


def test_a_changed_row_is_shown_before_and_after() -> None:
    (part,) = compare_packages(version(("-", "a")), version(("-", "b"))).parts
    (change,) = part.changes
    assert (part.kind, part.id, change.place) == ("decision", "classify", "1")
    assert "a" in (change.old or "")
    assert "b" in (change.new or "")


def test_added_and_removed_rows_have_one_side_only() -> None:
    one, two = version(("-", "a")), version(("-", "a"), ("-", "b"))
    (added,) = compare_packages(one, two).parts[0].changes
    (removed,) = compare_packages(two, one).parts[0].changes
    assert (added.old, removed.new) == (None, None)
    assert added.new == removed.old


def test_a_fields_label_is_a_change_and_its_place_on_the_page_is_not() -> None:
    def with_field(**field: object) -> ProcessPackage:
        schema = json.loads(form())
        component = {"type": "textfield", "key": "k", "label": "原因", "id": "x", **field}
        return package(DIAGRAM, handle__form=json.dumps({**schema, "components": [component]}).encode())

    assert not compare_packages(with_field(), with_field(id="y", layout={"columns": 8}))
    (part,) = compare_packages(with_field(), with_field(label="起因")).parts
    assert part.kind == "form"
    assert part.changes[0].place == "起因"


def test_other_files_are_named_and_the_manifest_is_not() -> None:
    old, new = version(("-", "a")), version(("-", "a"), **{"texts.en.toml": b'"x" = "y"'})
    assert compare_packages(old, new).files == ("texts.en.toml",)
    renumbered = ProcessPackage.from_files({**old.files, "process.toml": old.files["process.toml"] + b'owner = "x"\n'})
    assert not compare_packages(old, renumbered)
