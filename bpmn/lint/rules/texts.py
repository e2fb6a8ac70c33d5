"""Labels that a language of the package lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpmn.lint.finding import Fault, Located, Place
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def missing_translation(subject: Subject) -> Iterator[Fault]:
    """Every Chinese label of diagram and forms has its counterpart in each language that the package carries."""
    if subject.package is None:
        return
    for language, texts in subject.package.texts.items():
        told: set[str] = set()
        for at, text, file in _labels(subject):
            if _CHINESE.search(text) and text not in texts and text not in told:
                told.add(text)
                yield Fault(
                    at=at,
                    message=Wording("“{text}” has no text in {language}", "“{text}”没有 {language} 译文"),
                    way_out=Wording("Add it to texts.{language}.toml", "请补充到 texts.{language}.toml"),
                    params={"text": text, "language": language},
                    file=file,
                )


def _labels(subject: Subject) -> Iterator[tuple[Located, str, str | None]]:
    for node in subject.nodes():
        yield node, node.name, None
    for artifact in subject.diagram.artifacts.values():
        yield artifact, artifact.name, None
    for _, flow in subject.diagram.flows():
        yield flow, flow.name, None
    for form in subject.package.forms.values() if subject.package else ():
        for path, field in form.inputs:
            yield Place(id=path, name=field.label), field.label, form.source
