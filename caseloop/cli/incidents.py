"""`caseloop incidents`, `retry` and `resolve`: what the processes could not do by themselves."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from caseloop.text import table
from desk.model import COMMAND_LINE
from engine.commands import ResolveIncident, RetryIncidents
from engine.errors import CaseloopError
from engine.model import Incident

MOST = 10_000


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def incidents(settings: Settings, as_json: bool) -> None:
    """List what waits for a person, and how to repair it. What waits longest comes first.

    \b
    Examples:
      caseloop incidents
      caseloop incidents --json
    """
    from engine.db import queries

    services = built(settings)
    with services.db.reading() as tx:
        found = sorted(queries.incidents(tx, services.vault), key=lambda each: (each.created_at, each.id))
    rows = [
        {
            "id": each.id,
            "number": each.business_key,
            "activity": each.activity_id,
            "since": each.created_at.astimezone(settings.time_zone).isoformat(timespec="minutes"),
            "what": each.message,
            "repair": way_out(each),
        }
        for each in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else table(rows, empty="No open incidents."))


def way_out(incident: Incident) -> str:
    """The commands that help with an incident."""
    if incident.token_id is None:
        return f"caseloop retry {incident.id}, or caseloop resolve {incident.id} --reason ..."
    move = f"caseloop move {incident.business_key} --token {incident.token_id} --to ... --reason ..."
    return f"caseloop retry {incident.id}, or {move}"


@click.command()
@click.argument("ids", nargs=-1, type=int, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="All open incidents, or those that fit the filters.")
@click.option("--handler", help="With --all: only where this handler failed.")
@click.option("--activity", help="With --all: only at this activity.")
@click.option("--process", help="With --all: only of this process.")
@click.pass_obj
def retry(
    settings: Settings,
    ids: Sequence[int],
    everything: bool,
    handler: str | None,
    activity: str | None,
    process: str | None,
) -> None:
    """Try again what the incidents ID... stopped, each for itself. Repair the cause first.

    Exit status 1 when one of them failed again at once. What a worker does shows later, in `caseloop incidents`.

    \b
    Examples:
      caseloop retry 12 13
      caseloop retry --all --handler notify
    """
    if bool(ids) == everything:
        raise click.UsageError("Name incidents by ID, or give --all.")
    if ids and (handler or activity or process):
        raise click.UsageError("--handler, --activity and --process go with --all.")
    command = RetryIncidents(
        by=COMMAND_LINE, incident_ids=tuple(ids), handler=handler, activity_id=activity, process_key=process, limit=MOST
    )
    tried = built(settings).engine.retry_many(command)
    for each in tried:
        click.echo(f"{each.incident_id}: {each.problem or 'tried again'}", err=each.problem is not None)
    failed = sum(each.problem is not None for each in tried)
    click.echo(f"{len(tried)} tried, {failed} failed again.")
    if failed:
        sys.exit(1)


@click.command()
@click.argument("ids", nargs=-1, required=True, type=int, metavar="ID...")
@click.option("--reason", required=True, help="Why nothing is to be tried again; it stays in the history.")
@click.pass_obj
def resolve(settings: Settings, ids: Sequence[int], reason: str) -> None:
    """Close the incidents ID... without trying again; their job is given up.

    Allowed while no token waits for the repair: after a message that could not be sent, say. Else retry, move the token, or
    cancel the instance.

    \b
    Example:
      caseloop resolve 12 --reason "the customer was told by phone"
    """
    services = built(settings)
    refused = 0
    for incident_id in ids:
        command = ResolveIncident(incident_id=incident_id, by=COMMAND_LINE, reason=reason)
        try:
            services.db.run(lambda tx, command=command: services.engine.operations.resolve(tx, command))
        except CaseloopError as error:
            refused += 1
            click.echo(f"{incident_id}: {error.message}", err=True)
        else:
            click.echo(f"{incident_id} is closed.")
    if refused:
        sys.exit(1)
