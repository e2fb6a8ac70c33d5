"""Event logs come from outside: they are read piece by piece, and refused by name when they can't be used."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from benchmarks.day import logs
from benchmarks.day.arrivals import drawn, folded
from benchmarks.day.logs import LogInvalid
from tests.support.material import shared_data

SHANGHAI = ZoneInfo("Asia/Shanghai")
XES = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/">
  <string key="concept:name" value="a log"/>
  <trace><string key="concept:name" value="1"/>
    <event><string key="concept:name" value="begin"/><date key="time:timestamp" value="2023-09-28T09:30:00+08:00"/></event>
    <event><date key="time:timestamp" value="2023-09-28T09:00:00+08:00"/></event></trace>
  <trace><event><date key="time:timestamp" value="2023-09-28T10:00:00Z"/></event></trace>
</log>"""


def a_log(folder: Path, name: str, text: str | bytes) -> Path:
    content = text.encode() if isinstance(text, str) else text
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["log.xes", "log.xes.gz"])
def test_a_case_begins_with_its_earliest_event(tmp_path: Path, name: str) -> None:
    assert logs.arrivals(a_log(tmp_path, name, XES)) == [
        datetime.fromisoformat("2023-09-28T09:00:00+08:00"),
        datetime(2023, 9, 28, 10, tzinfo=UTC),
    ]


def test_a_table_may_write_the_day_first_and_leave_the_zone_out(tmp_path: Path) -> None:
    text = "\ufeffnumber,opened_at\nINC1,29-02-2016 01:16\nINC2,\nINC1,28-02-2016 23:00\n"
    assert logs.arrivals(a_log(tmp_path, "log.csv", text)) == [datetime(2016, 2, 28, 23, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("name", "text", "fact"),
    [
        ("log.xes", '<!DOCTYPE x [<!ENTITY a "aaaa">]><log>&a;</log>', "document type"),
        ("log.xes", "<log>" * 60, "nested deeper"),
        ("log.xes", f'<log a="{"x" * (2 * logs.MOST_BYTES_IN_SILENCE)}', "longer than"),
        ("log.xes", "<log><trace></log>", "isn't XML"),
        ("log.xes", '<log><trace><event><date key="time:timestamp" value="soon"/></event></trace></log>', "no date and time"),
        ("log.csv", "number,opened_at\nINC1,yesterday\n", "line 2: 'yesterday' is no date and time"),
        ("log.csv", "who,when\nINC1,29-02-2016 01:16\n", "no column is called"),
        ("log.csv", "number,opened_at\n", "holds no event"),
        ("log.csv", b"number,opened_at\n\xff\xfe\n", "can't be read"),
        ("log.csv", 'number,opened_at\n"' + "x" * 200_000, "can't be read"),
        ("log.mxml", "<log/>", "expected a name that ends in"),
    ],
)
def test_a_log_that_cannot_be_used_is_refused_with_its_name_and_the_fact(tmp_path: Path, name: str, text: str, fact: str) -> None:
    with pytest.raises(LogInvalid, match=f"{name}: .*{fact}"):
        logs.arrivals(a_log(tmp_path, name, text))


def test_a_small_file_that_unpacks_without_end_is_left_at_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2**20)
    path = a_log(tmp_path, "log.csv.gz", "number,opened_at\n" + "INC1,29-02-2016 01:16\n" * 100_000)
    with pytest.raises(LogInvalid, match="longer than 1048576 bytes"):
        logs.arrivals(path)


@pytest.mark.shared_data
def test_the_shared_logs_tell_when_their_cases_began() -> None:
    found = {path.name: len(logs.arrivals(path)) for path in (shared_data() / "event-logs").glob("*.csv")}
    assert found == {"helpdesk_italian.csv": 4580, "uci_servicenow_incidents_subset.csv": 890}


def test_folded_arrivals_keep_their_time_of_day_and_are_more_than_the_log_holds_when_asked() -> None:
    began = [datetime(2012, 3, 5, 8, 30, 10, tzinfo=UTC), datetime(2012, 4, 1, 17, tzinfo=UTC)]
    moved = folded(began, cases=2, first_day=date(2023, 9, 28), days=2, zone=SHANGHAI, seed=1)
    assert [at.isoformat() for at in moved] == ["2023-09-28T08:30:10+08:00", "2023-09-29T17:00:00+08:00"]
    many = folded(began, cases=50, first_day=date(2023, 9, 28), days=1, zone=SHANGHAI, seed=1)
    assert len(many) == 50
    assert many == sorted(many)
    assert len(set(many)) > 40
    assert drawn(cases=5, first_day=date(2023, 9, 28), days=3, zone=SHANGHAI, seed=1) == drawn(
        cases=5, first_day=date(2023, 9, 28), days=3, zone=SHANGHAI, seed=1
    )
