"""The work queue: mine, my teams', everybody's; urgent first, then by time left; it refreshes itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request, url_for

from desk.casework.inbox import MOST_SORTED, InboxItem
from desk.casework.taskviews import may_claim
from webui.access import for_roles, signed_in
from webui.context import services
from webui.people_names import name_of
from webui.process_texts import in_words

blueprint = Blueprint("inbox", __name__)
for_roles(blueprint, "agent", "supervisor")
PAGE_SIZE = 25
SCOPES = ("mine", "team", "all")
FILTERS = ("priority", "type", "tier")


@blueprint.get("/inbox")
def show() -> str:
    """The queue as a page; htmx asks for the rows alone."""
    agent = signed_in()
    allowed = SCOPES if agent.leads else SCOPES[:2]
    scope = request.args.get("scope", "")
    scope = scope if scope in allowed else "mine"
    chosen = {name: request.args.get(name, "").strip()[:100] for name in ("text", *FILTERS)}
    everything = services().desk.inbox.tasks(agent.login, scope=scope, page_size=MOST_SORTED).items
    names = {item.task.id: _name(item) for item in everything}
    wanted = [item for item in everything if _is_wanted(item, names[item.task.id], chosen)]
    pages = max(1, -(-len(wanted) // PAGE_SIZE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "inbox/_rows.html" if request.headers.get("HX-Request") else "inbox/show.html",
        items=wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        names=names,
        name_of=name_of,
        total=len(wanted),
        unfiltered=len(everything),
        counts=services().desk.inbox.counts(agent.login),
        now=services().clock.now(),
        scope=scope,
        scopes=allowed,
        chosen=chosen,
        page=page,
        pages=pages,
        page_url=lambda number: url_for("inbox.show", scope=scope, page=number, **_given(chosen)),
        rows_url=url_for("inbox.show", scope=scope, page=page, **_given(chosen)),
        scope_url=lambda name: url_for("inbox.show", scope=name, **_given(chosen)),
        may_claim=lambda task: may_claim(task, agent),
    )


def _given(chosen: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in chosen.items() if value}


def _is_wanted(item: InboxItem, name: str, chosen: Mapping[str, str]) -> bool:
    if any(chosen[field] and (item.case is None or getattr(item.case, field) != chosen[field]) for field in FILTERS):
        return False
    text = chosen["text"].casefold()
    return not text or any(text in each.casefold() for each in (item.number, name, item.customer))


def _name(item: InboxItem) -> str:
    """The task's name in the viewer's language, by the version of its case."""
    package = services().desk.tasks.package(item.task.process_key, item.task.version)
    return in_words(package, item.task.name)
