"""What was kept before clocks were events: old rows get events that tell the same, old diagrams follow by their variable."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from caseloop import first_start
from caseloop.schema import SCHEMA_LOCATIONS
from desk.calendarsource import StoredCalendars
from desk.clocks import ClockPhase, evaluate
from desk.store import clocks
from engine.db import queries, schema
from engine.db.database import Database
from engine.history import TimerFired
from tests.desk.conftest import PACKAGE, Office, keep_deployed, local
from tests.engine.states.make import HERE, restore

pytestmark = pytest.mark.stored
STORED = HERE / "desk_0001-engine_0001" / "cases.sql.xz"


def test_clocks_of_an_older_schema_say_the_same_by_events(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    restore(STORED, path)
    database = Database(f"sqlite:///{path}")
    query = text("SELECT case_number, round, name, due_at, stopped_at, verdict FROM desk_clock")
    with database.engine.connect() as connection:
        before = {tuple(row)[:3]: tuple(row)[3:] for row in connection.execute(query)}
    schema.upgrade(database, SCHEMA_LOCATIONS)
    with database.reading() as tx:
        kept = clocks.kept(tx, {key[0] for key in before})
        calendars = StoredCalendars("Asia/Shanghai")(tx)
    assert {(one.row.case_number, one.row.round, one.row.name) for one in kept} == set(before)
    for one in kept:
        due, stopped, verdict = before[one.row.case_number, one.row.round, one.row.name]
        state = evaluate(one.events, calendars, one.events[-1].at)
        assert f"{state.due_if_resumed:%Y-%m-%d %H:%M:%S.%f}" == due
        assert state.phase is one.row.state
        assert (one.row.verdict, state.over) == (verdict, stopped is not None)
        assert state.phase is not ClockPhase.STOPPED or state.verdict == verdict
    database.dispose()


@pytest.fixture
def older(office: Office) -> Office:
    """The office on a diagram that times by its variable, as it was before lookups."""
    diagram = PACKAGE.files["customer-service.bpmn"].decode()
    for name in ("solve", "respond"):
        diagram = diagram.replace(f'clock("{name}").due_at', f"clocks.{name}.due_at")
        diagram = diagram.replace(f'clock("{name}").escalate_at', f"clocks.{name}.due_at")
        diagram = diagram.replace(f'clock("{name}").at(0.75)', f"clocks.{name}.warn_at")
    manifest = PACKAGE.files["process.toml"].replace(b'version = "1.0"', b'version = "0.9"')
    files = {"customer-service.bpmn": diagram.replace('value="1.0"', 'value="0.9"').encode(), "process.toml": manifest}
    package = PACKAGE.with_files(files)
    assert b'clock("solve")' not in package.diagram_bytes
    keep_deployed(office.engine, package, office.clock.now())
    office.desk.rollout.assign("customer-service", "0.9", None, by="admin")
    return office


def test_a_diagram_that_times_by_its_variable_follows_a_pause_by_hand(older: Office) -> None:
    number = older.open()
    older.at("09:40")
    older.desk.work.start(older.task(number).id, by="li")
    older.desk.timing.pause(number, reason="parts", until=local("2023-10-01T20:00"), by="li")
    older.at("12:00")
    older.desk.timing.resume(number, by="li")
    older.at("15:00")
    (solve,) = [one for one in older.desk.cases.case(number, viewer="wang").clocks if one.name == "solve"]
    assert solve.breached_at == local("2023-10-01T13:50")
    with older.engine.db.reading() as tx:
        history = queries.history(tx, older.engine.vault, queries.instance_by_key(tx, number).id)
    fired = [event.at for event in history if isinstance(event, TimerFired) and event.activity_id == "solve_breach"]
    assert fired == [local("2023-10-01T13:50")]
    assert [type(event).__name__ for event in _events(older, number)] == ["ClockStarted", "ClockPaused", "ClockResumed"]


def _events(office: Office, number: str):
    with office.engine.db.reading() as tx:
        return next(one.events for one in clocks.kept(tx, [number]) if one.row.name == "solve")


def test_a_home_that_has_the_shipped_version_with_other_content_starts_and_keeps_it(product) -> None:
    with product.services.db.transaction() as tx:
        tx.execute(text("UPDATE deployment SET content_hash = 'of an older program' WHERE version = '1.0'"))
    assert first_start.furnish(product.services) == []


@pytest.mark.parametrize(("policy", "due"), [("continue", "2023-10-03T09:30"), ("never_stopped", "2023-10-02T09:30")])
def test_e18_a_new_round_goes_on_with_the_old_promise_where_its_process_says_so(office: Office, policy: str, due: str) -> None:
    header = f'<zeebe:header key="rounds" value="{policy}" />'
    diagram = PACKAGE.files["customer-service.bpmn"].decode().replace("<zeebe:taskHeaders>", f"<zeebe:taskHeaders>{header}")
    manifest = PACKAGE.files["process.toml"].replace(b'version = "1.0"', b'version = "1.9"')
    files = {"customer-service.bpmn": diagram.replace('value="1.0"', 'value="1.9"').encode(), "process.toml": manifest}
    keep_deployed(office.engine, PACKAGE.with_files(files), office.clock.now())
    office.desk.rollout.assign("customer-service", "1.9", None, by="admin")
    number = office.open(type="inquiry", usage_blocked=False)
    office.at("05:30", day="2023-10-02")
    office.resolve(number)
    office.at("05:30", day="2023-10-03")
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
    office.run()
    first, second = (one for one in office.desk.cases.case(number, viewer="wang").clocks if one.name == "solve")
    assert (first.verdict, second.round, second.due_at) == ("on_time", 2, local(due))
