"""`caseloop due`: when a limit is due in a calendar, and why. Needs no database and no home folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from caseloop.counted import Question, answer
from desk.calendars import Calendar, Limit, Pause, read_limit
from desk.calendars.based import BUSINESS_BASE, with_base
from desk.calendars.calendar import FIRST_YEAR, LAST_YEAR
from desk.calendars.document import calendar_of, read_document
from desk.calendars.limits import BUSINESS_UNITS
from desk.calendars.shipped import AROUND_THE_CLOCK, CN_OFFICE, SHIPPED, shipped_calendar, shipped_document
from desk.calendars.statutory import packaged_days, read_year
from engine.errors import Invalid

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEYS = f"{', '.join(SHIPPED)}; without it {AROUND_THE_CLOCK} for min and h, {CN_OFFICE} for the rest."


@click.command()
@click.option("--received", required=True, metavar="INSTANT", help="When the clock starts; without offset: the calendar's zone.")
@click.option("--target", metavar="LIMIT", help="15min, 2h, 4bh (working hours) or 3wd (working days).")
@click.option("--calendar", "key", metavar="KEY", help=_KEYS)
@click.option("--calendar-file", type=_FILE, help="A calendar of your own, TOML or JSON.")
@click.option("--year-file", "year_files", multiple=True, type=_FILE, help="Statutory days of one more year, TOML.")
@click.option("--pause", "pauses", multiple=True, metavar="START/END", help="The clock rests meanwhile; may be repeated.")
@click.option("--elapsed", "until", metavar="UNTIL", help="Print the minutes counted until then.")
@click.option("--explain", is_flag=True, help="Print before, day by day, what counted and why.")
def due(
    received: str,
    target: str | None,
    key: str | None,
    calendar_file: Path | None,
    year_files: Sequence[Path],
    pauses: Sequence[str],
    until: str | None,
    explain: bool,
) -> None:
    """Print when a LIMIT is due in a calendar. The last line has it as ISO 8601, with the offset of the calendar's zone.

    min, h and bh count the time that the calendar is open: 60min from 11:30 end at 14:00 in cn-office, which rests from 12:00
    to 13:30, and at 12:30 in 24x7; bh only says that working hours are meant. wd ends when that working day closes, and the
    day of receipt doesn't count. Pauses count in calendar time, overlapping ones once.

    \b
    Examples:
      caseloop due --received 2023-10-01T10:15+08:00 --target 3wd --calendar cn-office --explain
      caseloop due --received 2024-03-05T09:00 --target 8bh --pause 2024-03-05T10:00/2024-03-06T10:00
      caseloop due --received 2024-03-05T09:00 --calendar cn-office --elapsed 2024-03-06T09:00
    """
    if target is None and until is None:
        raise click.UsageError("Nothing is asked. Give --target, for example 3wd, or --elapsed with an instant.")
    try:
        limit = read_limit(target) if target is not None else None
        calendar = _calendar(key, calendar_file, year_files, limit)
        question = Question(
            calendar=calendar,
            received=_instant("--received", received, calendar),
            limit=limit,
            until=_instant("--elapsed", until, calendar) if until is not None else None,
            pauses=tuple(_pause(pause, calendar) for pause in pauses),
        )
        lines = list(answer(question, explain=explain))
    except Invalid as error:
        raise click.UsageError(str(error)) from error
    click.echo("\n".join(lines))


def _calendar(key: str | None, file: Path | None, year_files: Sequence[Path], limit: Limit | None) -> Calendar:
    if file is not None and key is not None:
        raise click.UsageError("Both --calendar and --calendar-file are given. Leave one of them out.")
    if file is not None:
        document = read_document(_text(file))
    else:
        fallback = CN_OFFICE if limit is None or limit.unit in BUSINESS_UNITS else AROUND_THE_CLOCK
        document = shipped_document(_known(key or fallback))
    country = document["statutory"]
    years = [read_year(_text(each)) for each in year_files]
    if others := [one for one in years if one.country != country]:
        raise click.UsageError(f"The calendar has no statutory days of {others[0].country!r}. Leave --year-file out.")
    calendar = calendar_of(document, {country: packaged_days(country).with_years(years)} if country else None)
    if calendar.base is None:
        return calendar
    return with_base(calendar, shipped_calendar(_known(CN_OFFICE if calendar.base == BUSINESS_BASE else calendar.base)))


def _known(key: str) -> str:
    if key not in SHIPPED:
        raise click.UsageError(f"There is no calendar {key!r}. Choose {', '.join(SHIPPED)}, or give --calendar-file.")
    return key


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{file} can't be read as text: {error}. Save it as UTF-8.") from error


def _instant(option: str, text: str, calendar: Calendar) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise click.UsageError(f"{option}: {text!r} isn't an instant. Write for example 2023-10-01T10:15+08:00.") from error
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise click.UsageError(f"{option}: {text!r} is out of reach. Use a year between {FIRST_YEAR} and {LAST_YEAR}.")
    return at if at.tzinfo is not None else at.replace(tzinfo=calendar.zone)


def _pause(text: str, calendar: Calendar) -> Pause:
    begin, slash, end = text.partition("/")
    if not slash:
        raise click.UsageError(f"--pause: {text!r} has no end. Write START/END, two instants.")
    pause = _instant("--pause", begin, calendar), _instant("--pause", end, calendar)
    if pause[1] < pause[0]:
        raise click.UsageError(f"--pause: {text!r} ends before it starts. Change the two instants round.")
    return pause
