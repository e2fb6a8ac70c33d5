"""`python -m bpmn lint|render|diff`: check, draw and compare diagrams from a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from bpmn.compare import Differences, compare
from bpmn.diagram import read_diagram
from bpmn.errors import InvalidFile
from bpmn.lint import Finding, Severity, check_diagram, check_package
from bpmn.lint.check import unreadable
from bpmn.package import load_package
from bpmn.render import render_svg

_PATH = click.Path(exists=True, path_type=Path)
_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
_LANGUAGE = click.option("--language", type=click.Choice(["en", "zh"]), default="en", help="Language of messages.")


@click.group(help=__doc__, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    pass


@main.command()
@click.argument("path", type=_PATH)
@click.option("--handler", "handlers", multiple=True, help="A handler that is installed; may be repeated.")
@click.option("--function", "functions", multiple=True, help="A function that the product gives; may be repeated.")
@_FORMAT
@_LANGUAGE
def lint(path: Path, handlers: Sequence[str], functions: Sequence[str], form: str, language: str) -> None:
    """Check a package folder or a .bpmn file. Ends with status 1 if there are errors.

    \b
    Example: python -m bpmn lint processes/customer-service/1.0
    Example: python -m bpmn lint draft.bpmn --format json
    """
    findings = _findings(path, handlers=handlers or None, functions=functions or None)
    if form == "json":
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(_line(finding, language))
        click.echo(_summary(findings))
    sys.exit(any(finding.severity is Severity.ERROR for finding in findings))


@main.command()
@click.argument("path", type=_PATH)
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Where to write; standard output if not given.")
@click.option("--mark", "marked", multiple=True, help="Id of a node or flow to mark; may be repeated.")
@click.option("--format", "form", type=click.Choice(["svg", "json"]), default="svg", help='json: {"svg": …} on one line.')
def render(path: Path, output: Path | None, marked: Sequence[str], form: str) -> None:
    """Draw the diagram of a package folder or a .bpmn file as SVG.

    \b
    Example: python -m bpmn render processes/customer-service/1.0 -o process.svg
    Example: python -m bpmn render draft.bpmn --mark handle --mark archive
    """
    try:
        svg = render_svg(_diagram_bytes(path), marked=marked, source=path.name)
    except InvalidFile as error:
        raise click.ClickException(str(error)) from error
    text = json.dumps({"svg": svg}, ensure_ascii=False) + "\n" if form == "json" else svg
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@main.command()
@click.argument("old", type=_PATH)
@click.argument("new", type=_PATH)
@_FORMAT
@_LANGUAGE
def diff(old: Path, new: Path, form: str, language: str) -> None:
    """Say what differs between two diagrams (package folders or .bpmn files). Ends with status 1 if something does.

    \b
    Example: python -m bpmn diff processes/customer-service/1.0 processes/customer-service/1.1
    """
    try:
        found = compare(*(read_diagram(_diagram_bytes(path), source=str(path)) for path in (old, new)))
    except InvalidFile as error:
        raise click.ClickException(str(error)) from error
    if form == "json":
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        for line in _difference_lines(found, language):
            click.echo(line)
    sys.exit(bool(found))


def _findings(path: Path, **known: Sequence[str] | None) -> list[Finding]:
    if path.is_file():
        return check_diagram(path.read_bytes(), source=path.name, **known)
    try:
        return check_package(load_package(path), **known)
    except InvalidFile as error:
        return [unreadable(error)]


def _diagram_bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else load_package(path).diagram_bytes


def _line(finding: Finding, language: str) -> str:
    where = f"{finding.file}:{finding.line}" if finding.line else finding.file
    return f"{where}: {finding.severity.value}: {finding.text(language)}  [{finding.rule} {finding.element_id}".rstrip() + "]"


def _summary(findings: Sequence[Finding]) -> str:
    counts = [sum(finding.severity is severity for finding in findings) for severity in Severity]
    return f"{counts[0]} errors, {counts[1]} warnings, {counts[2]} infos"


def _difference_lines(found: Differences, language: str) -> list[str]:
    lines = [f"+ {element.kind} {element.name or element.id} ({element.id})" for element in found.added]
    lines += [f"- {element.kind} {element.name or element.id} ({element.id})" for element in found.removed]
    for changed in found.changed:
        lines.append(f"~ {changed.element.kind} {changed.element.name or changed.element.id} ({changed.element.id})")
        lines += [f"    {change.label(language)}: {change.old!r} → {change.new!r}" for change in changed.properties]
    moved = len(found.layout_changed)
    return [*lines, f"{moved} moved"] if moved else lines or ["no differences"]


if __name__ == "__main__":
    main(prog_name="python -m bpmn")
