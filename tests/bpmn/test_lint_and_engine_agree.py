"""What the engine would refuse to compile, lint names first, element by element."""

from __future__ import annotations

import pytest

from bpmn.diagram import read_diagram
from bpmn.lint import Severity, check_diagram
from bpmn.normalise import normalise
from bpmn.package import ProcessPackage
from engine.spiff import CompileRefused, compile_process
from tests.bpmn.test_rules import SAMPLES
from tests.bpmn.test_shared_diagrams import FILES, read


def is_compiled(data: bytes) -> bool:
    plain = normalise(data)
    try:
        for process in read_diagram(plain).processes:
            compile_process(plain, process.id)
    except CompileRefused:
        return False
    return True


def has_errors(data: bytes) -> bool:
    return any(finding.severity is Severity.ERROR for finding in check_diagram(data))


@pytest.mark.parametrize("rule", SAMPLES)
def test_a_sample_of_a_rule_that_lint_lets_pass_compiles(rule: str) -> None:
    for subject in (SAMPLES[rule].good, SAMPLES[rule].bad):
        data = subject.diagram_bytes if isinstance(subject, ProcessPackage) else subject
        assert has_errors(data) or is_compiled(data)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", FILES)
def test_a_diagram_of_others_that_lint_lets_pass_compiles(name: str) -> None:
    assert has_errors(read(name)) or is_compiled(read(name))
