"""`caseloop due` answers the golden values on its last line, without a database, and says the way out of bad input."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caseloop.cli import main

NIGHT = """
key = "nights"
name = "Nights"
zone = "Europe/Berlin"
[weekly]
Mon-Sun = ["00:00-08:00"]
"""


def due(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["due", *arguments])


def last(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("calendar", "received", "target", "at"),
    [
        ("24x7", "2023-10-01T09:30+08:00", "15min", "2023-10-01T09:45:00+08:00"),
        ("24x7", "2023-10-01T10:15+08:00", "24h", "2023-10-02T10:15:00+08:00"),
        ("cn-office", "2023-10-01T10:15+08:00", "3wd", "2023-10-09T18:00:00+08:00"),
        ("cn-office", "2023-10-01T02:15Z", "3wd", "2023-10-09T18:00:00+08:00"),
        ("cn-office", "2023-09-28T17:50", "3wd", "2023-10-09T18:00:00+08:00"),
        ("cn-office", "2023-09-28T17:00", "4bh", "2023-10-07T12:00:00+08:00"),
        ("cn-office", "2024-03-05T11:30", "60min", "2024-03-05T14:00:00+08:00"),
        ("cn-office", "2024-02-08T16:00", "3wd", "2024-02-19T18:00:00+08:00"),
        ("berlin-office", "2024-03-28T16:30", "1bh", "2024-03-29T09:30:00+01:00"),
        ("berlin-office", "2024-03-29T16:30", "1bh", "2024-04-01T09:30:00+02:00"),
    ],
)
def test_the_last_line_is_the_due_instant_in_the_calendars_zone(calendar, received, target, at):
    assert last(due("--received", received, "--target", target, "--calendar", calendar)) == at
    assert last(due("--received", received, "--target", target, "--calendar", calendar, "--explain")) == at


@pytest.mark.parametrize(("target", "at"), [("2h", "2023-10-01T12:15:00+08:00"), ("2bh", "2023-10-07T11:00:00+08:00")])
def test_without_a_calendar_the_unit_chooses(target, at):
    assert last(due("--received", "2023-10-01T10:15+08:00", "--target", target)) == at


def test_overlapping_pauses_count_once_and_in_calendar_time():
    answer = due(
        *("--received", "2024-03-05T09:00", "--target", "8bh", "--calendar", "cn-office"),
        *("--pause", "2024-03-05T10:00/2024-03-05T16:00", "--pause", "2024-03-05T14:00/2024-03-06T10:00"),
    )
    assert last(answer) == "2024-03-07T09:30:00+08:00"


def test_elapsed_prints_the_minutes_counted():
    asked = ("--received", "2024-03-05T09:00", "--calendar", "cn-office", "--elapsed", "2024-03-06T10:00")
    assert last(due(*asked)) == "510"
    assert last(due(*asked, "--pause", "2024-03-05T10:00/2024-03-06T09:00")) == "120"
    assert last(due(*asked[:-1], "2024-03-05T09:00:30")) == "0.5"
    assert last(due(*asked[:-1], "2024-03-01T09:00")) == "0"


def test_elapsed_before_the_receipt_says_why_nothing_counted():
    answer = due("--received", "2024-03-05T09:00", "--calendar", "cn-office", "--elapsed", "2024-03-01T09:00")
    assert "2024-03-01T09:00:00+08:00 is before the receipt" in answer.output
    assert last(answer) == "0"


def test_explain_says_day_by_day_what_counted_and_why():
    answer = due("--received", "2023-09-28T17:50", "--target", "1bh", "--calendar", "cn-office", "--explain")
    lines = answer.output.splitlines()
    assert len(lines) == 12
    assert lines[1].split() == ["2023-09-28", "Thu", "09:00-12:00", "13:30-18:00", "10", "min"]
    assert "closed" in lines[2]
    assert "中秋节、国庆节" in lines[2]
    assert "50 min" in lines[10]
    assert "调休上班" in lines[10]


def test_a_day_with_one_name_for_all_languages_says_it_once(tmp_path: Path):
    file = tmp_path / "nights.toml"
    plain = '[[layers]]\nkey = "organisation"\n[layers.dates]\n"2024-02-09" = {{ spans = [], name = {} }}\n'
    asked = ("--received", "2024-02-08T09:00", "--target", "1wd", "--calendar-file", str(file), "--explain")
    for name, said in (('"除夕"', "除夕"), ('{ zh = "除夕", en = "New Year\'s Eve" }', "除夕 New Year's Eve")):
        file.write_text(NIGHT + plain.format(name), "utf-8")
        [line] = [line for line in due(*asked).output.splitlines() if line.startswith("2024-02-09")]
        assert line.endswith(f"not counted  {said} (organisation)")


def test_explain_of_years_ends():
    answer = due("--received", "2020-01-01T00:00Z", "--target", "90000h", "--explain")
    assert len(answer.output.splitlines()) < 410
    assert last(answer) == "2030-04-08T08:00:00+08:00"


def test_a_year_not_yet_published_is_said_and_a_years_file_settles_it(tmp_path: Path):
    asked = ("--received", "2026-12-31T09:00", "--target", "1wd")
    assert "暂定" in due(*asked).output
    assert last(due(*asked)) == "2027-01-01T18:00:00+08:00"
    year = tmp_path / "2027.toml"
    holiday = '[[holidays]]\nname = {zh = "元旦", en = "New Year"}\noff = ["2027-01-01/2027-01-03"]\n'
    year.write_text(f'country = "cn"\nyear = 2027\nsource = "test"\n{holiday}', "utf-8")
    settled = due(*asked, "--year-file", str(year))
    assert settled.output == "2027-01-04T18:00:00+08:00\n"


def test_a_calendar_of_ones_own(tmp_path: Path):
    file = tmp_path / "nights.toml"
    file.write_text(NIGHT, "utf-8")
    elapsed = ("--elapsed", "2024-03-31T08:00", "--calendar-file", str(file))
    assert last(due("--received", "2024-03-31T00:00", *elapsed)) == "420"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "-1"), "write for example 15min"),
        (("--target", "-1h"), "negative"),
        (("--target", "0h"), "no clock"),
        (("--target", "1.5wd"), "whole"),
        (("--target", "3 days"), "write for example"),
        (("--target", "99999wd"), "too little time"),
        ((), "Give --target"),
        (("--target", "1h", "--calendar", "mars"), "Choose 24x7, cn-office, berlin-office"),
        (("--target", "1h", "--pause", "2024-03-06T10:00/2024-03-05T10:00"), "ends before it starts"),
        (("--target", "1h", "--pause", "2024-03-06T10:00"), "START/END"),
        (("--target", "1h", "--pause", "2024-03-06T10:00/"), "isn't an instant"),
        (("--elapsed", "soon"), "isn't an instant"),
        (("--target", "1h", "--calendar-file", "no-such-file"), "does not exist"),
    ],
)
def test_bad_input_exits_with_2_and_says_the_way_out(arguments, said):
    answer = due("--received", "2024-03-05T09:00", *arguments)
    assert answer.exit_code == 2, answer.output
    assert said in " ".join(answer.output.split())


@pytest.mark.parametrize("received", ["0001-01-01T00:00", "9999-12-31T23:59", "2024-13-01T00:00", "yesterday", ""])
def test_an_instant_out_of_reach_is_refused(received):
    assert due("--received", received, "--target", "1h").exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NIGHT.replace("Europe/Berlin", "Europe/Atlantis"), "isn't a time zone"),
        (NIGHT.replace('"00:00-08:00"', '"00:00-08:00", "07:00-09:00"'), "overlap"),
        (NIGHT.replace('"00:00-08:00"', '"0-8"'), "isn't a span"),
        (NIGHT.replace('"00:00-08:00"', ""), "no weekday opens"),
        ("zone =", "isn't TOML"),
        ("{", "isn't JSON"),
        ("[]", "[] isn't a group of named entries"),
        ("{}", "'key', 'name', 'zone', 'weekly' is missing. Add it."),
    ],
)
def test_a_calendar_file_that_cannot_be_used_says_why(tmp_path: Path, text, said):
    file = tmp_path / "mine"
    file.write_text(text, "utf-8")
    answer = due("--received", "2024-03-05T09:00", "--target", "1h", "--calendar-file", str(file))
    assert answer.exit_code == 2, answer.output
    assert said in " ".join(answer.output.split())


def test_neither_home_nor_database_is_touched(tmp_path: Path):
    home = tmp_path / "home"
    answer = CliRunner().invoke(main, ["due", "--received", "2024-03-05", "--target", "1wd"], env={"CASELOOP_HOME": str(home)})
    assert last(answer) == "2024-03-06T18:00:00+08:00"
    assert not home.exists()
