"""The command line: settings, first start, people, releases, cases; every help has an example."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from caseloop import bootstrap
from caseloop.cli import main
from caseloop.demo import readable
from caseloop.first_start import furnish
from caseloop.settings import Settings
from caseloop.text import logged
from engine.commands import CorrelateMessage
from engine.errors import SettingsInvalid, VaultError
from engine.vault import KeyRing

ROOT = Path(__file__).resolve().parents[2]
REQUEST = {
    "channel": "web",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "type": "complaint",
    "urgency": "normal",
    "usage_blocked": True,
    "description": "APP无法登录",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def run(home: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), env={"CASELOOP_HOME": str(home)}, input=stdin)


@pytest.fixture(scope="module")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after its first start, in which one agent chose her password; copied for each test."""
    home = tmp_path_factory.mktemp("first") / "home"
    settings = Settings.from_environment({"CASELOOP_HOME": str(home)})
    bootstrap.prepare(settings)
    services = bootstrap.build(settings)
    made = {agent.login: temporary for agent, temporary in furnish(services)}
    services.desk.people.change_password("li", made["li"], "a password of her own")
    assert made.keys() >= {"li", "zhao", "tech", "wang", "analyst", "admin"}
    assert furnish(services) == [], "a second start makes nobody"
    services.db.dispose()
    return home


@pytest.fixture
def furnished(home: Path, first_home: Path) -> Path:
    return shutil.copytree(first_home, home)


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from every_command(command.get_command(context, name), (*path, name))


@pytest.mark.parametrize("path", [path for path, _ in every_command(main)], ids=lambda path: " ".join(path) or "caseloop")
def test_every_command_has_help_with_an_example(home: Path, path: tuple[str, ...]) -> None:
    shown = run(home, *path, "--help")
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert re.search(r"^ +.*caseloop .*", shown.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CASELOOP_PORT": "eighty"}, "expected a whole number from 0 to 65535, got 'eighty'"),
        ({"CASELOOP_TIME_ZONE": "Mars/Base"}, "expected a zone such as Asia/Shanghai, got 'Mars/Base'"),
        ({"CASELOOP_SMTP_URL": "mailto:x"}, "expected smtp://host[:port] or smtps://host[:port], got 'mailto:x'"),
        ({"CASELOOP_SMTP_URL": "smtp://host:x"}, "expected smtp://host[:port] or smtps://host[:port], got 'smtp://host:x'"),
        ({"CASELOOP_HANDLERS": "sms"}, "expected name=module:factory"),
        ({"CASELOOP_QUEUE": "celery"}, "expected embedded or procrastinate, got 'celery'"),
        ({"CASELOOP_QUEUE": "procrastinate"}, "procrastinate works on PostgreSQL only"),
        ({"CASELOOP_TIERS": "standard,,vip"}, "expected keys such as standard,vip,key_account, each once"),
        ({"CASELOOP_KEEP_JOBS_DAYS": "-1"}, "expected a whole number from 0 to 36500, got '-1'"),
        ({"CASELOOP_PROT": "8080"}, "CASELOOP_PROT isn't a setting"),
    ],
)
def test_a_bad_setting_says_what_was_expected_and_what_came(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsInvalid, match=re.escape(said)):
        Settings.from_environment(environment)


@pytest.mark.parametrize(
    ("environment", "queue"),
    [
        ({}, "embedded"),
        ({"CASELOOP_DATABASE_URL": "postgresql://desk@localhost/desk"}, "procrastinate"),
        ({"CASELOOP_DATABASE_URL": "postgresql://desk@localhost/desk", "CASELOOP_QUEUE": "embedded"}, "embedded"),
    ],
)
def test_jobs_travel_by_procrastinate_where_it_can_run(environment: dict[str, str], queue: str) -> None:
    assert Settings.from_environment(environment).queue == queue


def test_finished_jobs_and_keys_are_kept_for_a_while_or_for_ever() -> None:
    usual, for_ever = (
        Settings.from_environment(given) for given in ({}, {"CASELOOP_KEEP_JOBS_DAYS": "0", "CASELOOP_KEEP_KEYS_DAYS": "0"})
    )
    assert (usual.keep_jobs, usual.keep_keys) == (timedelta(days=30), timedelta(days=90))
    assert (for_ever.keep_jobs, for_ever.keep_keys) == (None, None)


def test_a_bad_address_of_a_mail_server_is_shown_without_its_password() -> None:
    with pytest.raises(SettingsInvalid, match=r"got 'mail\.example:587'") as refused:
        Settings.from_environment({"CASELOOP_SMTP_URL": "smpt://desk:sec@ret@mail.example:587"})
    assert "ret" not in refused.value.message.partition("got")[2]


def test_a_command_on_an_empty_home_says_the_way_out(home: Path) -> None:
    home.mkdir()
    shown = run(home, "tasks")
    assert shown.exit_code == 1
    assert "caseloop db upgrade" in shown.output


def test_a_port_that_is_taken_is_said_in_one_line_before_anything_is_made(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner(env={"CASELOOP_HOME": str(home), "CASELOOP_PORT": str(port)}).invoke(main, ["up"])
    assert result.exit_code == 1
    assert f"127.0.0.1:{port}: Address already in use" in result.output
    assert "CASELOOP_PORT=9000" in result.output
    assert not home.exists()


def test_upgrading_makes_a_home_and_may_be_repeated(home: Path) -> None:
    for _ in range(2):
        assert "up to date" in run(home, "db", "upgrade").output
    assert {path.name for path in home.iterdir()} >= {"caseloop.db", "keys.json", "web-secret"}


def test_a_case_is_started_listed_and_shown(furnished: Path) -> None:
    number = run(furnished, "start", "customer-service", "--team", "service", stdin=json.dumps(REQUEST)).output.strip()
    assert re.fullmatch(r"NR\d{8}001", number)
    tasks = json.loads(run(furnished, "tasks", "--json").output)
    assert [(task["case"], task["assignee"]) for task in tasks] == [(number, "li")]
    assert number in run(furnished, "tasks", "--team", "complaints").output
    shown = json.loads(run(furnished, "case", number, "--json").output)
    assert shown["record_table"][0]["客户信息"] == "张*,138****5678"
    assert "紧急" in run(furnished, "case", number).output


def test_minutes_of_a_case_are_told_to_the_tenth() -> None:
    minutes = {"response_minutes": 1.90056, "total_minutes": 90.0, "touch_minutes": 0.0, "wait_minutes": None}
    told = readable({"record_table": [], "progress_table": [], "survey_table": [], "timings": {"NR1": minutes}})
    assert told.splitlines()[-1] == "NR1  response: 1.9 min  total: 90 min  touch: 0 min  wait: -"


def test_an_instant_in_the_log_is_iso_8601() -> None:
    assert logged(datetime(2026, 11, 22, 10, 47, tzinfo=UTC)) == "2026-11-22T10:47:00+00:00"
    assert logged({"a"}) == "{'a'}"


def test_wrong_variables_are_refused_in_one_line_and_open_nothing(furnished: Path) -> None:
    for wrong in ("", "[]", "{", json.dumps({**REQUEST, "unknown": 1}), json.dumps({"channel": 5})):
        shown = run(furnished, "start", "customer-service", "--team", "service", stdin=wrong)
        assert shown.exit_code == 1
        assert shown.output.startswith("Error: ")
    assert run(furnished, "tasks").output.strip() == "No open tasks."


def test_a_version_is_rolled_out_to_one_team_and_to_everyone(furnished: Path) -> None:
    assert "is deployed" in run(furnished, "deploy", str(ROOT / "processes/customer-service/1.1")).output
    run(furnished, "rollout", "customer-service", "1.1", "--team", "service-b")
    shown = run(furnished, "rollout", "customer-service").output
    assert re.search(r"^service-b +1\.1$", shown, re.MULTILINE)
    assert re.search(r"^service +1\.0$", shown, re.MULTILINE)
    assert "1.0" not in run(furnished, "rollout", "customer-service", "1.1", "--everyone").output
    assert run(furnished, "rollout", "customer-service", "1.1").exit_code == 2
    assert "isn't deployed" in run(furnished, "rollout", "customer-service", "9.9", "--everyone").output


def test_somebody_is_added_with_a_one_time_password(furnished: Path) -> None:
    added = run(furnished, "user", "add", "wu", "--name", "吴主管", "--role", "supervisor", "--team", "supervisors").output
    assert re.search(r"one-time password \S{10,}", added)
    assert "wu" in run(furnished, "user", "list").output
    assert "exists already" in run(furnished, "user", "add", "wu", "--name", "吴").output


def test_a_forgotten_password_is_replaced_by_a_one_time_one(furnished: Path) -> None:
    assert re.search(r"one-time password \S{10,}", run(furnished, "user", "reset", "li").output)
    assert "no active agent" in run(furnished, "user", "reset", "nobody").output


def test_rotating_the_keys_seals_everything_anew(furnished: Path) -> None:
    number = run(furnished, "start", "customer-service", "--team", "service", stdin=json.dumps(REQUEST)).output.strip()
    old = KeyRing.from_file(furnished / "keys.json")
    assert "sealed with the new key" in run(furnished, "db", "rotate-keys").output
    assert "张*,138****5678" in run(furnished, "case", number).output
    settings = Settings.from_environment({"CASELOOP_HOME": str(furnished)})
    services = bootstrap.build(settings)
    with services.db.reading() as tx:
        sealed = [row[0] for row in tx.exec_driver_sql("SELECT value_sealed FROM variable")]
        sealed += [row[0] for row in tx.exec_driver_sql("SELECT contact_sealed FROM desk_case")]
    assert {KeyRing.key_id(value) for value in sealed} == {2}
    with pytest.raises(VaultError):
        old.open(sealed[0], context=b"variable")


def test_messages_that_came_early_are_listed_without_what_they_bring(furnished: Path) -> None:
    services = bootstrap.build(Settings.from_environment({"CASELOOP_HOME": str(furnished)}))
    with services.db.transaction() as tx:
        command = CorrelateMessage(
            name="paid", correlation_key="K-1", by="shop", data={"amount": 4711}, message_id="m1", ttl_seconds=3600
        )
        assert services.engine.correlate(tx, command)
    services.db.dispose()
    (listed,) = json.loads(run(furnished, "messages", "--json").output)
    assert (listed["name"], listed["key"], listed["id"], listed["by"]) == ("paid", "K-1", "m1", "shop")
    shown = run(furnished, "messages").output
    assert "paid" in shown
    assert "4711" not in shown


def test_a_token_is_made_listed_and_revoked(furnished: Path) -> None:
    made = run(furnished, "token", "create", "till", "--as", "li", "--scope", "read", "--scope", "tasks", "--expires", "30")
    assert made.exit_code == 0, made.output
    secret = made.stdout.strip()
    assert secret.startswith("caseloop_")
    listed = run(furnished, "token", "list").stdout
    assert "till" in listed
    assert "read,tasks" in listed
    assert secret not in listed
    assert "revoked" in run(furnished, "token", "revoke", "1").stdout
    assert "revoked" in run(furnished, "token", "list").stdout
    refused = run(furnished, "token", "create", "till", "--as", "nobody")
    assert (refused.exit_code, "no active agent" in refused.output) == (1, True)


def test_the_api_is_described_as_it_is_served(home: Path) -> None:
    described = json.loads(run(home, "api", "describe").stdout)
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/tasks/{task_id}/complete" in described["paths"]
