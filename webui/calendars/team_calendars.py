"""A team's calendar: in which its own limits count, choosing another one with what that moves, one of the team's own."""

from __future__ import annotations

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.staffing.team_calendars import TeamCalendar
from desk.texts import LONGEST_REASON
from webui.access import go_to, signed_in
from webui.calendars import calendar_words as words
from webui.calendars.calendars import may_edit
from webui.context import services
from webui.i18n import gettext
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import name_of, team_name
from webui.staffing.teams import blueprint

__all__ = ["blueprint"]
BUSINESS = ""
"""What the form sends for the business calendar."""


@blueprint.get("/teams/<key>/calendar")
def calendar(key: str) -> Response:
    """The calendar as it is; with `choose` what another one would move."""
    login, asked = signed_in().login, request.args.get("choose")
    found = services().desk.team_calendars.of(key, viewer=login)
    page = int(text) if (text := request.args.get("page", "1")).isascii() and text.isdigit() and len(text) < 4 else 1
    chosen = None if asked is None else asked.strip()[:60] or None
    preview = None
    if asked is not None and chosen != found.key:
        preview = services().desk.team_calendars.preview(key, chosen, viewer=login, page=max(page, 1))
    return make_response(
        render_template(
            "teams/calendar.html",
            one=services().desk.staff.team(key, viewer=login),
            found=found,
            chosen=found.key if asked is None else chosen,
            preview=preview,
            page=max(page, 1),
            page_url=lambda number: url_for("teams.calendar", key=key, choose=chosen or BUSINESS, page=number),
            options=options(found),
            named=named,
            words=words,
            team_name=team_name,
            name_of=name_of,
            may_edit=may_edit(),
            longest=LONGEST_REASON,
        )
    )


def options(found: TeamCalendar) -> list[tuple[str, str]]:
    """The choices of the form; in front the business calendar."""
    business = gettext("as the company: %(calendar)s", calendar=words.named(found.business.name))
    return [(BUSINESS, business), *((key, words.named(one.name)) for key, one in found.choices)]


def named(found: TeamCalendar, key: str | None) -> str:
    """A calendar that was chosen, in words."""
    return dict(options(found)).get(key or BUSINESS, key or "")


@blueprint.post("/teams/<key>/calendar")
def choose_calendar(key: str) -> Response:
    """Let the team's limits count in another calendar."""
    form, read = request.form, request.form.get("read", "")
    if not (read.isascii() and read.isdigit() and len(read) < 19):
        raise BodyUnreadable("the form does not say which choice it was made from")
    chosen = form.get("calendar", "").strip()[:60] or None
    services().desk.team_calendars.choose(key, chosen, note=form.get("note", ""), read=int(read), by=signed_in().login)
    flash(
        gettext("The limits of %(team)s count in it from now on; open ones follow in the background.", team=team_name(key)),
        "good",
    )
    return go_to(url_for("teams.calendar", key=key))


@blueprint.post("/teams/<key>/calendar/own")
def own_calendar(key: str) -> Response:
    """Begin a calendar of the team's own from the company's, and open its team layer."""
    drafted = services().desk.team_calendars.draft_own(key, by=signed_in().login)
    flash(gettext("The draft begins as the company's calendar. Publish it, then choose it for the team."), "good")
    return go_to(url_for("calendar_edits.edit", key=drafted, layer="team"))
