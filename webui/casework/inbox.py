"""The work queue: mine, free to claim, my teams', everybody's; urgent first, then by time left; it refreshes itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, render_template, request, url_for

from desk.casework.inbox import MOST_SEARCHED, InboxItem, Scope
from desk.casework.taskviews import may_claim
from webui.access import for_roles, signed_in
from webui.context import services
from webui.processes.process_texts import task_names
from webui.staffing.people_names import name_of

blueprint = Blueprint("inbox", __name__)
for_roles(blueprint, "agent", "supervisor")
PAGE_SIZE = 25
SCOPES = ("mine", "free", "team", "all")
FILTERS = ("priority", "type", "tier")


@blueprint.get("/inbox")
def show() -> str:
    """The queue as a page; htmx asks for the rows alone."""
    agent = signed_in()
    allowed = SCOPES if agent.leads else SCOPES[:-1]
    scope = request.args.get("scope", "")
    scope = scope if scope in allowed else "mine"
    chosen = {name: request.args.get(name, "").strip()[:100] for name in ("text", *FILTERS)}
    found, total, page = _found(agent.login, scope, chosen, request.args.get("page", 1, type=int))
    pages = max(1, -(-total // PAGE_SIZE))
    counts = services().desk.inbox.counts(agent.login)
    return render_template(
        "inbox/_rows.html" if request.headers.get("HX-Request") else "inbox/show.html",
        items=found,
        names=task_names([item.task for item in found]),
        name_of=name_of,
        total=total,
        unfiltered=counts[Scope(scope)],
        counts=counts,
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


def _found(login: str, scope: str, chosen: Mapping[str, str], page: int) -> tuple[Sequence[InboxItem], int, int]:
    """The tasks of a page, how many there are on all of them, and the page's number, the last one for one behind it.

    Names of tasks and customers aren't known to the database: they are searched in the first MOST_SEARCHED tasks.
    """
    tasks, fitting = services().desk.inbox.tasks, {name: chosen[name] or None for name in FILTERS}
    text = chosen["text"].casefold()
    if text:
        searched = tasks(login, scope=scope, page_size=MOST_SEARCHED, **fitting).items
        names = task_names([item.task for item in searched])
        told = {item.task.id: (item.number, names[item.task.id], item.customer) for item in searched}
        wanted = [item for item in searched if any(text in each.casefold() for each in told[item.task.id])]
        page = min(max(page, 1), max(1, -(-len(wanted) // PAGE_SIZE)))
        return wanted[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], len(wanted), page
    found = tasks(login, scope=scope, page=page, page_size=PAGE_SIZE, **fitting)
    return found.items, found.total, found.page
