"""The DMN Technology Compatibility Kit, as far as it lies beside the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import tck
from tests.bpmn.dmn.models import decision, definitions, input_data, literal
from tests.support.material import shared_data

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>sum.dmn</modelName>
<testCase id="001"><inputNode name="x"><value xsi:type="xsd:decimal">1</value></inputNode>
<resultNode name="sum"><expected><value xsi:type="xsd:decimal">{expected}</value></expected></resultNode></testCase>
</testCases>"""


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A kit of one test case, which passes."""
    folder = tmp_path / "level-9" / "0001-sum"
    folder.mkdir(parents=True)
    model = definitions(input_data("x", "number"), decision("d_sum", literal("x + 1"), name="sum", needs=["input:x"]))
    (folder / "sum.dmn").write_bytes(model)
    (folder / "0001-sum-test-01.xml").write_text(CASES.format(expected=2), encoding="utf-8")
    return tmp_path


@pytest.mark.shared_data
@pytest.mark.parametrize(("level", "least"), [("level-2", 1.0), ("level-3", 0.99)])
def test_the_kit_passes(level, least):
    outcomes = tck.run([shared_data() / "dmn-tck" / level])
    assert sum(outcome.passed for outcome in outcomes) >= least * len(outcomes)
    assert tck.lost_since(tck.RATCHET, outcomes) == []


def test_the_last_line_counts_what_passed(kit, capsys):
    assert tck.main([str(kit)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "passed: 1 of 1"


def test_the_ratchet_names_what_no_longer_passes(kit, capsys):
    ratchet = kit / "ratchet.txt"
    tck.main([str(kit), "--ratchet", str(ratchet), "--update"])
    assert ratchet.read_text(encoding="utf-8") == "0001-sum/01/001/sum\n"
    test_file = kit / "level-9" / "0001-sum" / "0001-sum-test-01.xml"
    test_file.write_text(CASES.format(expected=3), encoding="utf-8")
    assert tck.main([str(kit), "--ratchet", str(ratchet), "--failures"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "failed: 0001-sum/01/001/sum: got 2, expected 3" in lines
    assert "passed before, fails now: 0001-sum/01/001/sum" in lines
    assert lines[-1] == "passed: 0 of 1"


def test_a_model_that_cannot_be_read_fails_its_tests_only(kit, capsys):
    broken = kit / "level-9" / "0002-broken"
    broken.mkdir()
    (broken / "sum.dmn").write_bytes(b"<definitions")
    (broken / "0002-broken-test-01.xml").write_text(CASES.format(expected=2), encoding="utf-8")
    tck.main([str(kit)])
    assert capsys.readouterr().out.splitlines()[-1] == "passed: 1 of 2"


def test_a_folder_that_is_missing_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        tck.main([str(tmp_path / "nowhere")])
    assert "is no folder" in capsys.readouterr().err
