"""Apply every rule. A rule that crashes is itself a finding, so that one bad rule hides nothing."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from bpmn.diagram.reader import diagram_from
from bpmn.errors import InvalidFile
from bpmn.lint.bpmnlint import bpmnlint_faults
from bpmn.lint.finding import Fault, Finding, Place, Severity
from bpmn.lint.rules import RULES
from bpmn.lint.severities import BPMNLINT_PREFIX, DEFAULTS, severity_of
from bpmn.lint.subject import Subject
from bpmn.package import ProcessPackage
from bpmn.wording import Wording
from bpmn.xml import parse_xml

log = logging.getLogger(__name__)
_NONE: Mapping[str, str] = MappingProxyType({})


def check_package(
    package: ProcessPackage,
    *,
    handlers: Collection[str] | None = None,
    functions: Collection[str] | None = None,
    severities: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Return all findings about a package, errors first.

    `handlers` are the names of the installed handlers, `functions` those of the functions that expressions may call besides
    FEEL's (None: not known, none is refused); `severities` maps rule names
    (`bpmnlint/<name>` for bpmnlint's) to "error", "warning", "info" or "off", over the defaults.
    """
    root = parse_xml(package.diagram_bytes, source=package.diagram_file)
    known = {"handlers": handlers, "functions": functions}
    return _apply(Subject(file=package.diagram_file, diagram=package.diagram, root=root, package=package, **known), severities)


def check_diagram(
    data: bytes,
    *,
    source: str = "",
    handlers: Collection[str] | None = None,
    functions: Collection[str] | None = None,
    severities: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Like `check_package`, for a diagram alone; a file that cannot be read is one finding."""
    try:
        root = parse_xml(data, source=source)
        diagram = diagram_from(root, source=source)
    except InvalidFile as error:
        return [unreadable(error, source)]
    return _apply(Subject(file=source, diagram=diagram, root=root, handlers=handlers, functions=functions), severities)


def check_files(
    files: Mapping[str, bytes],
    *,
    handlers: Collection[str] | None = None,
    functions: Collection[str] | None = None,
    severities: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Like `check_package`, for files that may not even make a package: the first unreadable one is the finding."""
    try:
        package = ProcessPackage.from_files(files)
    except InvalidFile as error:
        return [unreadable(error)]
    return check_package(package, handlers=handlers, functions=functions, severities=severities)


def unreadable(error: InvalidFile, source: str = "") -> Finding:
    """Return the finding that a file cannot be read."""
    return Finding(
        rule="readable",
        severity=Severity.ERROR,
        file=error.source or source,
        element_id="",
        element_name="",
        line=error.line or 0,
        message=error.fact,
        way_out=error.way_out,
        message_zh=error.fact_zh,
        way_out_zh=error.way_out_zh,
    )


def _apply(subject: Subject, severities: Mapping[str, str]) -> list[Finding]:
    findings = [
        fault.as_finding(rule, severity, subject.file)
        for rule, fault in (*_own_faults(subject, severities), *_port_faults(subject, severities))
        if (severity := severity_of(rule, severities)) is not Severity.OFF
    ]
    return sorted(dict.fromkeys(findings), key=lambda finding: finding.order)


def _own_faults(subject: Subject, severities: Mapping[str, str]) -> Iterator[tuple[str, Fault]]:
    for name, rule in RULES.items():
        if severity_of(name, severities) is Severity.OFF:
            continue
        try:
            yield from ((name, fault) for fault in rule(subject))
        except Exception as error:  # whatever a rule does wrong must not hide what the others find
            yield name, _crashed(name, error)


def _port_faults(subject: Subject, severities: Mapping[str, str]) -> Iterator[tuple[str, Fault]]:
    known = (name.removeprefix(BPMNLINT_PREFIX) for name in DEFAULTS if name.startswith(BPMNLINT_PREFIX))
    wanted = [name for name in known if severity_of(BPMNLINT_PREFIX + name, severities) is not Severity.OFF]
    if not subject.diagram.layout.shapes and "no-bpmndi" in wanted:
        wanted.remove("no-bpmndi")  # the rule no-layout says it once
    for name, fault in bpmnlint_faults(subject.root, wanted):
        yield BPMNLINT_PREFIX + name, fault


def _crashed(rule: str, error: Exception) -> Fault:
    log.error("lint_rule_crashed: %s", rule, exc_info=error)
    return Fault(
        at=Place(),
        message=Wording("The rule {rule} failed: {problem}", "规则 {rule} 执行失败：{problem}"),
        way_out=Wording("The other rules were applied; tell the operator", "其他规则已检查；请告知运维人员"),
        params={"rule": rule, "problem": f"{type(error).__name__} {error}"[:200]},
    )
