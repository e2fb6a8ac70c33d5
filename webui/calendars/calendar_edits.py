"""Editing in the calendar studio: the draft of a calendar, what it would change, publishing it, a new statutory year."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from desk.calendaring import calendaredits as edits
from desk.calendaring.calendarpreview import Preview, days_that_differ
from desk.calendaring.calendarstudio import Alter
from desk.calendars.based import BUSINESS_BASE
from desk.calendars.difference import diff
from desk.calendars.document import document_of
from desk.calendars.document_schema import LAYERS, TEAM
from desk.calendars.problems import CalendarInvalid
from desk.calendars.spans import WEEKDAYS
from desk.calendars.statutory import PACKAGED_COUNTRIES, newest_packaged_file, read_year
from webui.access import for_roles, go_to, signed_in
from webui.bodies import revision_required
from webui.calendars.calendar_words import named
from webui.calendars.calendars import EDITORS, asked_what_if, said, year_texts
from webui.context import services, time_zone
from webui.i18n import gettext, language
from webui.refusals import BodyUnreadable

blueprint = Blueprint("calendar_edits", __name__)
for_roles(blueprint, *EDITORS)
LARGEST_FILE = 512 * 1024


@blueprint.post("/calendars")
def create() -> ResponseReturnValue:
    """Open the draft of a new calendar."""
    form = request.form
    key, name = form.get("key", "").strip(), {"zh": form.get("name", ""), "en": form.get("name_en", "")}
    services().desk.calendars.create(key, name=name, copy_of=form.get("copy_of", ""), by=signed_in().login)
    return go_to(url_for("calendar_edits.edit", key=key))


@blueprint.post("/calendars/<key>/draft")
def open_draft(key: str) -> ResponseReturnValue:
    """Begin to edit what counts now, or bring a former version back as a draft."""
    version = request.form.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 7 else None
    services().desk.calendars.draft(key, version=number, by=signed_in().login)
    return go_to(url_for("calendar_edits.preview" if number is not None else "calendar_edits.edit", key=key))


@blueprint.get("/calendars/<key>/edit")
def edit(key: str) -> ResponseReturnValue:
    """The draft: the year with days to choose, the weekly hours, the rest. Without a draft, the calendar's page."""
    studio = services().desk.calendars
    opened = studio.opened(key, drafted=True)
    if opened.draft is None:
        return go_to(url_for("calendars.show", key=key))
    chosen = request.args.get("day", "")[:10]
    return render_template(
        "calendars/edit.html",
        opened=opened,
        draft=opened.draft,
        chosen=chosen,
        layer=request.args.get("layer", LAYERS[0]),
        layers=LAYERS if opened.calendar.base is None else (TEAM,),
        bases=[(BUSINESS_BASE, gettext("company's calendar")), *((one.key, named(one.name)) for one in studio.bases(key))],
        countries=PACKAGED_COUNTRIES,
        what_if=asked_what_if(opened.calendar),
        **year_texts(opened),
        **said(),
    )


@blueprint.post("/calendars/<key>/day")
def change_day(key: str) -> ResponseReturnValue:
    """Open, close or clear days in a layer of the draft."""
    form = request.form
    first, last, layer = form.get("first", "").strip(), form.get("last", "").strip(), form.get("layer", "")
    last = last or first
    if form.get("does") == "clear":
        alter: Alter = partial(edits.without_days, layer=layer, first=first, last=last)
    else:
        spans = [] if form.get("does") == "close" else edits.spans_of(form.get("spans", ""))
        name = {"zh": form.get("name", ""), "en": form.get("name_en", "")}
        alter = partial(edits.with_days, layer=layer, first=first, last=last, spans=spans, name=name)
    return _changed(key, alter, year=first[:4], layer=layer)


@blueprint.post("/calendars/<key>/week")
def change_week(key: str) -> ResponseReturnValue:
    """Set the weekly hours of the draft."""
    weekly = {day: edits.spans_of(request.form.get(day, "")) for day in WEEKDAYS}
    make_up = edits.spans_of(request.form.get("make_up", ""))
    return _changed(key, partial(edits.with_week, weekly=weekly, make_up=make_up))


@blueprint.post("/calendars/<key>/about")
def change_about(key: str) -> ResponseReturnValue:
    """Set name, zone and statutory days of the draft."""
    form = request.form
    name = {"zh": form.get("name", ""), "en": form.get("name_en", "")}
    about = {"zone": form.get("zone", ""), "statutory": form.get("statutory"), "base": form.get("base")}
    return _changed(key, partial(edits.with_about, name=name, **about))


def _changed(key: str, alter: Alter, **where: str) -> ResponseReturnValue:
    services().desk.calendars.change(key, alter, read=revision_required(), by=signed_in().login)
    flash(gettext("The draft is saved. It counts when it is published."), "good")
    return go_to(url_for("calendar_edits.edit", key=key, **where))


@blueprint.post("/calendars/<key>/file")
def take_file(key: str) -> ResponseReturnValue:
    """Take the draft from a file."""
    services().desk.calendars.replace(key, _file_sent(), read=revision_required(), by=signed_in().login)
    flash(gettext("The draft is saved. It counts when it is published."), "good")
    return go_to(url_for("calendar_edits.edit", key=key))


def _file_sent() -> str:
    """The text of an uploaded file, or what was typed instead. Raises BodyUnreadable."""
    uploaded = request.files.get("file")
    raw = uploaded.read(LARGEST_FILE + 1) if uploaded else request.form.get("text", "").encode()
    if len(raw) > LARGEST_FILE:
        raise BodyUnreadable("the file is too large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BodyUnreadable("the file is no text in UTF-8") from None


@blueprint.post("/calendars/<key>/discard")
def discard(key: str) -> ResponseReturnValue:
    """Give the draft up."""
    services().desk.calendars.discard(key, by=signed_in().login)
    flash(gettext("The draft is gone. What counts stayed as it was."), "good")
    return go_to(url_for("calendars.show_all"))


def _page_asked() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), 1000) if text.isascii() and text.isdigit() and len(text) < 5 else 1


@blueprint.get("/calendars/<key>/preview")
def preview(key: str) -> str:
    """What publishing would change, and which open cases it would move."""
    opened = services().desk.calendars.opened(key, drafted=True)
    page = _page_asked()
    found: Preview | None = None
    days = []
    if opened.draft is not None and opened.counts is not None:
        found = services().desk.calendar_preview.of_draft(key, page=page)
        days = days_that_differ(opened.counts, opened.calendar, services().clock.now().astimezone(time_zone()).date())
    changes = diff(document_of(opened.counts), opened.document) if opened.counts is not None else ()
    return render_template(
        "calendars/preview.html",
        key=key,
        opened=opened,
        draft=opened.draft,
        preview=found,
        days=days,
        changes=changes,
        page=page,
        page_url=lambda number: url_for("calendar_edits.preview", key=key, page=number),
        **said(),
    )


@blueprint.post("/calendars/<key>/publish")
def publish(key: str) -> ResponseReturnValue:
    """Let the draft count from now on."""
    note = request.form.get("note", "")
    version = services().desk.calendars.publish(key, note=note, read=revision_required(), by=signed_in().login)
    flash(gettext("Version %(version)s counts from now on; open cases follow in the background.", version=version), "good")
    return go_to(url_for("calendars.show", key=key))


@blueprint.post("/calendars/<key>/business")
def choose_business(key: str) -> ResponseReturnValue:
    """Let a calendar be the desk's own."""
    services().desk.calendars.choose_business(key, note=request.form.get("note", ""), by=signed_in().login)
    flash(gettext("This is the business calendar from now on; open cases follow in the background."), "good")
    return go_to(url_for("calendars.show", key=key))


@blueprint.get("/calendars/_year")
def year() -> str:
    """Where a new year's statutory days are uploaded."""
    return render_template("calendars/year.html", read=None, preview=None, text="", **_of_years())


@blueprint.post("/calendars/_year")
def take_year() -> ResponseReturnValue:
    """Show what a year's file says and would move; with `confirm` let it count."""
    text = _file_sent()
    if "confirm" in request.form:
        taken = services().desk.calendars.import_year(text, by=signed_in().login)
        flash(gettext("The statutory days of %(year)s count; open cases follow in the background.", year=taken.year), "good")
        return go_to(url_for("calendars.show_all"))
    try:
        found = services().desk.calendar_preview.of_year(text)
    except CalendarInvalid as error:
        wrong = [one.text(language()) for one in error.problems]
        return make_response(render_template("calendars/year.html", read=None, wrong=wrong, **_of_years()), 422)
    return _page("calendars/year.html", read=read_year(text), preview=found, text=text, **_of_years())


def _of_years() -> dict[str, object]:
    return {"example": newest_packaged_file(PACKAGED_COUNTRIES[0]), **said()}


def _page(template: str, **texts: object) -> Response:
    return make_response(render_template(template, **texts))
