"""`caseloop audit` tells a whole history from a broken one, in words, in JSON and by its exit status."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caseloop.cli import main
from tests.support.product import Product


@pytest.fixture
def numbers(product: Product) -> list[str]:
    return [product.open_case(), product.open_case()]


def run(product: Product, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": str(product.services.settings.home)})


def tamper(product: Product, *statements: str) -> None:
    with sqlite3.connect(product.services.settings.home / "caseloop.db") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def test_whole_histories_are_summed_up(product: Product, numbers: list[str]) -> None:
    answer = run(product, "audit", "verify")
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("verified 2 cases, ")
    assert answer.output.endswith(" events: no break\n")


def test_a_break_is_named_and_fails_the_command(product: Product, numbers: list[str]) -> None:
    tamper(product, "UPDATE history_event SET by = 'zhao' WHERE instance_id = 2 AND seq = 3")
    answer = run(product, "audit", "verify")
    assert answer.exit_code == 1
    assert answer.output.splitlines()[0] == f"{numbers[1]}, event 3: it isn't what the engine wrote here"
    assert "1 break. Compare with a back-up" in answer.output
    assert run(product, "audit", "verify", numbers[0]).exit_code == 0


def test_json_has_every_break(product: Product, numbers: list[str]) -> None:
    tamper(product, "DELETE FROM history_event WHERE instance_id = 1 AND seq IN (3, 4)")
    answer = run(product, "audit", "verify", "--json")
    found = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert (found["cases"], found["older_than_the_chain"]) == (2, 0)
    assert [(each["case"], each["seq"], each["fault"]) for each in found["breaks"]] == [(numbers[0], 3, "missing")]


def test_an_unknown_number_is_refused(product: Product, numbers: list[str]) -> None:
    answer = run(product, "audit", "verify", "NR1")
    assert answer.exit_code == 1
    assert "NR1" in answer.output


def test_an_anchor_taken_before_shows_a_case_that_is_gone(product: Product, numbers: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "anchor.jsonl"
    kept.write_text(run(product, "audit", "anchor").stdout, "utf-8")
    assert run(product, "audit", "verify", "--anchor", str(kept)).exit_code == 0
    tamper(product, "DELETE FROM history_event WHERE instance_id = 2", "DELETE FROM process_instance WHERE id = 2")
    assert run(product, "audit", "verify").exit_code == 0
    answer = run(product, "audit", "verify", "--anchor", str(kept))
    assert answer.exit_code == 1
    assert f"{numbers[1]}: the anchor saw it with" in answer.output


def test_since_and_anchor_exclude_each_other(product: Product, numbers: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "anchor.jsonl"
    kept.write_text(run(product, "audit", "anchor").stdout, "utf-8")
    assert "leave out --since" in run(product, "audit", "verify", "--anchor", str(kept), "--since", "2026-01-01").output
    assert run(product, "audit", "verify", "--since", "2026-01-01").output.startswith("verified 2 cases")
    assert run(product, "audit", "verify", "--since", "2027-01-01").output.startswith("verified 0 cases")
