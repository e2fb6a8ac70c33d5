"""The list of commands: it says what there is, and loads nothing of the product for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

import click
import pytest
from click.testing import CliRunner

from caseloop.cli import main
from caseloop.cli.contents import CONTENTS

HEAVY = "sqlalchemy alembic SpiffWorkflow scipy flask waitress lxml procrastinate cryptography caseloop.bootstrap"
ASKED = """
import json, sys
from caseloop.cli import main
for arguments in json.load(sys.stdin):
    try:
        main(arguments)
    except SystemExit as end:
        assert not end.code, arguments
print("loaded:", *(name for name in {heavy!r}.split() if name in sys.modules))
"""


def asked(*commands: Sequence[str]) -> list[str]:
    """What one process says to these, line by line; the last one names the heavy modules that it loaded."""
    source = ASKED.format(heavy=HEAVY)
    told = subprocess.run([sys.executable, "-c", source], input=json.dumps(commands), capture_output=True, text=True, check=True)
    return told.stdout.splitlines()


def helps(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """How to ask for the help of a command and of all below it."""
    yield (*path, "--help")
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            yield from helps(command.get_command(click.Context(command), name), *path, name)


def test_neither_help_nor_a_due_time_loads_engine_database_or_web():
    due = ("due", "--received", "2023-10-01T10:15+08:00", "--target", "3wd", "--explain")
    said = asked(due, *helps(main))
    assert said[0].startswith("Calendar cn-office")
    assert sum(line.startswith("Usage:") for line in said) > len(CONTENTS)
    assert said[-1] == "loaded:"


def test_the_list_names_every_command_on_one_line():
    said = CliRunner().invoke(main, ["--help"], terminal_width=110).output
    assert all(f"  {name:<9}  {entry.says}\n" in said for name, entry in CONTENTS.items())


@pytest.mark.parametrize("name", CONTENTS)
def test_what_the_list_names_is_a_command_of_that_name(name):
    command = main.get_command(click.Context(main), name)
    assert command.name == name
    assert not command.hidden


@pytest.mark.parametrize("name", CONTENTS)
def test_the_list_says_of_a_command_what_its_help_begins_with(name):
    said = " ".join(main.get_command(click.Context(main), name).help.split("\n\n")[0].split())
    # not the dot of an ellipsis, as in "the instances NR... rest"
    assert re.split(r"(?<=[^.]\.)(?:\s|$)", said)[0] == CONTENTS[name].says


def test_what_no_list_names_is_refused():
    said = CliRunner().invoke(main, ["nothing"])
    assert (said.exit_code, "No such command 'nothing'" in said.output) == (2, True)
