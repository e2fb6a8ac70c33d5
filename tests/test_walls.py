"""A folder is a wall: who may import whom, which library lives where, and no circles."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bpmn", "engine", "desk", "handlers", "webui", "caseloop", "benchmarks")

MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "bpmn": frozenset(),
    "engine": frozenset({"bpmn"}),
    "desk": frozenset({"bpmn", "engine"}),
    "handlers": frozenset({"desk", "engine"}),
    "webui": frozenset({"bpmn", "desk", "engine"}),
    "caseloop": frozenset({"bpmn", "desk", "engine", "webui"}),
    "benchmarks": frozenset({"bpmn", "desk", "engine", "handlers", "caseloop", "webui"}),
}

HANDLERS_MAY_SEE = ("engine.ports", "engine.model", "engine.history", "engine.errors")

ROOMS: Mapping[str, tuple[str, ...]] = {
    "lxml": ("bpmn",),
    "bpmn_io": ("bpmn.bpmn_io_port",),
    "SpiffWorkflow": ("engine.spiff", "benchmarks.naive"),
    "alembic": ("engine.db", "desk.steps"),
    "sqlalchemy": (
        "engine.db",
        "engine.ports",
        "desk.store",
        "desk.tables",
        "desk.steps",
        "caseloop.rotation",
        "caseloop.backup",
        "benchmarks",
    ),
    "cryptography": ("engine.vault",),
    "procrastinate": ("engine.queues.procrastinate", "engine.db.steps"),
    "psycopg": ("engine.queues.procrastinate", "benchmarks"),
    "argon2": ("desk.staffing.people", "desk.service", "caseloop.demo"),
    "flask": ("webui",),
    "waitress": ("caseloop.serving",),
    "click": ("caseloop.cli", "bpmn.__main__"),
    "smtplib": ("handlers.mail",),
}
"""Each foreign library has few rooms: the modules below which it may be imported."""

SPIFF_AND_DB = (("engine.spiff", "engine.db"), ("engine.db", "engine.spiff"))


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    found = {_name(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return {name: path for name, path in found.items() if "node_modules" not in path.parts}


@cache
def imports(name: str) -> frozenset[str]:
    """Full names that a module imports, wherever in it the import stands."""
    tree = ast.parse(modules()[name].read_text("utf-8"))
    return frozenset(_imported(tree))


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _within(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def _our_module(imported: str) -> str | None:
    """The module of ours that an import means: `engine.db.store.Thing` means engine.db.store."""
    known = modules()
    while imported:
        if imported in known:
            return imported
        imported = imported.rpartition(".")[0]
    return None


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    wrong = [
        f"{name} imports {imported}"
        for name in modules()
        if _within(name, package)
        for imported in imports(name)
        if (root := imported.split(".")[0]) in PACKAGES and root != package and root not in MAY_IMPORT[package]
    ]
    assert wrong == []


def test_handlers_see_of_the_engine_only_its_words() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name in modules()
        if _within(name, "handlers")
        for imported in imports(name)
        if _within(imported, "engine") and not any(_within(imported, room) for room in HANDLERS_MAY_SEE)
    ]
    assert wrong == []


@pytest.mark.parametrize("library", ROOMS)
def test_a_library_stays_in_its_room(library: str) -> None:
    wrong = [
        name
        for name in modules()
        if any(_within(imported, library) for imported in imports(name))
        and not any(_within(name, room) for room in ROOMS[library])
    ]
    assert wrong == []


def test_token_flow_and_database_never_meet() -> None:
    wrong = [
        f"{name} imports {imported}"
        for name in modules()
        for imported in imports(name)
        for one, other in SPIFF_AND_DB
        if _within(name, one) and _within(imported, other)
    ]
    assert wrong == []


def test_no_import_goes_round_in_a_circle() -> None:
    graph = {name: {_our_module(imported) for imported in imports(name)} - {None, name} for name in modules()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def test_only_the_system_clock_asks_for_the_time() -> None:
    asking = {
        name
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        if isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    }
    assert asking == {"engine.ports"}


def test_nothing_of_a_diagram_is_evaluated_as_python() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name, path in modules().items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec", "compile"}
    ]
    assert wrong == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_standard_library_names_are_not_shadowed() -> None:
    assert not set(PACKAGES) & set(sys.stdlib_module_names)
