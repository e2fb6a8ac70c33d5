"""How much of the DMN standard we hold: runs folders laid out like the DMN Technology Compatibility Kit.

    python -m benchmarks.tck FOLDER... [--failures] [--ratchet FILE [--update]]

Every folder below FOLDER that holds .dmn files and test files (`*-test-*.xml`) is run; one result node of one test case
counts as one. The last line is `passed: N of M`. With --ratchet, the names in FILE that were among the tests run must
pass (exit code 1 otherwise); --update writes the names that pass now.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.tck_values import matches_expected, value_in
from bpmn.dmn import DecisionFailed, DecisionModel, NoSuchDecision, imported_namespaces, read_decisions
from bpmn.dmn.elements import DecisionService
from bpmn.errors import InvalidFile
from bpmn.feel import FeelError, parse, to_feel
from bpmn.xml import local_name, parse_xml

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RATCHET = Path(__file__).with_name("tck-ratchet.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One result node: its name within the kit, whether it passed, and what came instead."""

    name: str
    passed: bool
    detail: str = ""


def run(folders: Sequence[Path]) -> list[Outcome]:
    """Run every test case below the folders, in the order of their names."""
    outcomes: list[Outcome] = []
    for folder in _case_folders(folders):
        outcomes += _run_folder(folder)
    return _with_unique_names(outcomes)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; see the module's text. Returns the exit code."""
    options = _options(arguments)
    outcomes = run(options.folders)
    if options.failures:
        for outcome in outcomes:
            if not outcome.passed:
                print(f"failed: {outcome.name}: {outcome.detail}")
    lost = []
    if options.update:
        _write_ratchet(options.ratchet or RATCHET, outcomes)
    elif options.ratchet:
        lost = lost_since(options.ratchet, outcomes)
        for name in lost:
            print(f"passed before, fails now: {name}")
    print(f"passed: {sum(outcome.passed for outcome in outcomes)} of {len(outcomes)}")
    return 1 if lost else 0


def lost_since(ratchet: Path, outcomes: Sequence[Outcome]) -> list[str]:
    """The names in the ratchet file that were run and no longer pass."""
    kept = set(ratchet.read_text(encoding="utf-8").splitlines())
    return [outcome.name for outcome in outcomes if outcome.name in kept and not outcome.passed]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tck", description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--failures", action="store_true", help="name each test that fails, with what came instead")
    parser.add_argument("--ratchet", type=Path, metavar="FILE", help="fail if a test named in FILE no longer passes")
    parser.add_argument("--update", action="store_true", help="write the names that pass to the ratchet file")
    options = parser.parse_args(arguments)
    for folder in options.folders:
        if not folder.is_dir():
            parser.error(f"{folder} is no folder; give folders laid out like the DMN TCK's")
    return options


def _write_ratchet(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Add the names that pass; names of tests that weren't run stay."""
    ran = {outcome.name for outcome in outcomes}
    before = set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set()
    names = (before - ran) | {outcome.name for outcome in outcomes if outcome.passed}
    path.write_text("".join(f"{name}\n" for name in sorted(names)), encoding="utf-8")


def _case_folders(folders: Sequence[Path]) -> list[Path]:
    found = {model.parent.resolve() for folder in folders for model in folder.rglob("*.dmn")}
    return sorted(folder for folder in found if any(folder.glob("*.xml")))


def _run_folder(folder: Path) -> Iterator[Outcome]:
    models: dict[str, DecisionModel] | None = None
    for path in sorted(folder.glob("*.xml")):
        root = parse_xml(path.read_bytes(), source=path.name)
        if local_name(root) != "testCases":
            continue
        models = models if models is not None else _models(folder)
        wanted = root.findtext("{*}modelName", "").strip()
        model = models.get(wanted) or models.get(f"{folder.name}.dmn") or next(iter(models.values()), None)
        for case in root.iterchildren("{*}testCase"):
            for node in case.iterchildren("{*}resultNode"):
                name = f"{folder.name}/{_number(path)}/{case.get('id')}/{node.get('name')}"
                yield _outcome(name, model, case, node)


def _number(path: Path) -> str:
    """What tells the test files of a folder apart: `01` of `0001-strings-test-01.xml`."""
    return path.stem.rpartition("-test-")[2]


def _models(folder: Path) -> dict[str, DecisionModel]:
    """The folder's models by file name; each is read after those that it imports."""
    waiting, links = {}, {}
    for path in sorted(folder.glob("*.dmn")):
        data = path.read_bytes()
        with suppress(InvalidFile):  # its tests fail, for want of a model
            links[path.name] = imported_namespaces(data, source=path.name)
            waiting[path.name] = data
    read: dict[str, DecisionModel] = {}
    while waiting:
        open_namespaces = {links[name][0] for name in waiting}
        ready = [name for name in waiting if not open_namespaces.intersection(links[name][1])] or list(waiting)
        for name in ready:
            with suppress(InvalidFile):
                read[name] = read_decisions(waiting.pop(name), source=name, imports=list(read.values()), strict=False)
    return dict(sorted(read.items()))


def _outcome(name: str, model: DecisionModel | None, case, node) -> Outcome:
    expected_node = node.find("{*}expected")
    expected = value_in(expected_node) if expected_node is not None else None
    try:
        inputs = {item.get("name"): value_in(item) for item in case.iterchildren("{*}inputNode")}
        actual = _decide(model, case, node.get("name"), inputs)
    except (DecisionFailed, FeelError) as failure:
        passed = expected is None and model is not None
        return Outcome(name=name, passed=passed, detail=f"{type(failure).__name__}: {failure}")
    except Exception as crash:  # a crash in one test must not hide the others
        return Outcome(name=name, passed=False, detail=f"crashed with {type(crash).__name__}: {crash}")
    passed = matches_expected(actual, expected)
    return Outcome(name=name, passed=passed, detail=f"got {_shown(actual)}, expected {_shown(expected)}")


def _decide(model: DecisionModel | None, case, result_name: str, inputs: Mapping[str, object]) -> object:
    if model is None:
        raise NoSuchDecision(result_name, [])
    kind = case.get("type") or "decision"
    wanted = (case.get("invocableName") or result_name) if kind != "decision" else result_name
    element = next(
        (e for e in model.elements.values() if e.name == wanted and (kind != "decision" or e.id in model.decisions)),
        None,
    )
    result = model.evaluate(element.id if element else wanted, inputs, now=NOW)
    value = to_feel(result.value)
    if isinstance(element, DecisionService) and len(element.outputs) > 1 and isinstance(value, dict):
        return value.get(result_name, value)
    return value


def _with_unique_names(outcomes: list[Outcome]) -> list[Outcome]:
    seen: Counter[str] = Counter()
    unique = []
    for outcome in outcomes:
        seen[outcome.name] += 1
        count = seen[outcome.name]
        name = outcome.name if count == 1 else f"{outcome.name} #{count}"
        unique.append(Outcome(name=name, passed=outcome.passed, detail=outcome.detail))
    return unique


def _shown(value: object) -> str:
    text = _TEXT.evaluate({"value": value})
    return "null" if text is None else str(text)[:200]


_TEXT = parse("string(value)")

if __name__ == "__main__":
    sys.exit(main())
