"""What was made of some content is made once, as long as it is among the last that were used."""

import pytest

from bpmn.kept import Kept
from bpmn.package import ProcessPackage
from bpmn.package import package as reading
from tests.bpmn.samples import package, straight, user_task


def test_the_same_key_gives_the_same_thing() -> None:
    kept: Kept[list] = Kept(most=2)
    first = kept.get("a", list)
    assert kept.get("a", list) is first
    assert kept.get("b", list) is not first


def test_of_more_than_it_keeps_the_longest_unused_goes() -> None:
    kept: Kept[list] = Kept(most=2)
    one, two = kept.get("one", list), kept.get("two", list)
    assert kept.get("one", list) is one
    kept.get("three", list)
    assert kept.get("one", list) is one
    assert kept.get("two", list) is not two


def test_what_could_not_be_made_is_tried_again() -> None:
    kept: Kept[int] = Kept(most=2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 1) == 1


def test_a_package_is_read_once_but_each_content_is_a_package_of_its_own() -> None:
    read = package(straight(user_task("t")))
    assert ProcessPackage.from_files(read.to_files()) is read
    other = read.with_files({"notes.md": b"# read me"})
    assert other is not read
    assert other.files["notes.md"] == b"# read me"
    assert "notes.md" not in read.files


def test_a_large_package_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_KEPT", 1000)
    files = package(straight(user_task("t"))).to_files() | {"notes.md": b"x" * 2000}
    assert ProcessPackage.from_files(files) is not ProcessPackage.from_files(files)
