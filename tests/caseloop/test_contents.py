"""The list of commands: it says what there is, and loads nothing of the product for it."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from caseloop.cli import main
from caseloop.cli.contents import CONTENTS

HEAVY = "sqlalchemy alembic SpiffWorkflow scipy flask waitress lxml procrastinate cryptography caseloop.bootstrap"
LIST = f"""
import sys
from caseloop.cli import main
try:
    main(["--help"])
finally:
    print("loaded:", *(name for name in {HEAVY!r}.split() if name in sys.modules))
"""


def test_the_list_of_commands_loads_neither_engine_nor_database_nor_web():
    said = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[0].startswith("Usage:")
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
