"""Each rule of ours: a good diagram in which it finds nothing, a bad one in which it names the element."""

from __future__ import annotations

import pytest

from bpmn.lint import RULES, Finding, check_diagram, check_package
from bpmn.package import ProcessPackage
from tests.bpmn.rule_samples import SAMPLES, catch, throw, timer, watched
from tests.bpmn.samples import (
    straight,
    tag,
    user_task,
)


def findings(subject: bytes | ProcessPackage) -> list[Finding]:
    known = {"handlers": ["notify"], "functions": ["clock"]}
    if isinstance(subject, bytes):
        return check_diagram(subject, source="x.bpmn", **known)
    return check_package(subject, **known)


def test_every_rule_has_its_good_and_bad_diagram() -> None:
    assert SAMPLES.keys() == RULES.keys()


@pytest.mark.parametrize("rule", SAMPLES)
def test_a_rule_finds_nothing_in_its_good_diagram(rule: str) -> None:
    assert [finding for finding in findings(SAMPLES[rule].good) if finding.rule == rule] == []


@pytest.mark.parametrize("rule", SAMPLES)
def test_a_rule_names_the_element_of_its_bad_diagram_in_both_languages(rule: str) -> None:
    sample = SAMPLES[rule]
    found = [finding for finding in findings(sample.bad) if finding.rule == rule]
    assert [finding.element_id for finding in found] == [sample.element]
    assert sample.says in found[0].text("en")
    assert found[0].file
    assert found[0].text("zh") != found[0].text("en")
    assert found[0].way_out
    assert found[0].way_out_zh


@pytest.mark.parametrize("text", ["PT15M", "P1D", "P2W", "P1DT2H", "PT0.5S", "P1Y2M"])
def test_iso_durations_are_taken_as_they_are(text: str) -> None:
    assert not _timer_findings("timeDuration", text)


@pytest.mark.parametrize("text", ["PT", "P", "-PT1H", "P1W2D", "P1.5M", "1h", "R3/PT1M", "${due}", "P1Y2D", "PT15M; rm"])
def test_durations_that_the_engine_would_misread_are_refused(text: str) -> None:
    assert _timer_findings("timeDuration", text)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("2026-11-21T09:30:00+08:00", True),
        ("2026-11-21T09:30Z", True),
        ("2026-11-21T09:30:00", False),
        ("2026-02-30T09:30:00Z", False),
        ("2026-11-21", False),
        ("= due", True),
        ("= due >", False),
    ],
)
def test_dates_need_a_zone(text: str, fine: bool) -> None:
    assert bool(_timer_findings("timeDate", text)) is not fine


def test_a_repeating_timer_where_the_event_occurs_once_is_refused() -> None:
    assert "occurs only once" in _timer_findings("timeCycle", "R3/PT10M")[0].message


@pytest.mark.parametrize(
    ("text", "fine"),
    [("R3/PT10M", True), ("R/P1D", True), ("= cycle", True), ("0 0 9 * * MON", False), ("PT1H", False), ("R3/PT0S", False)],
)
def test_repeating_timers_are_iso_cycles(text: str, fine: bool) -> None:
    cycle = tag("timerEventDefinition", tag("timeCycle", text))
    found = check_diagram(watched(user_task("t"), cycle, cancelActivity="false"))
    assert any(finding.rule == "valid-timer" for finding in found) is not fine


@pytest.mark.parametrize(
    ("inside", "maximum", "says"),
    [
        ("", None, "does not say how often"),
        ("not(done)", None, "not FEEL"),
        ("= not(done)", None, None),
        ("= not(done)", "0", "number from 1"),
        ("", "3", None),
        ("", "three", "number from 1"),
        ("", "1001", "number from 1"),
    ],
)
def test_a_standard_loop_says_how_often(inside: str, maximum: str | None, says: str | None) -> None:
    condition = tag("loopCondition", inside) if inside else ""
    marker = tag("standardLoopCharacteristics", condition, **({"loopMaximum": maximum} if maximum else {}))
    found = [finding for finding in check_diagram(straight(tag("userTask", marker, id="x"))) if finding.rule == "valid-loop"]
    assert [says in finding.message for finding in found] == ([True] if says else [])


@pytest.mark.parametrize(("text", "fine"), [("= a > 1", True), ("a > 1", False), ("= a >", False), ("", False)])
def test_the_condition_of_an_event_is_feel(text: str, fine: bool) -> None:
    found = check_diagram(straight(catch(tag("conditionalEventDefinition", tag("condition", text)))))
    assert any(finding.rule == "valid-condition" for finding in found) is not fine


def test_a_timer_without_time_is_named() -> None:
    found = check_diagram(straight(catch(tag("timerEventDefinition"))))
    assert "has no time" in next(finding.message for finding in found if finding.rule == "valid-timer")


@pytest.mark.parametrize(
    "element",
    [
        throw(tag("conditionalEventDefinition")),
        catch(tag("cancelEventDefinition")),
        catch(tag("escalationEventDefinition")),
        catch(),
        catch(tag("messageEventDefinition"), tag("timerEventDefinition")),
    ],
)
def test_events_that_do_not_run_are_refused(element: str) -> None:
    found = [finding for finding in check_diagram(straight(element)) if finding.rule == "supported-event"]
    assert [finding.element_id for finding in found] == ["x"]


def _timer_findings(kind: str, text: str) -> list[Finding]:
    return [finding for finding in check_diagram(timer(kind, text)) if finding.rule == "valid-timer"]
