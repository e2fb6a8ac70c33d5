"""`caseloop deploy` with packages that must not run: each is refused by its element or file, and nothing is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caseloop.cli import main
from engine.db.database import Database
from tests.support.material import ROOT, shared_data

SHIPPED = ROOT / "processes/customer-service/1.0"
DIAGRAM = "customer-service.bpmn"
WAITS = '= handle.outcome = "wait_customer"'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    assert run(home, "db", "upgrade").exit_code == 0
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "package"))


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": str(home)})


def deployments(home: Path) -> int:
    with Database(f"sqlite:///{home / 'caseloop.db'}").reading() as tx:
        return tx.exec_driver_sql("SELECT count(*) FROM deployment").scalar_one()


def refused(home: Path, folder: Path) -> str:
    """What the command says about a package that it must not deploy."""
    shown = run(home, "deploy", str(folder))
    assert shown.exit_code == 1
    assert not isinstance(shown.exception, AssertionError)
    assert "Traceback" not in shown.output
    assert deployments(home) == 0
    return shown.output


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (WAITS, "__import__('os').system('id') == 0", "__import__"),
        (WAITS, "= handle.outcome = = 1", "FEEL"),
        ('type="notify"', 'type="send-fax"', "send-fax"),
        ('formId="handle"', 'formId="handel"', "处理需求"),
        ('decisionId="classify"', 'decisionId="klassify"', "klassify"),
    ],
)
def test_a_diagram_that_cannot_run_is_refused_by_element(home: Path, folder: Path, old: str, new: str, told: str) -> None:
    file = folder / DIAGRAM
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    assert told in refused(home, folder)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda shipped: shipped[: len(shipped) // 2], "not well-formed XML"),
        (lambda shipped: shipped + b" " * 50 * 1024 * 1024, "larger than 5 MB"),
        (lambda shipped: b'<!DOCTYPE x [<!ENTITY e "x">]>' + shipped.partition(b"?>")[2], "DOCTYPE"),
        (lambda shipped: b"", "XML"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(home: Path, folder: Path, content, told: str) -> None:
    (folder / DIAGRAM).write_bytes(content((SHIPPED / DIAGRAM).read_bytes()))
    output = refused(home, folder)
    assert DIAGRAM in output
    assert told in output


@pytest.mark.parametrize(
    ("row", "old", "new", "told"),
    [
        (6, "<text>3</text>", "<text>-1</text>", "row 6 gives -1 for 数量"),
        (6, '<text>"wd"</text>', '<text>"days"</text>', 'row 6 gives "days" for 单位'),
    ],
)
def test_a_limit_that_is_none_is_refused_with_its_row(home: Path, folder: Path, row: int, old: str, new: str, told: str) -> None:
    file = folder / "targets.dmn"
    before, at, after = file.read_text("utf-8").partition(f'<rule id="targets_row_{row}">')
    file.write_text(before + at + after.replace(old, new, 1), "utf-8")
    output = refused(home, folder)
    assert "targets.dmn" in output
    assert told in output


@pytest.mark.shared_data
def test_the_dangerous_diagram_is_refused_element_by_element(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dangerous"
    folder.mkdir()
    shutil.copy(shared_data() / "hostile" / "dangerous.bpmn", folder)
    (folder / "process.toml").write_text('key = "dangerous"\nversion = "1.0"\n')
    output = refused(home, folder)
    for element in ("f1", "timer", "script"):
        assert f": {element}: " in output
    assert not list(Path.cwd().glob("pwned_*"))
