"""Words that templates need inside lists: `stages|map("stage_name")`, `teams|map("team_name")`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from flask import Blueprint
from markupsafe import Markup, escape

from webui.calendars.calendar_words import layer_name
from webui.labels import CASE_TYPES, PAUSE_REASONS, STAGES, label_of
from webui.limits.clock_words import clock_name
from webui.staffing.people_names import team_name

blueprint = Blueprint("words", __name__)
ADDRESS = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#@!$*+,;=%-]|&amp;)+")  # in text that is escaped already


@blueprint.app_template_filter("stage_name")
def stage_name(code: str) -> str:
    """A stage of the case in the viewer's language."""
    return label_of(STAGES, code).text


blueprint.add_app_template_filter(clock_name)


@blueprint.app_template_filter("pause_reason")
def pause_reason(code: str) -> str:
    """What a clock waits for, in the viewer's language."""
    return label_of(PAUSE_REASONS, code).text


@blueprint.app_template_filter("skill_name")
def skill_name(code: str) -> str:
    """A skill in the viewer's language; those that aren't types of case as they are."""
    return label_of(CASE_TYPES, code).text


@blueprint.app_template_filter("node_name")
def node_name(node_id: str, nodes: Mapping[str, str], words: Callable[[str], str]) -> str:
    """A node's name in the viewer's language; empty for gateways without a name."""
    name = nodes.get(node_id, "")
    return "" if name == node_id else words(name)


@blueprint.app_template_filter("linked")
def linked(text: str) -> Markup:
    """A text with its web addresses as links; everything else in it stays text."""
    return Markup(ADDRESS.sub(lambda found: f'<a href="{found[0]}" rel="noopener">{found[0]}</a>', str(escape(text))))


@blueprint.app_template_filter("variable")
def variable(name: str) -> str:
    """A variable as templates write it."""
    return f"${name}"


@blueprint.app_template_filter("layer_option")
def layer_option(layer: str) -> tuple[str, str]:
    """A layer of a calendar as an option of a select."""
    return layer, layer_name(layer)


@blueprint.app_template_filter("short_date")
def short_date(day: date) -> str:
    """A date in digits."""
    return day.isoformat()


blueprint.app_template_filter("team_name")(team_name)
