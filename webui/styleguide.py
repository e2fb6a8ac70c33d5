"""The style guide: every component on one page, for whoever writes the next page. Shown only while developing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template

from webui.context import services

blueprint = Blueprint("styleguide", __name__)
FORM = {
    "type": "default",
    "id": "handle",
    "components": [
        {"type": "textfield", "key": "cause", "label": "原因 / Cause", "validate": {"required": True}},
        {"type": "textarea", "key": "solution", "label": "处理内容 / What was done"},
        {
            "type": "radio",
            "key": "outcome",
            "label": "结果 / Outcome",
            "values": [{"label": "已解决 / Solved", "value": "solved"}, {"label": "等待客户 / Waiting", "value": "wait"}],
        },
        {"type": "number", "key": "minutes", "label": "用时（分钟）/ Minutes"},
    ],
}


@blueprint.get("/styleguide")
def show() -> str:
    """Show every macro of _ui.html with invented data."""
    clock = getattr(services(), "clock", None)
    now = clock.now() if clock else datetime(2026, 1, 5, 1, 30, tzinfo=UTC)
    due = {name: now + timedelta(minutes=minutes) for name, minutes in (("late", -12), ("soon", 9), ("ok", 200))}
    form = {"schema": FORM, "data": {"minutes": 5}, "submitUrl": "#", "revision": 1, "draftKey": "styleguide-task"}
    return render_template("_styleguide.html", now=now, due=due, form=form, page_url="?page={}".format)
