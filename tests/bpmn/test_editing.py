"""A manifest and texts are changed without harm to anything else in them; a diagram is read in another language."""

from pathlib import Path

import pytest

from bpmn.errors import PackageRejected
from bpmn.package import Change, ProcessPackage, diagram_in, load_package, texts_file, untranslated, with_changes
from bpmn.package.manifest import read_manifest, read_texts
from bpmn.xml import parse_xml
from tests.bpmn.samples import MANIFEST, package, straight, user_task

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
AWKWARD = Change(zh='引号"、反斜杠\\、\t与\x7f', en="[[changes]]\nline")


def test_a_change_list_is_replaced_and_the_rest_stays_as_written() -> None:
    before = (PROCESSES / "customer-service" / "1.0" / "process.toml").read_bytes()
    after = with_changes(before, [AWKWARD, Change(zh="二", en="two")])
    assert read_manifest(after).changes == (AWKWARD, Change(zh="二", en="two"))
    assert {**read_manifest(after).raw, "changes": []} == {**read_manifest(before).raw, "changes": []}
    assert read_manifest(with_changes(after, ())).changes == ()


def test_a_change_list_on_one_line_is_replaced_too() -> None:
    after = with_changes(MANIFEST + b'changes = ["one"]\n', [Change(zh="一", en="one")])
    assert read_manifest(after).changes == (Change(zh="一", en="one"),)


@pytest.mark.parametrize("other", [b'changes = [\n  "one",\n]\n', b'[x]\nchanges = "mine"\n'])
def test_what_cannot_be_replaced_safely_is_refused(other: bytes) -> None:
    with pytest.raises(PackageRejected, match="can't be replaced"):
        with_changes(MANIFEST + other, ())


def test_texts_come_back_as_they_were_written() -> None:
    texts = {"处理": 'say "yes"', '引号"': "two\nlines", "a = b": "\\"}
    assert read_texts(texts_file(texts), "texts.en.toml") == texts
    assert texts_file({}) == b""


def renamed(texts: str) -> ProcessPackage:
    return package(straight(user_task("t", name="处理")), **{"texts.en.toml": texts.encode()})


def test_labels_without_a_text_are_listed_once() -> None:
    assert untranslated(renamed(""), "en") == ("处理",)
    assert untranslated(renamed('"处理" = "Handle"'), "en") == ()


def test_a_diagram_is_read_in_another_language_and_stays_the_same_process() -> None:
    for version in ("1.0", "1.1"):
        read = load_package(PROCESSES / "customer-service" / version)
        english = ProcessPackage.from_files({**read.files, read.diagram_file: diagram_in(read, "en")})
        nodes = english.diagram.process("customer-service").nodes
        assert nodes["handle"].name == read.translate("处理需求", "en") != "处理需求"
        assert english.diagram.messages == read.diagram.messages
        assert diagram_in(read, "zh") == read.diagram_bytes


def test_a_translated_diagram_gives_its_labels_room_and_loses_nothing() -> None:
    read = load_package(PROCESSES / "customer-service" / "1.0")
    drawn, shown = (parse_xml(xml, source="diagram") for xml in (read.diagram_bytes, diagram_in(read, "en")))
    widths = [float(bounds.get("width")) for bounds in shown.iterfind(".//{*}BPMNLabel/{*}Bounds")]
    assert widths
    assert min(widths) >= 64
    assert [element.tag for element in drawn.iter()] == [element.tag for element in shown.iter()]
