"""One task: its form, its case beside it, and the four verbs claim, release, reassign, complete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from desk.casework.cases import CaseView
from desk.casework.surveys import Opinion
from desk.casework.taskviews import TaskView
from desk.errors import HelpPending
from desk.instants import as_wall_time
from engine.errors import Conflict, Gone, NotFound, TaskNotYours
from engine.model import TaskState
from webui.access import for_roles, go_to, own_path, signed_in
from webui.bodies import answers_of, json_object, revision_sent
from webui.casework.casepage import case_texts
from webui.context import services, time_zone
from webui.errors import Failure, answer
from webui.i18n import format_datetime, gettext
from webui.processes.process_texts import form_schema, in_words, task_names
from webui.staffing.people_names import agents, name_of
from webui.wording import advice, sentence, title

blueprint = Blueprint("tasks", __name__)
for_roles(blueprint, "agent", "supervisor")


@blueprint.get("/tasks/<int:task_id>")
def show(task_id: int) -> str:
    """The task's page, also when it is done or held by a colleague: then it can be read."""
    agent = signed_in()
    view = services().desk.tasks.task(task_id, viewer=agent.login)
    case = _case(view, agent.login)
    return render_template(
        "tasks/show.html",
        view=view,
        task=view.task,
        name=task_names([view.task])[task_id],
        case=case,
        opinion=_last_opinion(case) if case else None,
        form=_form(view) if view.form else None,
        stages=_stages(view),
        is_open=view.task.state in (TaskState.CREATED, TaskState.CLAIMED),
        colleagues=_colleagues(view),
        may_split=case is not None and (agent.leads or agent.login == case.case.owner),
        now=services().clock.now(),
        **case_texts(view.number if view.is_case else None, agent.login, view.package),
    )


def _case(view: TaskView, login: str) -> CaseView | None:
    return services().desk.cases.case(view.number, viewer=login) if view.is_case else None


def _last_opinion(case: CaseView) -> Opinion | None:
    """What the customer said about the rounds before this one: why the case came back."""
    earlier = [one for one in services().desk.surveys.opinions(case.number) if one.round < case.case.round]
    return earlier[-1] if earlier else None


def _form(view: TaskView) -> dict[str, Any]:
    """What the page's form script reads."""
    assert view.form
    return {
        "schema": form_schema(view.form.schema, view.package.texts),
        "data": as_wall_time(view.form, {key: view.data[key] for key, _ in view.form.inputs if key in view.data}, time_zone()),
        "submitUrl": url_for("tasks.complete", task_id=view.task.id),
        "revision": view.task.revision,
        "draftKey": f"task-{view.task.id}",
        "readOnly": not view.mine,
    }


def _stages(view: TaskView) -> list[tuple[str, str]]:
    """The choices of the form's field `stage`, to note progress under the same names."""
    fields = dict(view.form.inputs) if view.form else {}
    values = fields["stage"].component.get("values", []) if "stage" in fields else []
    return [("", "–")] + [(str(each["value"]), in_words(view.package, str(each["label"]))) for each in values]


def _colleagues(view: TaskView) -> list[tuple[str, str]]:
    """Whom the task may be given to: its teams' members first."""
    found = [one for one in agents().values() if one.active and one.role != "analyst" and one.login != view.task.assignee]
    groups = set(view.task.candidate_groups)
    found.sort(key=lambda one: (groups.isdisjoint(one.team_keys), one.name))
    return [(one.login, f"{one.name} ({one.login})") for one in found]


@blueprint.post("/tasks/<int:task_id>/claim")
def claim(task_id: int) -> Response:
    """Take the task; with `call`, note too that the customer is on the phone now."""
    work = services().desk.work
    take = work.start if "call" in request.form else work.claim
    take(task_id, by=signed_in().login, revision=revision_sent())
    return go_to(url_for("tasks.show", task_id=task_id))


@blueprint.post("/tasks/<int:task_id>/release")
def release(task_id: int) -> Response:
    """Give the task back to its team."""
    services().desk.work.release(task_id, by=signed_in().login, revision=revision_sent())
    flash(gettext("The task is back with its team."), "good")
    return go_to(url_for("inbox.show"))


@blueprint.post("/tasks/<int:task_id>/reassign")
def reassign(task_id: int) -> Response:
    """Hand the task to somebody else, with a reason."""
    to, reason = request.form.get("assignee", ""), request.form.get("reason", "")
    task = services().desk.work.reassign(task_id, assignee=to, by=signed_in().login, reason=reason, revision=revision_sent())
    flash(gettext("The task is with %(name)s now.", name=name_of(task.assignee)), "good")
    return go_to(own_path(request.form.get("back"), url_for("inbox.show")))


@blueprint.post("/tasks/<int:task_id>/complete")
def complete(task_id: int) -> ResponseReturnValue:
    """Take the form's answers; refuse with the fields, or with what changed meanwhile."""
    login = signed_in().login
    view = services().desk.tasks.task(task_id, viewer=login)
    data, revision = answers_of(json_object())
    try:
        services().desk.work.complete(task_id, data, by=login, revision=revision)
    except HelpPending as error:
        return _refused(HelpPending(view.number, tuple(in_words(view.package, one) for one in error.details["tasks"])))
    except (Conflict, TaskNotYours) as error:
        return _refused(error, _what_changed(task_id, login))
    done = gettext("%(task)s of %(number)s is done.", task=in_words(view.package, view.task.name), number=view.number)
    flash(done, "good")
    return jsonify(message=done, next=url_for("inbox.show"))


def _refused(error: Conflict | TaskNotYours, changed: str = "") -> ResponseReturnValue:
    message = " ".join(filter(None, (sentence(error), changed)))
    told = Failure(status=409, title=title(409), message=message, code=error.code, advice=advice(409), changes=changed or None)
    return answer(told)


def _what_changed(task_id: int, login: str) -> str:
    """Who has the task now and since when, for somebody whose page is older than that."""
    try:
        task = services().desk.tasks.task(task_id, viewer=login).task
    except (NotFound, Gone):
        return ""
    if task.ended_at:
        ended = (
            gettext("It was completed at %(time)s.")
            if task.state is TaskState.COMPLETED
            else gettext("It was withdrawn at %(time)s.")
        )
        return ended % {"time": format_datetime(task.ended_at)}
    if task.assignee is None:
        return gettext("It is back with its team and held by nobody.")
    if task.claimed_at is None:
        return gettext("It was given to %(name)s, who has not begun.", name=name_of(task.assignee))
    return gettext("%(name)s holds it since %(time)s.", name=name_of(task.assignee), time=format_datetime(task.claimed_at))
