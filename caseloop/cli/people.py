"""`caseloop user`: who may log in."""

from __future__ import annotations

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from desk.model import COMMAND_LINE, NewAgent, Role


@click.group()
def user() -> None:
    """Keep the people who may log in.

    \b
    Example:
      caseloop user add chen --name 陈晨 --role agent --team service
    """


@user.command()
@click.argument("login")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--team", "teams", multiple=True, help="Key of a team; may be given several times.")
@click.option("--skill", "skills", multiple=True, help="A skill that routing may ask for, such as complaint.")
@click.option("--language", type=click.Choice(["zh", "en"]), help="Of their pages and notices; else they choose it.")
@click.option("--email", default="", help="Where mail goes, when mail is configured.")
@click.pass_obj
def add(
    settings: Settings,
    login: str,
    name: str,
    role: str,
    teams: tuple[str, ...],
    skills: tuple[str, ...],
    language: str | None,
    email: str,
) -> None:
    """Add somebody and print their one-time password.

    \b
    Example, a supervisor:
      caseloop user add wu --name 吴主管 --role supervisor --team supervisors
    """
    services = built(settings)
    password = services.chance.token()[:16]
    agent = services.desk.people.add_agent(
        NewAgent(
            login=login,
            name=name,
            password=password,
            role=Role(role),
            team_keys=teams,
            skills=skills,
            language=language or "",
            email=email,
            password_is_temporary=True,
        ),
        by=COMMAND_LINE,
    )
    click.echo(f"{agent.login} ({agent.role}) may log in with the one-time password {password}")


@user.command()
@click.argument("login")
@click.pass_obj
def reset(settings: Settings, login: str) -> None:
    """Give somebody a new one-time password and print it; their sessions end.

    \b
    Example:
      caseloop user reset li
    """
    services = built(settings)
    password = services.chance.token()[:16]
    services.desk.people.reset_password(login, password, by=COMMAND_LINE)
    click.echo(f"{login} may log in with the one-time password {password}")


@user.command("list")
@click.pass_obj
def list_users(settings: Settings) -> None:
    """List everybody with role and teams.

    \b
    Example:
      caseloop user list
    """
    for agent in built(settings).desk.people.agents():
        state = "" if agent.active else "  (may not log in)"
        click.echo(f"{agent.login:<12} {agent.role:<11} {','.join(agent.team_keys):<30} {agent.name}{state}")
