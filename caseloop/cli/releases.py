"""`caseloop deploy` and `rollout`: process versions, and who works by which."""

from __future__ import annotations

from pathlib import Path

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from desk.model import COMMAND_LINE
from engine.errors import DeploymentRefused


@click.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_obj
def deploy(settings: Settings, path: Path) -> None:
    """Check the process package in the folder PATH and make it runnable.

    New cases use it only after `caseloop rollout`; running cases keep their version. Findings name element, line and way out.

    \b
    Example:
      caseloop deploy processes/customer-service/1.1
    """
    from bpmn.package import load_package

    services = built(settings)
    try:
        deployment = services.engine.deploy(load_package(path), by=COMMAND_LINE)
    except DeploymentRefused as error:
        for finding in error.findings:
            click.echo(f"{finding.file}:{finding.line}: {finding.element_name or finding.element_id}: {finding.text()}", err=True)
        raise
    click.echo(f"{deployment.key} {deployment.version} is deployed ({deployment.content_hash[:12]}).")


@click.command()
@click.argument("key")
@click.argument("version", required=False)
@click.option("--team", "teams", multiple=True, help="Key of a team; may be given several times.")
@click.option("--everyone", is_flag=True, help="All teams.")
@click.pass_obj
def rollout(settings: Settings, key: str, version: str | None, teams: tuple[str, ...], everyone: bool) -> None:
    """Say which teams start their new cases of process KEY on VERSION. Without VERSION, show who is on which.

    \b
    Examples:
      caseloop rollout customer-service 1.1 --team service-b
      caseloop rollout customer-service 1.1 --everyone
      caseloop rollout customer-service
    """
    desk = built(settings).desk
    if version is None:
        for team, current in desk.rollout.versions(key).items():
            click.echo(f"{team:<20} {current}")
        return
    if bool(teams) == everyone:
        raise click.UsageError("Name teams with --team, or give --everyone.")
    desk.rollout.assign(key, version, None if everyone else teams, by=COMMAND_LINE)
    click.echo(f"New cases of {'everyone' if everyone else ', '.join(teams)} start on {key} {version}.")
