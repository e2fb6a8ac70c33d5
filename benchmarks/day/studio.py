"""Calendars change while cases are open: a working day is closed, a holiday opened, a team never closes. Cases have to follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from benchmarks.day.acting import SUPERVISOR, Actor, Story
from benchmarks.day.oracle import OFFICE
from benchmarks.day.walking import NEVER_CLOSED, OfficeDays
from desk.calendaring.calendaredits import with_days

CALENDAR = "cn-office"
HOURS = ("09:00-12:00", "13:30-18:00")
CLOSED_DAY, OPENED_DAY = date(2023, 10, 8), date(2023, 10, 5)
TEAM, AROUND_THE_CLOCK = "technical", "24x7"
FIRST_EDIT, CHOICE, SECOND_EDIT = timedelta(hours=7, seconds=11), timedelta(hours=3, seconds=7), timedelta(hours=6, seconds=23)
"""From the beginning of the story, and from one to the next."""


def edited(actor: Actor, edits: dict[str, list[tuple[datetime, OfficeDays]]]) -> Story:
    """Publish two edits, and let a team choose another calendar; note each in `edits`, by whose days they are."""
    yield FIRST_EDIT
    _publish(actor, CLOSED_DAY, ())
    edits[OFFICE].append((actor.now(), OfficeDays(closed={CLOSED_DAY})))
    yield CHOICE
    actor.act(actor.desk.team_calendars.choose, TEAM, AROUND_THE_CLOCK, note="轮班", read=0, by=SUPERVISOR)
    edits[TEAM] = [*edits[OFFICE], (actor.now(), NEVER_CLOSED)]
    yield SECOND_EDIT
    _publish(actor, OPENED_DAY, HOURS)
    edits[OFFICE].append((actor.now(), OfficeDays(closed={CLOSED_DAY}, opened={OPENED_DAY})))


def _publish(actor: Actor, day: date, spans: tuple[str, ...]) -> None:
    studio, said = actor.desk.calendars, {"zh": "公司安排", "en": "arranged"}
    draft = studio.draft(CALENDAR, by=SUPERVISOR)
    text = day.isoformat()
    alter = partial(with_days, layer="organisation", first=text, last=text, spans=spans, name=said)
    studio.change(CALENDAR, alter, read=draft.revision, by=SUPERVISOR)
    revision = studio.draft(CALENDAR, by=SUPERVISOR).revision
    actor.act(studio.publish, CALENDAR, note="模拟的一天", read=revision, by=SUPERVISOR)
