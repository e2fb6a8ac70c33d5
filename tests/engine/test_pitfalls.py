"""That the whole engine has none of the pitfalls of docs/pitfalls.md, and that the page's table tells the truth."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bpmn.errors import MalformedForm
from engine.db import queries
from engine.db.database import Database
from engine.errors import Invalid
from engine.history import VariableSet
from engine.model import InstanceState
from engine.ports import Decision, Done, Fail, HandlerCall, JobOutcome
from engine.vault import KeyRing
from tests.engine.conftest import NINE, Bench
from tests.engine.constructs import incidents, retry, set_variables
from tests.engine.spiff.diagrams import chain, end, exclusive, flow, parallel, start
from tests.engine.spiff.test_flat_cost import calls_of
from tests.support.packages import extended, package, person, work, zeebe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pitfalls.md").read_text("utf-8")
FIELDS = [{"id": "f1", "type": "textfield", "key": "typename"}]
POISON = {"typename": "datetime", "value": "2026-01-01T00:00:00"}
EARLY, LATE = range(5, 10), range(995, 1000)


class Answering:
    """A decider that answers by a function of its inputs."""

    def __init__(self, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.name = "decide"
        self._answer = answer

    def gather(self, call: HandlerCall, tx: Any) -> None:
        return None

    def decide(self, call: HandlerCall, facts: None) -> Decision:
        return Decision(result=self._answer(dict(call.inputs)), reason="asked")


def noting(name: str) -> str:
    """A user task that appends its own name to the list `notes`."""
    mapped = zeebe("ioMapping", zeebe("output", source=f'= append(notes, "{name}")', target="notes"))
    return extended("userTask", name, zeebe("userTask"), mapped)


# -- P1: cost


@pytest.mark.slow
def test_p01_the_1000th_reopening_costs_what_the_second_costs(sqlite_template: Path, tmp_path: Path, vault: KeyRing) -> None:
    shutil.copy(sqlite_template, tmp_path / "caseloop.db")
    database = Database(f"sqlite:///{tmp_path / 'caseloop.db'}")
    bench = Bench(database, vault)
    bench.handlers["decide"] = Answering(lambda known: {"round": (known.get("count") or {"round": 0})["round"] + 1})
    instance = bench.start(
        package(
            start(), exclusive("merge"), work("count", "decide"), person("handle"), exclusive("ok", "ok-end"), end(),
            chain("start", "merge", "count", "handle", "ok", "end"), flow("ok", "merge", "= count.round &lt; 1002"),
        )
    )  # fmt: skip
    counted = {}
    for turn in range(1000):
        # counting takes as long as the work
        if turn in EARLY or turn in LATE:
            counted[turn] = calls_of(lambda: bench.do(instance, "handle"))
        else:
            bench.do(instance, "handle")
    early, late = (median(counted[turn] for turn in part) for part in (EARLY, LATE))
    assert late <= 1.02 * early
    assert bench.variables(instance)["count"] == {"round": 1001}
    assert bench.do(instance, "handle").state is InstanceState.ACTIVE
    assert bench.do(instance, "handle").state is InstanceState.COMPLETED
    database.dispose()


# -- P2 to P7: data


def test_p02_what_was_recorded_stays_as_it_was(bench: Bench) -> None:
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end")), case={"tags": ["old"]})
    set_variables(bench, instance, case={"tags": ["old", "new"]})
    recorded = [event.value for event in bench.history(instance, VariableSet) if event.name == "case"]
    assert recorded == [{"tags": ["old"]}, {"tags": ["old", "new"]}]


def test_p03_a_handler_that_changes_what_it_was_given_changes_nothing(bench: Bench) -> None:
    def spoil(known: dict[str, Any]) -> dict[str, Any]:
        known["case"]["tags"].append("spoilt")
        return {}

    bench.handlers["decide"] = Answering(spoil)
    story = package(
        start(), work("x", "decide"), exclusive("g", "g-good"), person("good"), person("bad"), end(),
        chain("start", "x", "g", "good", "end"), flow("g", "bad", '= list contains(case.tags, "spoilt")'), chain("bad", "end"),
    )  # fmt: skip
    instance = bench.start(story, case={"tags": ["mine"]})
    assert list(bench.tasks(instance)) == ["good"]
    assert bench.variables(instance)["case"] == {"tags": ["mine"]}
    assert [event.value for event in bench.history(instance, VariableSet) if event.name == "case"] == [{"tags": ["mine"]}]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_p04_parallel_branches_never_lose_a_list_item(bench: Bench, order: str) -> None:
    story = package(
        start(), parallel("fork"), noting("a"), noting("b"), parallel("join"), person("after"), end(),
        chain("start", "fork", "a", "join", "after", "end"), chain("fork", "b", "join"),
    )  # fmt: skip
    instance = bench.start(story, notes=["n0"])
    for name in order:
        bench.restarted().do(instance, name)
    assert bench.variables(instance)["notes"] == ["n0", *order]
    assert list(bench.tasks(instance)) == ["after"]


def test_p05_a_change_of_type_alone_is_kept(bench: Bench) -> None:
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end")), n=1)
    seen = []
    for value in (True, 1.0, Decimal("1.0"), 1):
        set_variables(bench.restarted(), instance, n=value)
        seen.append(repr(bench.variables(instance)["n"]))
    assert seen == ["True", "1.0", "Decimal('1.0')", "1"]
    assert len(bench.history(instance, VariableSet)) == 5


def test_p06_what_cannot_be_kept_is_refused_before_anything_is_written(bench: Bench) -> None:
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end")), price=Decimal("1.20"), since=NINE)
    for value in ({1}, {1: "one"}, object()):
        with pytest.raises(Invalid):
            set_variables(bench, instance, bad=value)
    assert bench.variables(instance) == {"price": Decimal("1.20"), "since": NINE}


def test_p07_data_with_a_key_named_typename_is_data_like_any_other(bench: Bench) -> None:
    bench.handlers["decide"] = Answering(lambda known: POISON)
    story = package(start(), work("x", "decide"), person("a"), end(), chain("start", "x", "a", "end"))
    instance = bench.start(story, form=POISON, **POISON)
    assert bench.variables(instance) == {"form": POISON, "x": POISON, **POISON}
    assert bench.restarted().do(instance, "a").state is InstanceState.COMPLETED


def test_p07_no_form_may_ask_for_it() -> None:
    with pytest.raises(MalformedForm, match="typename"):
        package(start(), end(), chain("start", "end"), forms={"poison": FIELDS})


# -- P13, P16, P18


def test_p13_a_timer_that_was_due_fires_before_the_late_answer_is_taken(bench: Bench) -> None:
    due = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT15M</bpmn:timeDuration></bpmn:timerEventDefinition>"
    late = f'<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">{due}</bpmn:boundaryEvent>'
    ways = chain("start", "a", "end") + chain("late", "b", "over")
    instance = bench.start(package(start(), person("a"), late, person("b"), end(), end("over"), ways))
    bench.clock.advance(hours=1)
    assert bench.do(instance, "a").state is InstanceState.ACTIVE
    assert bench.tasks(instance)["b"].created_at == NINE + timedelta(minutes=15)


class Charging:
    """A doer that changes what it was given and fails the first time."""

    name = "charge"

    def __init__(self) -> None:
        self.seen: list[tuple[Any, str]] = []

    def do(self, call: HandlerCall) -> JobOutcome:
        call.inputs["log"].append("charged")
        self.seen.append((list(call.inputs["log"]), call.idempotency_key))
        return Done() if len(self.seen) > 1 else Fail(reason="half-way", permanent=True)


def test_p16_a_handler_that_failed_half_way_begins_anew_with_what_was_stored(bench: Bench) -> None:
    charging = bench.handlers["charge"] = Charging()
    story = package(start(), work("x", "charge"), person("after"), end(), chain("start", "x", "after", "end"))
    instance = bench.start(story, log=[])
    bench.worker.run_until_idle()
    assert len(incidents(bench, instance)) == 1
    assert bench.variables(instance)["log"] == []
    retry(bench, instance)
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["after"]
    (first, key), (second, again) = charging.seen
    assert (first, second) == (["charged"], ["charged"])
    assert key == again


def test_p18_a_forms_field_shadows_neither_a_function_nor_a_variable(bench: Bench) -> None:
    fields = [{"id": "f1", "type": "textfield", "key": "count"}, {"id": "f2", "type": "textfield", "key": "allowed"}]
    story = package(
        start(), person("a", form_id="trick"), exclusive("g", "g-no"), person("yes"), person("no"), end(),
        chain("start", "a", "g", "no", "end"), flow("g", "yes", "= allowed and count([1, 2]) = 2"), chain("yes", "end"),
        forms={"trick": fields},
    )  # fmt: skip
    instance = bench.start(story, allowed=True)
    bench.do(instance, "a", {"count": "mine", "allowed": "no"})
    assert list(bench.tasks(instance)) == ["yes"]
    assert bench.variables(instance)["a"] == {"count": "mine", "allowed": "no"}


def test_two_versions_run_beside_each_other_and_keep_their_diagrams(bench: Bench) -> None:
    old = package(start(), person("a"), end(), chain("start", "a", "end"))
    new = package(start(), person("a"), person("more"), end(), chain("start", "a", "more", "end"), version="2.0")
    first = bench.start(old, "K-1")
    second = bench.start(new, "K-2")
    assert bench.restarted().do(first, "a").state is InstanceState.COMPLETED
    assert bench.restarted().do(second, "a").state is InstanceState.ACTIVE
    with bench.db.reading() as tx:
        assert [each.version for each in queries.deployments(tx)] == ["1.0", "2.0"]


# -- by the walls of the code

LIBRARY = "SpiffWorkflow"
ALLOWED = {
    "SpiffWorkflow.bpmn.parser", "SpiffWorkflow.bpmn.script_engine", "SpiffWorkflow.bpmn.specs", "SpiffWorkflow.exceptions",
    "SpiffWorkflow.specs", "SpiffWorkflow.task", "SpiffWorkflow.util", "SpiffWorkflow.workflow",
}  # fmt: skip
"""What we take of the library: no serializer (P5 to P8, P20, P24), no migration (P19), no decision tables (P22)."""


def test_p19_p22_p24_neither_its_serializer_nor_its_migration_nor_its_tables_are_ever_imported() -> None:
    taken = set()
    for path in (ROOT / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            taken |= {name for name in names if name.split(".")[0] == LIBRARY}
    assert taken
    assert [name for name in taken if not any(name == each or name.startswith(f"{each}.") for each in ALLOWED)] == []


def test_p26_the_mark_of_bpmn_io_is_nowhere_hidden_and_the_licences_are_told() -> None:
    for path in (ROOT / "webui" / "frontend" / "src").rglob("*.css"):
        assert "bjs-powered-by" not in path.read_text("utf-8"), path
    assert "LGPL" in PAGE
    assert "bpmn.io" in PAGE


# -- the table

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*::[^|]*) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/.]+)::(\w+)`")
ROWS = {match[1]: match for match in ROW.finditer(PAGE)}


def test_every_pitfall_has_its_row() -> None:
    assert [name for name in ROWS if re.match(r"P\d", name)] == [f"P{number}" for number in range(1, 27)]
    assert len(PAGE.split("## Constructs")[1].strip().splitlines()) - 4 == len(ROWS) - 26 == 11


@pytest.mark.parametrize("name", ROWS)
def test_every_row_names_tests_that_exist(name: str) -> None:
    told = [NAMED.findall(column) for column in (ROWS[name][3], ROWS[name][4])]
    assert all(told), "one of its columns names no test"
    for path, function in (each for column in told for each in column):
        assert f"def {function}(" in (ROOT / "tests" / path).read_text("utf-8"), f"{path}::{function}"


def test_every_trap_that_is_watched_stands_in_the_table() -> None:
    path = "engine/spiff/test_traps.py"
    watched = re.findall(r"^def (test_\w+)\(", (ROOT / "tests" / path).read_text("utf-8"), re.MULTILINE)
    assert [name for name in watched if f"`{path}::{name}`" not in PAGE] == []
