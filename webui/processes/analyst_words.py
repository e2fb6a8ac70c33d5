"""What the templates of the analysts' and supervisors' pages may ask beside what every page may."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from bpmn.package import ProcessPackage
from webui.context import viewer
from webui.i18n import language
from webui.staffing.people_names import name_of, team_name, teams


def install(blueprint: Blueprint) -> None:
    """Give the blueprint's templates names of people and teams, and whether the viewer may change processes."""
    blueprint.context_processor(_words)


def translated(text: str, package: ProcessPackage) -> str:
    """A label of the package in the viewer's language."""
    return package.translate(text, language())


def _words() -> dict[str, Any]:
    me = viewer()
    return {
        "name_of": name_of,
        "team_name": team_name,
        "team_count": len(teams()),
        "may_change": me is not None and me.has_role("analyst"),
        "between": "、" if language() == "zh" else ", ",
    }
