"""Texts of a process package in the viewer's language: names of nodes, reasons of table rows, labels of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bpmn.package import ProcessPackage
from engine.model import UserTask
from webui.context import services
from webui.i18n import gettext, language, mark
from webui.limits.clock_words import clock_name

SHOWN = frozenset({"label", "description", "text", "dateLabel", "timeLabel", "placeholder", "title", "content"})
BETWEEN_REASONS = "; "
OURS = frozenset(
    {
        mark("as agreed with the department"),
        mark("by default: a department has 4 working hours"),
        mark("by default: feedback is analysed within 24 hours"),
        mark("by default: handed over within 24 hours"),
        mark("by default: handed over in half of the solution's time"),
        mark("no row applies: as a normal one"),
    }
)
"""Reasons of the desk's own rules, which no package can translate."""


def package_of(deployment_id: int) -> ProcessPackage:
    """The package of a deployment. Raises NotFound."""
    return services().engine.definition(deployment_id).package


def in_words(package: ProcessPackage, text: str) -> str:
    """A text of the package, or several joined by "; ", in the viewer's language."""
    return BETWEEN_REASONS.join(
        gettext(part) if part in OURS else package.translate(part, language()) for part in text.split(BETWEEN_REASONS)
    )


def task_names(tasks: Sequence[UserTask]) -> dict[int, str]:
    """What tasks are called, by id, in the viewer's language; who follows up a missed limit reads which one."""
    desk = services().desk
    clocks_of = desk.escalations.clocks_of(tasks)
    names = {}
    for task in tasks:
        name = in_words(desk.tasks.package(task.process_key, task.version), task.name)
        clocks = dict.fromkeys(clock_name(clock) for clock in clocks_of.get(task.id, ()))
        names[task.id] = " · ".join([name, *clocks])
    return names


def form_schema(schema: Mapping[str, Any], texts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A form-js schema with every text that is shown in the viewer's language; keys and values stay as they are.

    Times are shown and sent as wall time of the desk, whatever the browser's time zone is.
    """
    known = texts.get(language(), {})
    return _translated(schema, known)


def _translated(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        value = {**value, "timeSerializingFormat": "no_timezone"} if value.get("type") == "datetime" else value
        return {
            name: known.get(each, each) if name in SHOWN and isinstance(each, str) else _translated(each, known)
            for name, each in value.items()
        }
    return [_translated(each, known) for each in value] if isinstance(value, list) else value
