"""`caseloop instance`, `suspend`, `resume`, `cancel`, `move` and `set`: running instances, and what an operator does to them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from caseloop.cli.product import built
from caseloop.cli.standing import as_data, as_text
from caseloop.settings import Settings
from desk.model import COMMAND_LINE
from engine import codec
from engine.commands import CancelInstance, MoveToken, ResumeInstance, SetVariables, SuspendInstance
from engine.errors import CaseloopError, Invalid
from engine.model import ProcessInstance

if TYPE_CHECKING:
    from caseloop.bootstrap import Services
    from engine.inspection import OpenToken
    from engine.ports import Transaction

    Order = Callable[[Transaction, int], ProcessInstance]

Command = TypeVar("Command", bound=Callable[..., Any])


def _numbers(command: Command) -> Command:
    return click.argument("numbers", nargs=-1, required=True, metavar="NR...")(command)


def _reason(command: Command) -> Command:
    return click.option("--reason", required=True, help="Why; it stays in the history.")(command)


def each(services: Services, numbers: Sequence[str], order: Order, done: str) -> None:
    """Give one order to each instance, in a transaction of its own, and say what came of it; exit status 1 if one was refused."""
    from engine.db import queries

    refused = 0
    for number in numbers:
        try:
            instance = services.db.run(lambda tx, number=number: order(tx, queries.instance_by_key(tx, number).id))
        except CaseloopError as error:
            refused += 1
            click.echo(f"{number}: {error.message}", err=True)
        else:
            click.echo(f"{instance.business_key} {done}; it is {instance.state} now.")
    if refused:
        sys.exit(1)


@click.command()
@_numbers
@click.option("--json", "as_json", is_flag=True, help="Print JSON, variables with their values.")
@click.pass_obj
def instance(settings: Settings, numbers: Sequence[str], as_json: bool) -> None:
    """Show where the instances NR... stand: tokens, timers, jobs, waits, incidents.

    Variables may hold what customers said, so the table shows their names alone; --json shows their values too.

    \b
    Examples:
      caseloop instance NR20231001001
      caseloop instance NR20231001001 --json
    """
    from engine.db import queries
    from engine.inspection import standing

    services = built(settings)
    with services.db.reading() as tx:
        found = [standing(tx, services.engine, queries.instance_by_key(tx, number).id) for number in numbers]
    if as_json:
        click.echo(json.dumps([as_data(each) for each in found], ensure_ascii=False, indent=1))
    else:
        click.echo("\n\n".join(as_text(each, settings.time_zone) for each in found))


@click.command()
@_numbers
@_reason
@click.pass_obj
def suspend(settings: Settings, numbers: Sequence[str], reason: str) -> None:
    """Let the instances NR... rest, with what they called. No timer fires, no job starts, no task is worked on.

    \b
    Example:
      caseloop suspend NR20231001001 NR20231001002 --reason "the payment system is down"
    """
    services = built(settings)
    command = partial(SuspendInstance, by=COMMAND_LINE, reason=reason)
    each(services, numbers, lambda tx, one: services.engine.operations.suspend(tx, command(instance_id=one)), "was suspended")


@click.command()
@_numbers
@_reason
@click.pass_obj
def resume(settings: Settings, numbers: Sequence[str], reason: str) -> None:
    """Let the suspended instances NR... go on. What became due meanwhile fires, each timer at its due instant.

    \b
    Example:
      caseloop resume NR20231001001 --reason "the payment system is back"
    """
    services = built(settings)
    command = partial(ResumeInstance, by=COMMAND_LINE, reason=reason)
    each(services, numbers, lambda tx, one: services.engine.operations.resume(tx, command(instance_id=one)), "was resumed")


@click.command()
@_numbers
@_reason
@click.pass_obj
def cancel(settings: Settings, numbers: Sequence[str], reason: str) -> None:
    """Stop the instances NR... for good. Open tasks, jobs and timers are withdrawn, and what they called with them.

    \b
    Example:
      caseloop cancel NR20231001001 --reason "opened twice by mistake"
    """
    services = built(settings)
    command = partial(CancelInstance, by=COMMAND_LINE, reason=reason)
    each(services, numbers, lambda tx, one: services.engine.cancel(tx, command(instance_id=one)), "was cancelled")


@click.command()
@_numbers
@click.option("--token", "token_id", help="The token to move, such as t7; `caseloop instance NR` shows them.")
@click.option("--from", "source", help="The activity whose only token is moved.")
@click.option("--to", "target", required=True, help="The activity to enter.")
@_reason
@click.pass_obj
def move(settings: Settings, numbers: Sequence[str], token_id: str | None, source: str | None, target: str, reason: str) -> None:
    """Move a token of each instance NR... to another activity of its process or sub-process.

    What it has open (task, job, timers, incident) is withdrawn; the target is entered as if a flow had led there.

    \b
    Examples:
      caseloop move NR20231001001 --from handle --to classify --reason "wrong department"
      caseloop move NR20231001001 --token t7 --to tell-customer --reason "the gateway's rule is broken"
    """
    from engine.inspection import standing

    if (token_id is None) == (source is None):
        raise click.UsageError("Name the token by --token, or by its activity with --from.")
    services = built(settings)

    def order(tx: Transaction, instance_id: int) -> ProcessInstance:
        moved = token_id or _only_token(standing(tx, services.engine, instance_id).tokens, source or "")
        command = MoveToken(instance_id=instance_id, token_id=moved, activity_id=target, by=COMMAND_LINE, reason=reason)
        return services.engine.operations.move(tx, command)

    each(services, numbers, order, f"was moved to {target}")


def _only_token(tokens: Sequence[OpenToken], activity_id: str) -> str:
    there = [token.token_id for token in tokens if token.activity_id == activity_id]
    if len(there) == 1:
        return there[0]
    open_at = ", ".join(f"{token.token_id} at {token.activity_id}" for token in tokens) or "none"
    fact = f"{len(there)} tokens stand at {activity_id}" if there else f"no token stands at {activity_id}"
    raise Invalid(f"{fact}; open are: {open_at}. Name one with --token.")


@click.command("set")
@click.argument("number", metavar="NR")
@click.argument("assignments", nargs=-1, required=True, metavar="NAME=JSON...")
@_reason
@click.pass_obj
def set_variables(settings: Settings, number: str, assignments: Sequence[str], reason: str) -> None:
    """Change variables of instance NR. Timers whose expression reads them move. Values are JSON.

    Instants, dates, decimals and durations are written as `caseloop instance --json` shows them: {"$": "datetime", "v": "..."}.

    \b
    Examples:
      caseloop set NR20231001001 'rules={"wait_for_customer": false}' --reason "the rule was missing"
      caseloop set NR20231001001 'due_at={"$": "datetime", "v": "2023-10-02T09:00:00+08:00"}' --reason "promised so"
    """
    values = dict(_assignment(text) for text in assignments)
    services = built(settings)

    def order(tx: Transaction, instance_id: int) -> ProcessInstance:
        return services.engine.set_variables(
            tx, SetVariables(instance_id=instance_id, values=values, by=COMMAND_LINE, reason=reason)
        )

    each(services, [number], order, f"has {', '.join(values)} set")


def _assignment(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"{text!r}: expected NAME=JSON, for example amount=12.")
    return name.strip(), codec.read(value)
