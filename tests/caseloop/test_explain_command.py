"""`caseloop explain` says a case's explanation as text and as JSON."""

from __future__ import annotations

import json
from datetime import UTC

from click.testing import CliRunner, Result

from caseloop.cli import main
from caseloop.cli.clock import lines
from caseloop.explained import as_text
from desk.casework.explanation import Explanation
from desk.clocks.evaluation import evaluate
from desk.clocks.explaining import explanation
from desk.limits.timing import ClockWhy
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started
from tests.support.product import Product


def run(product: Product, *arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": str(product.services.settings.home)})


def test_the_text_tells_where_why_who_and_when(product: Product) -> None:
    number = product.open_case()
    answer = run(product, "explain", number)
    assert answer.exit_code == 0, answer.output
    assert "At 处理需求 since 2026-01-05 09:30" in answer.output
    assert "assigned to li (the only one free in complaints with skill complaint)" in answer.output
    assert "considered li load 0 of 10" in answer.output
    assert "客户无法正常使用服务或产品，判为紧急" in answer.output
    assert "解决超时: 2026-01-05 11:30; moves with clock, clocks" in answer.output
    assert "通知处理人: notify done" in answer.output


def test_the_clocks_tell_due_and_steps_in_the_desks_zone(product: Product) -> None:
    answer = run(product, "clock", product.open_case())
    assert answer.exit_code == 0, answer.output
    assert "2026-01-05 11:30 Asia/Shanghai" in answer.output
    assert " UTC" not in answer.output


def test_a_clock_that_runs_says_so_once_and_its_steps_hold_words_without_codes() -> None:
    events, now = [started("2024-03-05T09:00", 24, "h"), made.pause("2024-03-05T10:00", "third_party")], local("2024-03-05T11:00")
    running, paused = (
        list(
            lines(
                ClockWhy(
                    name="solve",
                    round=1,
                    state=evaluate(some, CALENDARS, now),
                    steps=explanation(some, CALENDARS, now),
                    verdicts=(),
                    noted=(),
                ),
                UTC,
            )
        )
        for some in (events[:1], events)
    )
    assert running[0] == "  solve, round 1: running; due 2024-03-06T01:00:00+00:00"
    assert running[-1].endswith("1440 minutes of the calendar, and 0 of pauses")
    assert "paused for third party:" in paused[-1]
    assert paused[0].startswith("  solve, round 1: paused; ")


def test_a_paused_clock_says_when_it_is_due_if_it_goes_on_as_planned() -> None:
    state = evaluate([started("2024-03-05T09:00", 24, "h"), made.pause("2024-03-05T10:00")], CALENDARS, local("2024-03-05T11:00"))
    planned = {"resumes_at": local("2024-03-05T12:00"), "due_then": local("2024-03-06T11:00")}
    why = ClockWhy(name="solve", round=1, state=state, steps=(), verdicts=(), noted=(), **planned)
    said = next(lines(why, UTC))
    assert said.endswith("; not due while it is paused, 2024-03-06T03:00:00+00:00 if it goes on at 2024-03-05T04:00:00+00:00")


def test_a_case_with_nothing_due_says_so() -> None:
    ended = Explanation(stands=(), decisions=(), due=(), clocks=(), attempts=())
    assert as_text("NR1", ended, UTC).splitlines()[-2:] == ["  Due: nothing any more", "  Tried: nothing"]


def test_json_has_every_part(product: Product) -> None:
    numbers = [product.open_case(), product.open_case()]
    found = json.loads(run(product, "explain", *numbers, "--json").stdout)
    assert [each["case"] for each in found] == numbers
    assert found[0]["stands"][0]["choice"]["decision"]["reason_code"] == "only_one_free"
    assert found[0]["due"][0]["due_at"] == "2026-01-05T01:41:15+00:00"


def test_an_unknown_case_is_refused(product: Product) -> None:
    answer = run(product, "explain", "NR1")
    assert (answer.exit_code, answer.output) == (1, "Error: There is no case NR1. Check the number.\n")
