"""Lint as a whole: order, severities, bpmnlint's rules, and files that cannot be read."""

from __future__ import annotations

import time

import pytest

from bpmn.bpmn_io_port import PortFailed
from bpmn.lint import RULES, Severity, check_diagram, check_files, check_package
from bpmn.lint import bpmnlint as port
from tests.bpmn.samples import MANIFEST, diagram, end, flow, form, package, start, straight, tag, user_task
from tests.support.material import shared_data


def test_errors_come_before_warnings_and_lines_in_order() -> None:
    found = check_diagram(diagram(start(), tag("task", id="b"), tag("scriptTask", id="a"), end(), flow("start", "end")))
    ranks = [list(Severity).index(finding.severity) for finding in found]
    assert ranks == sorted(ranks)
    errors = [finding.line for finding in found if finding.severity is Severity.ERROR]
    assert errors == sorted(errors)


def test_settings_change_a_severity_or_silence_a_rule() -> None:
    data = straight(tag("scriptTask", id="x", name="Run"))
    for given, expected in (("warning", ["warning"]), ("off", [])):
        found = check_diagram(data, severities={"no-script-task": given})
        assert [finding.severity.value for finding in found if finding.rule == "no-script-task"] == expected


def test_bpmnlint_speaks_too_also_of_files_that_do_not_list_their_flows() -> None:
    rules = {finding.rule: finding for finding in check_diagram(diagram(start(), tag("userTask", id="x", name="Alone")))}
    assert rules["bpmnlint/no-disconnected"].element_name == "Alone"
    assert rules["bpmnlint/no-disconnected"].text("zh") == "“Alone”：没有连接。请连接或删除该元素"
    connected = {finding.rule for finding in check_diagram(straight(user_task("x")))}
    assert "bpmnlint/no-disconnected" not in connected


def test_a_crashing_rule_of_ours_is_a_finding_is_logged_and_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crashes(subject: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("bpmn.lint.check.RULES", {"broken": crashes, "no-script-task": RULES["no-script-task"]})
    found = check_diagram(straight(tag("scriptTask", id="x")))
    assert {"broken", "no-script-task"} <= {finding.rule for finding in found}
    assert "ZeroDivisionError oh" in next(finding.message for finding in found if finding.rule == "broken")
    (record,) = [each for each in caplog.records if each.name == "bpmn.lint.check"]
    assert ("broken" in record.getMessage(), record.exc_info is not None) == (True, True)


def test_a_crashing_rule_of_bpmnlint_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def crashes(rule: str, definitions: object) -> None:
        raise PortFailed(f"{rule} TypeError")

    monkeypatch.setattr(port, "rule_reports", crashes)
    found = check_diagram(straight(user_task("x")))
    assert "bpmnlint/fake-join" in {finding.rule for finding in found if "TypeError" in finding.message}


def test_a_file_that_cannot_be_read_is_one_finding() -> None:
    found = check_diagram(b"<a>\n<b>", source="cut.bpmn")
    assert [(finding.rule, finding.severity, finding.file, finding.line) for finding in found] == [
        ("readable", Severity.ERROR, "cut.bpmn", 2)
    ]


def test_a_package_with_an_unreadable_form_is_one_finding_about_that_form() -> None:
    files = {"process.toml": MANIFEST, "story.bpmn": straight(user_task("x")), "handle.form": b"{"}
    assert [(finding.rule, finding.file) for finding in check_files(files)] == [("readable", "handle.form")]


def test_a_whole_package_can_be_free_of_errors() -> None:
    found = check_package(package(straight(user_task("x")), handle__form=form()), handlers=[])
    assert [finding for finding in found if finding.severity is Severity.ERROR] == []


def test_names_with_braces_are_shown_as_they_are() -> None:
    found = check_diagram(straight(tag("scriptTask", id="x", name="{0} {name!r} {")))
    assert "“{0} {name!r} {”" in next(finding.message for finding in found if finding.rule == "no-script-task")


def test_deep_nesting_is_linted_without_a_crash() -> None:
    data = diagram("".join(f'<bpmn:subProcess id="s{n}">' for n in range(190)) + "</bpmn:subProcess>" * 190)
    assert not [finding for finding in check_diagram(data) if "failed" in finding.message]


@pytest.mark.slow
def test_a_large_diagram_is_linted_in_reasonable_time() -> None:
    begun = time.process_time()
    assert check_diagram(straight(*(user_task(f"t{number}") for number in range(3000))))
    assert time.process_time() - begun < 90, "a quadratic rule would take many minutes"


@pytest.mark.shared_data
def test_the_dangerous_diagram_is_refused_element_by_element() -> None:
    data = (shared_data() / "hostile" / "dangerous.bpmn").read_bytes()
    errors = {finding.element_id: finding for finding in check_diagram(data) if finding.severity is Severity.ERROR}
    assert errors.keys() == {"f1", "timer", "script"}
    assert "__import__('os').system('id > pwned_gateway')" in errors["f1"].message


@pytest.mark.shared_data
def test_the_diagram_that_fetches_a_file_is_refused() -> None:
    data = (shared_data() / "hostile" / "xxe.bpmn").read_bytes()
    assert [finding.message for finding in check_diagram(data, source="xxe.bpmn")] == [
        "the file has a DOCTYPE, which could pull in other files or entities"
    ]
