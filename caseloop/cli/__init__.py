"""The command line `caseloop`. Every command has help with an example; every refusal says the way out."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module

import click
import structlog

from bpmn.errors import InvalidFile
from caseloop.cli.contents import CONTENTS
from caseloop.settings import Settings
from caseloop.text import logged
from engine.errors import CaseloopError


class Commands(click.Group):
    """Loads a command when it is asked for, since the product takes over a second to load.

    Turns the product's errors into one line and exit status 1; anything else is a bug and shows its traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(CONTENTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CONTENTS:
            return None
        module, _, function = CONTENTS[cmd_name].place.partition(".")
        return getattr(import_module(f"caseloop.cli.{module}"), function)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.says) for name, entry in CONTENTS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (CaseloopError, InvalidFile) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="caseloop")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Customer service as versioned BPMN.

    Settings come from the environment: CASELOOP_HOME (default ./.caseloop), CASELOOP_DATABASE_URL, CASELOOP_PORT,
    CASELOOP_SMTP_URL and others; see docs/operations.md.

    \b
    Example, the first five minutes:
      caseloop up
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
            if sys.stderr.isatty()
            else structlog.processors.JSONRenderer(ensure_ascii=False, default=logged),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    ctx.obj = Settings.from_environment(os.environ)
