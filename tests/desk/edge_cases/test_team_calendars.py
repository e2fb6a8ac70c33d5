"""E24 and E26 for teams: a department's limit counts in its own calendar, follows it, and no hand-over moves the customer's."""

from __future__ import annotations

import re
from functools import partial

import pytest

from bpmn.package import ProcessPackage
from desk.calendaring import recomputing
from desk.calendaring.calendaredits import with_about, with_days, with_week
from desk.calendars.problems import CalendarInvalid
from desk.clocks import Cause, ClockRetargeted
from desk.collaboration.contributions import Asked
from desk.errors import AnswersInvalid, RightMissing
from desk.limits.limit_errors import OrganisationOfBase
from desk.limits.reclassifying import NewClass
from desk.staffing.staffing_errors import TeamCalendarChanged
from desk.staffing.team_calendars import own_key
from desk.store import clocks
from engine.errors import NotFound, ReasonMissing
from tests.desk.conftest import BILLING_DAY, PACKAGE, Office, keep_deployed, local

pytestmark = pytest.mark.stored
NIGHT = {day: ["18:00-24:00"] for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
SUNDAY_EVENING = local("2023-10-08T20:00")


def publish(office: Office, key: str, weekly: dict[str, list[str]], *, make_up: tuple[str, ...] = ()) -> None:
    """Make a calendar of these hours count, on statutory days off too."""
    if key not in {one.key for one in office.desk.calendars.all()}:
        office.desk.calendars.create(key, name={"zh": "夜班", "en": "Night"}, copy_of="berlin-office", by="wang")
    draft = office.desk.calendars.draft(key, by="wang")
    document = {**draft.document, "zone": "Asia/Shanghai"}
    office.desk.calendars.change(
        key, lambda _old: with_week(document, weekly=weekly, make_up=make_up), read=draft.revision, by="wang"
    )
    office.desk.calendars.publish(key, note="night shift", read=draft.revision + 1, by="wang")


def choose(office: Office, team: str, calendar: str | None, note: str = "night shift") -> None:
    """Let a team choose, and the worker do what follows."""
    read = office.desk.team_calendars.of(team, viewer="wang").read
    office.desk.team_calendars.choose(team, calendar, note=note, read=read, by="wang")
    office.run()


def begun(office: Office) -> str:
    """A case that somebody works on, at ten on a working Sunday."""
    office.at("10:00", "2023-10-08")
    number = office.open(received_at="2023-10-08T09:55")
    office.desk.work.start(office.task(number).id, by="li")
    return number


def kept(office: Office, number: str, name: str):
    with office.engine.db.reading() as tx:
        return next(one for one in clocks.kept(tx, [number]) if one.row.name == name)


def test_e24_a_departments_limit_counts_in_its_own_calendar_and_the_customers_does_not(office):
    publish(office, "night", NIGHT)
    choose(office, "technical", "night")
    number = begun(office)
    before = kept(office, number, "solve")
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="2bh")], by="li")
    office.desk.contributions.ask(number, [Asked(team="business", wanted="核对", limit="2bh")], by="li")
    assert kept(office, number, "team:technical:1").row.due_at == SUNDAY_EVENING
    assert kept(office, number, "team:business:1").row.due_at == local("2023-10-08T12:00")
    assert kept(office, number, "solve") == before


def test_e24_by_the_table_of_departments_a_limit_counts_in_the_departments_calendar(office):
    publish(office, "night", NIGHT)
    choose(office, "technical", "night")
    office.at("10:00", "2023-10-08")
    number = office.open(BILLING_DAY, received_at="2023-10-08T09:55")
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查")], by="wang")
    found = kept(office, number, "team:technical:1").row
    assert (found.calendar, found.due_at) == ("team:technical", local("2023-10-08T22:00"))


def test_e26_another_calendar_of_a_team_moves_its_open_clocks_and_no_others(office):
    publish(office, "night", NIGHT)
    number = begun(office)
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="2bh")], by="li")
    office.desk.contributions.ask(number, [Asked(team="business", wanted="核对", limit="2bh")], by="li")
    others = {name: kept(office, number, name) for name in ("solve", "team:business:1")}
    choose(office, "technical", "night")
    moved = kept(office, number, "team:technical:1").events[-1]
    assert isinstance(moved, ClockRetargeted)
    assert (moved.cause, moved.due_before, moved.due_after, moved.by) == (
        Cause.CALENDAR_EDITED,
        local("2023-10-08T12:00"),
        SUNDAY_EVENING,
        "wang",
    )
    assert {name: kept(office, number, name) for name in others} == others
    office.clock.advance(seconds=2 * recomputing.LATE_COMERS.total_seconds())
    office.run()
    choose(office, "technical", None, note="by day again")
    assert kept(office, number, "team:technical:1").row.due_at == local("2023-10-08T12:00")
    chosen = office.desk.team_calendars.of("technical", viewer="tech").history
    assert [(one.calendar, one.edit.by, one.edit.note) for one in chosen] == [
        (None, "wang", "by day again"),
        ("night", "wang", "night shift"),
    ]


def test_e26_an_edit_of_a_teams_calendar_moves_its_open_clocks_and_never_those_that_are_over(office):
    publish(office, "night", NIGHT)
    choose(office, "technical", "night")
    number = begun(office)
    ask = partial(office.desk.contributions.ask, number, by="li")
    [over] = ask([Asked(team="technical", wanted="先查", limit="1bh")])
    office.desk.contributions.pass_on(over.id, team="business", reason="与系统无关", by="tech")
    ask([Asked(team="technical", wanted="再查", limit="2bh")])
    closed = kept(office, number, "team:technical:1")
    publish(office, "night", {day: ["20:00-24:00"] for day in NIGHT})
    office.run()
    assert kept(office, number, "team:technical:2").row.due_at == local("2023-10-08T22:00")
    assert kept(office, number, "team:technical:1") == closed


def test_e26_a_team_without_a_calendar_of_its_own_follows_the_business_calendar(office):
    publish(office, "night", NIGHT)
    number = begun(office)
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="2bh")], by="li")
    office.desk.calendars.choose_business("night", note="all by night", by="wang")
    office.run()
    assert kept(office, number, "team:technical:1").row.due_at == SUNDAY_EVENING


def test_the_preview_names_the_clocks_that_would_move_with_another_calendar(office):
    publish(office, "night", NIGHT)
    number = begun(office)
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="2bh")], by="li")
    [moving] = office.desk.team_calendars.preview("technical", "night", viewer="wang").moving
    assert (moving.number, moving.clock, moving.before, moving.after) == (
        number,
        "team:technical:1",
        local("2023-10-08T12:00"),
        SUNDAY_EVENING,
    )
    assert office.desk.team_calendars.preview("business", "night", viewer="wang").total == 0


def test_only_who_heads_a_team_chooses_its_calendar_with_a_reason_and_having_seen_the_last_choice(office):
    of = office.desk.team_calendars
    with pytest.raises(RightMissing):
        of.choose("technical", "berlin-office", note="so", read=0, by="tech")
    with pytest.raises(ReasonMissing):
        of.choose("technical", "berlin-office", note=" ", read=0, by="wang")
    with pytest.raises(AnswersInvalid):
        of.choose("technical", "berlin-office", note="x" * 501, read=0, by="wang")
    with pytest.raises(NotFound, match="no calendar night"):
        of.choose("technical", "night", note="so", read=0, by="wang")
    of.choose("technical", "berlin-office", note="so", read=0, by="wang")
    with pytest.raises(TeamCalendarChanged, match="technical was changed"):
        of.choose("technical", "cn-office", note="so", read=0, by="admin")
    with pytest.raises(RightMissing):
        of.of("technical", viewer="chen")
    assert of.of("technical", viewer="tech").key == "berlin-office"


def test_a_calendar_of_a_teams_own_begins_as_the_companys_in_one_step(office):
    key = office.desk.team_calendars.draft_own("technical", by="wang")
    opened = office.desk.calendars.opened(key, drafted=True)
    assert (key, opened.calendar.weekly) == ("team-technical", office.desk.calendars.opened("cn-office").calendar.weekly)
    assert opened.document["name"] == {"zh": "技术支持的日历", "en": "Calendar of Technical support"}
    assert office.desk.team_calendars.draft_own("technical", by="wang") == key
    assert office.desk.team_calendars.of("technical", viewer="wang").drafted == key


def close(office: Office, day: str) -> None:
    """Close a day for the whole organisation, in the company's calendar."""
    draft = office.desk.calendars.draft("cn-office", by="wang")
    closing = partial(with_days, layer="organisation", first=day, last="", spans=[], name={"zh": "盘点", "en": "Stocktaking"})
    office.desk.calendars.change("cn-office", closing, read=draft.revision, by="wang")
    [moving] = [one for one in office.desk.calendar_preview.of_draft("cn-office").moving if one.clock.startswith("team:")]
    assert moving.after == local("2023-10-10T20:00")
    office.desk.calendars.publish("cn-office", note="stocktaking", read=draft.revision + 1, by="wang")


def test_e26_what_the_company_closes_is_closed_in_the_calendar_of_a_teams_own_too(office):
    key = office.desk.team_calendars.draft_own("technical", by="wang")
    draft = office.desk.calendars.draft(key, by="wang")
    office.desk.calendars.change(key, partial(with_week, weekly=NIGHT, make_up=()), read=draft.revision, by="wang")
    office.desk.calendars.publish(key, note="by night", read=draft.revision + 1, by="wang")
    choose(office, "technical", key)
    office.at("23:00", "2023-10-08")
    number = office.open(received_at="2023-10-08T22:55")
    office.desk.contributions.ask(number, [Asked(team="technical", wanted="排查", limit="3bh")], by="wang")
    assert kept(office, number, "team:technical:1").row.due_at == local("2023-10-09T20:00")
    close(office, "2023-10-09")
    office.clock.advance(seconds=2 * recomputing.LATE_COMERS.total_seconds())
    office.run()
    assert kept(office, number, "team:technical:1").row.due_at == local("2023-10-10T20:00")


def test_a_base_stands_alone_and_so_does_the_business_calendar(office):
    key = office.desk.team_calendars.draft_own("technical", by="wang")
    office.desk.calendars.publish(key, note="of its own", read=1, by="wang")
    with pytest.raises(OrganisationOfBase, match="organisation's days from business"):
        office.desk.calendars.choose_business(key, note="why not", by="wang")
    draft = office.desk.calendars.draft("berlin-office", by="wang")
    about = {"name": {"zh": "柏林", "en": "Berlin"}, "zone": "Europe/Berlin", "statutory": None}
    with pytest.raises(CalendarInvalid, match="can't be its base"):
        office.desk.calendars.change("berlin-office", partial(with_about, **about, base=key), read=draft.revision, by="wang")


def counted_by_team(office: Office) -> None:
    """Let everybody's next cases run by a table whose limits count in the calendar of the team that has the case."""
    files = dict(PACKAGE.to_files())
    table = files["targets.dmn"].decode()
    table = re.sub(
        r'<output id="(\w+)_out_5".*?/>', r'\g<0><output id="\1_out_6" name="calendar" typeRef="string" />', table, count=1
    )
    table = re.sub(
        r'<outputEntry id="(\w+)_out_5">.*?</outputEntry>',
        r'\g<0><outputEntry id="\1_out_6"><text>"team"</text></outputEntry>',
        table,
    )
    files["targets.dmn"] = table.encode()
    files["process.toml"] = files["process.toml"].replace(b'version = "1.0"', b'version = "9.0"')
    files["customer-service.bpmn"] = files["customer-service.bpmn"].replace(b'versionTag value="1.0"', b'versionTag value="9.0"')
    keep_deployed(office.engine, ProcessPackage.from_files(files), office.clock.now())
    office.desk.rollout.assign("customer-service", "9.0", None, by="admin")


def test_e24_a_promise_in_the_calendar_of_the_team_is_that_of_the_first_one_wherever_the_case_goes(office):
    publish(office, "night", NIGHT)
    choose(office, "service", "night")
    counted_by_team(office)
    office.at("10:00", "2023-10-08")
    number = office.open(received_at="2023-10-08T09:55")
    before = kept(office, number, "solve").row
    assert (before.calendar, before.due_at) == ("team:service", SUNDAY_EVENING)
    office.desk.transferring.give_to_team(number, "technical", reason="太难", by="wang")
    assert kept(office, number, "solve").row == before
    office.desk.reclassifying.reclassify(number, NewClass(priority="normal"), reason="不急", by="wang")
    lowered = kept(office, number, "solve").row
    assert (lowered.calendar, lowered.due_at) == ("team:service", local("2023-10-12T00:00"))
    choose(office, "service", None, note="by day")
    assert kept(office, number, "solve").row.due_at < lowered.due_at


def test_calendars_of_their_own_never_meet_under_one_key():
    teams = ["technical", "a.b", "a-b", "技术部", "商务部", "own", "Technical", "x" * 40 + "1", "x" * 40 + "2"]
    keys = [own_key(team) for team in teams]
    assert keys[0] == "team-technical"
    assert len(set(keys)) == len(teams)
    assert all(re.fullmatch("[a-z0-9][a-z0-9-]{0,39}", key) for key in keys)
