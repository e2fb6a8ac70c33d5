"""`python -m benchmarks [--quick]`: working time, the figures of the engine, then the proofs by crash, by a day and by crowd."""

from __future__ import annotations

import subprocess
import sys

QUICK = "--quick"


def main() -> None:
    quick = QUICK in sys.argv[1:]
    kills, cases = ("60", "100") if quick else ("500", "1000")
    for module, arguments in (
        ("benchmarks.calendars", []),
        ("benchmarks.clocks", []),
        ("benchmarks.engine", [QUICK] if quick else []),
        ("benchmarks.crash", ["--kills", kills]),
        ("benchmarks.crash", ["--kills", kills, "--postgres"]),
        ("benchmarks.day", ["--cases", "200" if quick else "5000"]),
        ("benchmarks.concurrency", ["--cases", cases]),
    ):
        print(f"== {' '.join([module, *arguments])}", flush=True)
        subprocess.run([sys.executable, "-m", module, *arguments], check=True)


if __name__ == "__main__":
    main()
