"""Commands for running instances: what they print, what they refuse, how they exit."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from caseloop.cli import main
from engine import codec
from engine.db import queries
from engine.errors import Invalid
from engine.history import InstanceSuspended, TokenMoved, VariableSet
from tests.support.product import INTAKE, Product
from tests.support.versions import a_stuck_case


def run(product: Product, *arguments: str) -> Result:
    home = str(product.services.settings.home)
    return CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": home}, catch_exceptions=False)


def events(product: Product, number: str, kind: type) -> list[Any]:
    with product.services.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        return [each for each in queries.history(tx, product.services.vault, instance.id) if isinstance(each, kind)]


def test_an_incident_is_listed_with_the_way_to_repair_it_and_goes_when_it_is_repaired(product: Product) -> None:
    number = a_stuck_case(product)
    [found] = json.loads(run(product, "incidents", "--json").output)
    assert (found["number"], found["repair"].split(",")[0]) == (number, f"caseloop retry {found['id']}")
    assert "rules.wait_for_customer" in run(product, "incidents").output
    failed = run(product, "retry", str(found["id"]))
    assert failed.exit_code == 1
    assert "1 tried, 1 failed again." in failed.output
    assert run(product, "set", number, 'rules={"wait_for_customer": false}', "--reason", "was missing").exit_code == 0
    assert events(product, number, VariableSet)[-1].reason == "was missing"
    assert "0 failed again" in run(product, "retry", "--all", "--process", "customer-service").output
    assert run(product, "incidents").output == "No open incidents.\n"


def test_an_incident_that_holds_a_token_is_not_just_closed(product: Product) -> None:
    a_stuck_case(product)
    [found] = json.loads(run(product, "incidents", "--json").output)
    refused = run(product, "resolve", str(found["id"]), "--reason", "never mind")
    assert refused.exit_code == 1
    assert "move the token" in refused.output


def test_an_instance_shows_where_its_tokens_stand(product: Product) -> None:
    number = product.open_case()
    shown = run(product, "instance", number).output
    assert "customer-service 1.0, active" in shown
    assert "handle" in shown
    assert "variables: assignment, case, case_number" in shown
    assert "APP" not in shown, "values may hold what customers said"
    [found] = json.loads(run(product, "instance", number, "--json").output)
    handling = next(each for each in found["tokens"] if each["activity"] == "handle")
    assert handling["waits_for"] == "work"
    assert "classify" in handling["may_move_to"]
    assert found["variables"]["clocks"]["solve"]["due_at"]["$"] == "datetime"


def test_an_instance_is_suspended_and_resumed_and_refuses_what_makes_no_sense(product: Product) -> None:
    number = product.open_case()
    done = run(product, "suspend", number, "NR20000101001", "--reason", "the shop moves")
    assert done.exit_code == 1
    assert f"{number} was suspended; it is suspended now." in done.output
    assert "no process instance with the business key NR20000101001" in done.output
    assert [each.reason for each in events(product, number, InstanceSuspended)] == ["the shop moves"]
    assert "suspended by cli" in run(product, "instance", number).output
    again = run(product, "suspend", number, "--reason", "x")
    assert again.exit_code == 1
    assert "was suspended by cli" in again.output
    assert run(product, "resume", number, "--reason", "moved").exit_code == 0
    assert run(product, "cancel", number, "--reason", "opened twice").exit_code == 0
    over = run(product, "resume", number, "--reason", "x")
    assert f"{number} is cancelled" in over.output
    assert "Traceback" not in over.output


def test_a_token_is_moved_by_its_activity(product: Product) -> None:
    number = product.open_case()
    lost = run(product, "move", number, "--from", "nowhere", "--to", "classify", "--reason", "x")
    assert lost.exit_code == 1
    assert "no token stands at nowhere; open are:" in lost.output
    assert run(product, "move", number, "--from", "handle", "--to", "classify", "--reason", "wrong team").exit_code == 0
    [moved] = events(product, number, TokenMoved)
    assert (moved.activity_id, moved.to_activity_id, moved.by) == ("handle", "classify", "cli")
    refused = run(product, "move", number, "--from", "handle", "--to", "no-such", "--reason", "x")
    assert "the process has no such activity" in refused.output


@pytest.mark.parametrize(
    "arguments",
    [("retry",), ("retry", "1", "--all"), ("retry", "1", "--handler", "x"), ("suspend",), ("suspend", "NR1"),
     ("move", "NR1", "--to", "x", "--reason", "y"), ("set", "NR1", "amount", "--reason", "y")],
)  # fmt: skip
def test_what_is_missing_is_a_usage_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": str(tmp_path)}).exit_code == 2


@pytest.mark.parametrize("value", [1, 1.5, True, None, "x", [1, "a"], {"$": 1}, Decimal("1.10"), timedelta(minutes=5)], ids=repr)
def test_a_value_that_is_shown_is_read_back_with_its_type(value: Any) -> None:
    again = codec.read(codec.show(value))
    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize(
    "text",
    ["", "yes", "{", '{"$": "datetime", "v": "noon"}', '{"$": "datetime", "v": "2026-01-01T00:00:00"}', '{"$": "x", "v": 1}',
     '{"$": "decimal", "v": "x"}', '{"$": "dict", "v": 7}', "NaN", "[" * 100_000, '{"$": "datetime"}'],
)  # fmt: skip
def test_what_is_no_value_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid):
        codec.read(text)


def test_workers_delete_finished_jobs_and_keys_when_the_settings_say_so(product: Product) -> None:
    answers = {**INTAKE, "type": "inquiry"}
    number = product.desk.intake.open_case(answers, by="li", request_id="call-1")
    product.work()
    with product.services.db.reading() as tx:
        first = queries.jobs(tx)[0]
    product.clock.advance(days=91)
    product.work()
    with product.services.db.reading() as tx:
        assert first.id not in [job.id for job in queries.jobs(tx)]
    assert product.desk.intake.open_case(answers, by="li", request_id="call-1") != number
