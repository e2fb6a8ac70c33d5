"""Customers' suggestions: handed to a team as a batch, each with its verdict (采纳/不采纳/待定), as a file too."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AnswersInvalid, NothingToHandOver
from desk.store.suggestions import SuggestionVerdict
from webui import labels
from webui.access import go_to, signed_in
from webui.context import services, time_zone
from webui.csv_files import csv_file
from webui.i18n import format_datetime, gettext, mark
from webui.labels import label_of
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import name_of, team_name, teams
from webui.staffing.plans import blueprint
from webui.wording import sentence

__all__ = ["blueprint"]
PAGE = 50
NUMBER, DESCRIPTION = "需求编号", "需求描述(含关键信息)"


@blueprint.get("/suggestions")
def suggestions() -> Response:
    """The batches that the viewer may see, and for those who lead a form to hand over."""
    return _batches("", 200)


def _batches(error: str, status: int) -> Response:
    login, today = signed_in().login, services().clock.now().astimezone(time_zone()).date()
    page = render_template(
        "teams/suggestions.html",
        batches=services().desk.suggestions.batches(viewer=login, limit=PAGE),
        last_of=lambda one: one.until_at - timedelta(seconds=1),
        most=PAGE,
        teams=[(key, team_name(key)) for key in teams()],
        first=request.form.get("first", (today - timedelta(days=30)).isoformat()),
        last=request.form.get("last", today.isoformat()),
        chosen=request.form.get("team", ""),
        error=error,
        team_name=team_name,
        name_of=name_of,
    )
    return make_response(page, status)


@blueprint.post("/suggestions")
def hand_over() -> Response:
    """Hand the suggestions received from the first to the last day to a team."""
    from_at, until_at = _midnight("first"), _midnight("last", days=1)
    if until_at <= from_at:
        return _batches(gettext("The last day lies before the first one."), 422)
    try:
        batch = services().desk.suggestions.hand_over(request.form.get("team", ""), from_at, until_at, by=signed_in().login)
    except NothingToHandOver as error:
        return _batches(sentence(error), 409)
    flash(gettext("The suggestions are handed to %(team)s, whose members are told.", team=team_name(batch.team)), "good")
    return go_to(url_for("teams.batch", batch_id=batch.id))


def _midnight(name: str, *, days: int = 0) -> datetime:
    """The instant at which the day of a form field begins, or that many days later."""
    try:
        day = date.fromisoformat(request.form.get(name, "")) + timedelta(days=days)
        return datetime.combine(day, time(), tzinfo=time_zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BodyUnreadable(f"{name} is not a date") from None


@blueprint.get("/suggestions/<int:batch_id>")
def batch(batch_id: int) -> Response:
    """What is in a batch."""
    return _batch(batch_id, {}, 200)


def _batch(batch_id: int, errors: dict[str, str], status: int) -> Response:
    found = services().desk.suggestions.of_batch(batch_id, viewer=signed_in().login)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = found[(number - 1) * PAGE : number * PAGE]
    page = render_template(
        "teams/batch.html",
        batch_id=batch_id,
        suggestions=shown,
        texts=_texts([one.case_number for one in shown]),
        total=len(found),
        open_ones=sum(one.verdict is SuggestionVerdict.UNDECIDED for one in found),
        page=number,
        pages=pages,
        page_url=lambda wanted: url_for("teams.batch", batch_id=batch_id, page=wanted),
        errors=errors,
        name_of=name_of,
    )
    return make_response(page, status)


def _texts(numbers: list[str]) -> dict[str, str]:
    """What the customers said, masked as in the company's table."""
    return {row[NUMBER]: row[DESCRIPTION] for row in services().desk.tables.record_table(numbers)}


@blueprint.post("/suggestions/<int:batch_id>/<number>")
def judge(batch_id: int, number: str) -> Response:
    """Give one suggestion its verdict."""
    verdict = request.form.get("verdict", "")
    if verdict not in list(SuggestionVerdict):
        raise BodyUnreadable("there is no such verdict")
    reason = request.form.get("reason", "")
    try:
        services().desk.suggestions.judge(number, SuggestionVerdict(verdict), reason=reason, by=signed_in().login)
    except AnswersInvalid as error:
        return _batch(batch_id, {number: " ".join(sentence(each) for each in error.errors.values())}, 422)
    flash(gettext("%(number)s: %(verdict)s.", number=number, verdict=label_of(labels.SUGGESTION_VERDICTS, verdict).text), "good")
    return go_to(url_for("teams.batch", batch_id=batch_id, page=request.args.get("page")))


@blueprint.get("/suggestions/<int:batch_id>.csv")
def batch_file(batch_id: int) -> Response:
    """A batch as a file for a spreadsheet."""
    found = services().desk.suggestions.of_batch(batch_id, viewer=signed_in().login)
    texts = _texts([one.case_number for one in found])
    heads = [
        gettext(head)
        for head in (mark("Case"), mark("Suggestion"), mark("Verdict"), mark("Reason"), mark("Verdict by"), mark("Time"))
    ]
    rows = (
        (
            one.case_number,
            texts.get(one.case_number, ""),
            label_of(labels.SUGGESTION_VERDICTS, one.verdict).text,
            one.reason,
            name_of(one.judged_by),
            format_datetime(one.judged_at) if one.judged_at else "",
        )
        for one in found
    )
    return csv_file(f"suggestions-{batch_id}.csv", heads, rows)
