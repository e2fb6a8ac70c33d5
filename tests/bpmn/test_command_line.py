"""`python -m bpmn` as an analyst types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bpmn.__main__ import main
from tests.bpmn.samples import MANIFEST, form, straight, tag, user_task


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "story"
    path.mkdir()
    (path / "process.toml").write_bytes(MANIFEST)
    (path / "story.bpmn").write_bytes(straight(user_task("t")))
    (path / "handle.form").write_bytes(form())
    return path


def test_a_package_without_errors_ends_with_status_0(folder: Path) -> None:
    result = run("lint", folder)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("0 errors, ")


def test_an_error_is_named_by_file_line_and_rule_and_ends_with_status_1(tmp_path: Path) -> None:
    path = tmp_path / "bad.bpmn"
    path.write_bytes(straight(tag("scriptTask", id="x", name="Run")))
    result = run("lint", path)
    assert result.exit_code == 1
    assert result.output.startswith("bad.bpmn:4: error: Script task “Run”: scripts in a diagram are never run")
    assert "[no-script-task x]" in result.output
    assert "脚本任务“Run”" in run("lint", path, "--language", "zh").output


def test_lint_speaks_json(folder: Path) -> None:
    findings = json.loads(run("lint", folder, "--format", "json").output)
    assert {"rule", "severity", "file", "element_id", "line", "message", "message_zh", "way_out"} <= findings[0].keys()


def test_handlers_are_checked_only_when_some_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.bpmn"
    path.write_bytes(straight('<bpmn:serviceTask id="x"><bpmn:extensionElements><zeebe:taskDefinition type="mail"/>'
                              "</bpmn:extensionElements></bpmn:serviceTask>"))  # fmt: skip
    assert run("lint", path).exit_code == 0
    assert run("lint", path, "--handler", "notify").exit_code == 1


def test_an_unreadable_package_is_a_finding(tmp_path: Path) -> None:
    result = run("lint", tmp_path)
    assert result.exit_code == 1
    assert "the package has no process.toml" in result.output


def test_render_writes_svg(folder: Path, tmp_path: Path) -> None:
    assert run("render", folder).output.startswith("<svg ")
    run("render", folder / "story.bpmn", "--mark", "t", "-o", tmp_path / "out.svg")
    assert "marked" in (tmp_path / "out.svg").read_text("utf-8")
    assert json.loads(run("render", folder, "--format", "json").output)["svg"].startswith("<svg ")


def test_render_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "x.bpmn").write_bytes(b"<a>")
    result = run("render", tmp_path / "x.bpmn")
    assert result.exit_code == 1
    assert "Error: x.bpmn, line 1: not well-formed XML" in result.output


def test_diff_tells_what_changed_and_ends_like_diff(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.bpmn"
    other.write_bytes(straight(user_task("t", name="Handle now")))
    result = run("diff", folder, other)
    assert result.exit_code == 1
    assert "~ userTask Handle now (t)\n    Name: 'Handle' → 'Handle now'" in result.output
    assert json.loads(run("diff", folder, other, "--format", "json").output)["changed"][0]["element"]["id"] == "t"
    assert run("diff", other, other).exit_code == 0


@pytest.mark.parametrize("command", ["lint", "render", "diff"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: python -m bpmn {command}" in run(command, "--help").output
