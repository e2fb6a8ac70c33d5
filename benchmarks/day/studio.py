"""The office's calendar is edited while cases are open: a working day is closed, a holiday opened. Open cases have to follow."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from benchmarks.day.acting import SUPERVISOR, Actor, Story
from benchmarks.day.walking import OfficeDays
from desk.calendaring.calendaredits import with_days

CALENDAR = "cn-office"
HOURS = ("09:00-12:00", "13:30-18:00")
CLOSED_DAY, OPENED_DAY = date(2023, 10, 8), date(2023, 10, 5)
FIRST_EDIT, SECOND_EDIT = timedelta(hours=7, seconds=11), timedelta(hours=9, seconds=23)
"""From the beginning of the story, and from one to the other."""


def edited(actor: Actor, edits: list) -> Story:
    """Publish two edits, and note each in `edits`."""
    yield FIRST_EDIT
    _publish(actor, CLOSED_DAY, ())
    edits.append((actor.now(), OfficeDays(closed={CLOSED_DAY})))
    yield SECOND_EDIT
    _publish(actor, OPENED_DAY, HOURS)
    edits.append((actor.now(), OfficeDays(closed={CLOSED_DAY}, opened={OPENED_DAY})))


def _publish(actor: Actor, day: date, spans: tuple[str, ...]) -> None:
    studio, said = actor.desk.calendars, {"zh": "公司安排", "en": "arranged"}
    draft = studio.draft(CALENDAR, by=SUPERVISOR)
    text = day.isoformat()
    alter = partial(with_days, layer="organisation", first=text, last=text, spans=spans, name=said)
    studio.change(CALENDAR, alter, read=draft.revision, by=SUPERVISOR)
    revision = studio.draft(CALENDAR, by=SUPERVISOR).revision
    actor.act(studio.publish, CALENDAR, note="模拟的一天", read=revision, by=SUPERVISOR)
