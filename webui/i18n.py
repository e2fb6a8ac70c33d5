"""Chinese and English: which language a viewer reads, its texts, and its way of writing times and numbers.

Message ids are English. `python -m webui.messages update` collects them from templates, Python and the front-end source
into translations/<language>/LC_MESSAGES/messages.po; the .po files are read directly, nothing is compiled.
"""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from babel import dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, g, has_request_context, request

from webui.context import is_api, time_zone, viewer

LANGUAGES = {"zh": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh"
COOKIE = "lang"
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
PACKAGE = Path(str(files("webui")))
FRONTEND_SOURCE = "frontend/src/"


def language() -> str:
    """Return the code of the viewer's language: the one kept with a signed-in person, else the one chosen in this browser, else
    what the browser asks for, else Chinese.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if is_api():
        return "en"
    if "language" not in g:
        person = viewer()
        chosen = (person.language if person else "", request.cookies.get(COOKIE))
        g.language = next((code for code in chosen if code in LANGUAGES), None) or _asked_for()
    return g.language


def speak(code: str | None) -> None:
    """Answer this request in a language, unless it is none of ours or another one was chosen in this browser."""
    if request.cookies.get(COOKIE) not in LANGUAGES and code in LANGUAGES:
        g.language = code


def _asked_for() -> str:
    for asked, _quality in request.accept_languages:
        if (code := asked.split("-")[0].lower()) in LANGUAGES:
            return code
    return DEFAULT_LANGUAGE


def gettext(message: str, **values: object) -> str:
    """Return the message in the viewer's language, its %(name)s filled."""
    text = translations(language()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the form for n, with %(n)s and other %(name)s filled."""
    return translations(language()).ngettext(singular, plural, n) % {"n": n, **values}


def mark(message: str) -> str:
    """Mark a message for the catalogue where it stands as data; it is translated where it is shown."""
    return message


@cache
def catalogue(code: str) -> Catalog:
    """Read translations/<code>/LC_MESSAGES/messages.po."""
    path = PACKAGE / "translations" / code / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=code)


@cache
def translations(code: str) -> Translations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return Translations(compiled)


@cache
def browser_messages(code: str) -> dict[str, str]:
    """Return message id -> text for the messages that the front-end source uses."""
    return {
        message.id: message.string
        for message in catalogue(code)
        if message.string and any(FRONTEND_SOURCE in place for place, _line in message.locations)
    }


def format_datetime(moment: datetime, form: str = "medium") -> str:
    """Write an aware moment in the desk's time zone; form is "time", "short", "medium" or "full"."""
    local = moment.astimezone(time_zone())
    pattern = {"time": "HH:mm", "short": "MM-dd HH:mm", "medium": "yyyy-MM-dd HH:mm", "full": "yyyy-MM-dd HH:mm:ss"}
    return dates.format_datetime(local, pattern[form], locale=LOCALES[language()])


def format_date(day: date | datetime) -> str:
    local = day.astimezone(time_zone()) if isinstance(day, datetime) else day
    return dates.format_date(local, "long", locale=LOCALES[language()])


def format_day(day: date) -> str:
    """Write a date of a plan with its weekday, without the year."""
    return dates.format_date(day, {"zh": "M月d日 EEE", "en": "EEE d MMM"}[language()], locale=LOCALES[language()])


def format_number(number: float, digits: int | None = None) -> str:
    """Write a number with the viewer's separators; `digits` fixes the digits after the point."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return numbers.format_decimal(number, format=pattern, locale=LOCALES[language()])


def format_percent(share: float) -> str:
    """Write a share of one as a percentage with at most one digit after the point."""
    return numbers.format_percent(share, "#,##0.#%", locale=LOCALES[language()])


def format_duration(span: timedelta) -> str:
    """Write a span by its two largest units: "2 d 3 h", "1 h 40 min", "12 min"; below one minute "0 min"."""
    minutes = int(abs(span).total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        parts = [gettext("%(n)s d", n=days)] + ([gettext("%(n)s h", n=hours)] if hours else [])
    elif hours:
        parts = [gettext("%(n)s h", n=hours)] + ([gettext("%(n)s min", n=minutes)] if minutes else [])
    else:
        parts = [gettext("%(n)s min", n=minutes)]
    return " ".join(parts)


def format_hours(span: timedelta) -> str:
    """Write a span in hours and minutes, "72 h" or "7 h 30 min": time of a calendar, whose days have other lengths than 24 h."""
    hours, minutes = divmod(int(abs(span).total_seconds()) // 60, 60)
    parts = [gettext("%(n)s h", n=hours)] if hours else []
    return " ".join([*parts, gettext("%(n)s min", n=minutes)] if minutes or not hours else parts)


def install(app: Flask) -> None:
    """Give the templates `_`, `ngettext`, {% trans %} and the format helpers."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(
        lambda message: translations(language()).gettext(message),
        lambda singular, plural, n: translations(language()).ngettext(singular, plural, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        language=language,
        html_language=lambda: HTML_LANGUAGES[language()],
        browser_messages=lambda: browser_messages(language()),
        time_zone=time_zone,
    )
    formats = (format_datetime, format_date, format_day, format_number, format_percent, format_duration)
    app.jinja_env.filters.update({helper.__name__: helper for helper in formats})
