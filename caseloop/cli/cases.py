"""`caseloop start`, `tasks`, `case` and `demo`: the work itself."""

from __future__ import annotations

import json
import sys
from typing import IO, Any

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from caseloop.text import table
from desk.model import COMMAND_LINE
from engine.commands import StartInstance
from engine.errors import Invalid


def _json(file: IO[str]) -> dict[str, Any]:
    try:
        content = json.load(file)
    except ValueError as error:
        raise Invalid(f"{file.name} isn't valid JSON ({error}). Correct it.") from error
    if not isinstance(content, dict):
        raise Invalid(f"{file.name} holds a {type(content).__name__}; expected an object with names and values.")
    return content


@click.command()
@click.argument("key")
@click.option("--variables", type=click.File("r", encoding="utf-8"), default="-", help="JSON file, or - for standard input.")
@click.option("--team", help="Key of the team that took the request.")
@click.option("--business-key", help="The instance's outside name, for a process other than customer-service.")
@click.pass_obj
def start(settings: Settings, key: str, variables: IO[str], team: str | None, business_key: str | None) -> None:
    """Start process KEY with the variables of a JSON file, and print the number.

    For customer-service the variables are the answers of the intake form; a case is opened with them.

    \b
    Example:
      echo '{"channel": "web", "description": "APP无法登录", "type": "complaint", "usage_blocked": true,
             "customer_name": "张三", "customer_contact": "13812345678"}' |
        caseloop start customer-service --team service --variables -
    """
    from engine.db import queries

    services = built(settings)
    values = _json(variables)
    if key == services.desk.settings.process_key:
        click.echo(services.desk.intake.open_case(values, by=COMMAND_LINE, team=team))
        return
    if business_key is None:
        raise click.UsageError(f"Name the instance of {key} with --business-key.")
    with services.db.transaction() as tx:
        deployed = queries.deployments(tx, key=key)
        if not deployed:
            raise Invalid(f"{key} isn't deployed. Run: caseloop deploy PATH")
        command = StartInstance(deployment_id=deployed[-1].id, business_key=business_key, by=COMMAND_LINE, variables=values)
        instance = services.engine.start(tx, command)
    click.echo(instance.business_key)


@click.command()
@click.option("--assignee", help="Login of the one who holds them.")
@click.option("--team", help="Key of the team to which they are offered.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def tasks(settings: Settings, assignee: str | None, team: str | None, as_json: bool) -> None:
    """List open tasks by their own due time.

    A case's task is due when its solution is. The inbox also looks at the other limits, and puts urgent cases first.

    \b
    Example:
      caseloop tasks --team service
    """
    from engine.db import queries

    services = built(settings)
    with services.db.reading() as tx:
        found = queries.tasks(tx, assignee=assignee, groups=[team] if team else None)
    rows = [
        {
            "task": task.id,
            "case": task.business_key,
            "name": task.name,
            "state": task.state.value,
            "assignee": task.assignee or "",
            "groups": ",".join(task.candidate_groups),
            "due": task.due_at.astimezone(settings.time_zone).isoformat(timespec="minutes") if task.due_at else "",
        }
        for task in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else table(rows, empty="No open tasks."))


@click.command()
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def case(settings: Settings, number: str, as_json: bool) -> None:
    """Show case NUMBER: its record, its progress table, its timings. Names and contacts are masked.

    \b
    Example:
      caseloop case NR20231001001
    """
    from caseloop import demo as demonstration

    shown = demonstration.tables_of(built(settings).desk, [number])
    click.echo(json.dumps(shown, ensure_ascii=False, indent=1) if as_json else demonstration.readable(shown))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON: record_table, progress_table, survey_table, timings.")
@click.pass_obj
def demo(settings: Settings, as_json: bool) -> None:
    """Play the two example cases of 1 October 2023 through the real engine.

    It runs with a virtual clock, in a throw-away database.

    \b
    Examples:
      caseloop demo
      caseloop demo --json | python3 -m json.tool
    """
    from caseloop import demo as demonstration

    played = demonstration.play()
    sys.stdout.write((json.dumps(played, ensure_ascii=False, indent=1) if as_json else demonstration.readable(played)) + "\n")
