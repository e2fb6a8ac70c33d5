"""`python -m caseloop` is the command `caseloop`."""

from caseloop.cli import main

main(prog_name="caseloop")
