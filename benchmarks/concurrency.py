"""Many at once: people on several web processes fight for the same tasks while several workers run, on PostgreSQL.

    python -m benchmarks.concurrency [--cases 1000] [--clients 20] [--processes 4] [--postgres URL]

Every task is claimed by two at the same instant, and three of ten are completed twice at the same instant. Exit status 1 when a
case doesn't end closed, a task had two holders, two won or none, a loser wasn't told who has it, or anybody saw an answer of
500 or more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import crash
from benchmarks.crash import Plan, Result
from benchmarks.office.postgres import postgres_server
from benchmarks.steps import percentile


def report(result: Result, seconds: float) -> bool:
    """Print what came of it; whether all is well."""
    verdict, traffic = result.verdict, result.traffic
    print(f"cases: {verdict.cases}")
    print(f"cases_per_second: {verdict.cases / seconds:.2f}")
    print(f"orders_sent: {len(traffic.seconds)}")
    print(f"order_milliseconds_median: {percentile(traffic.seconds, 0.5) * 1000:.0f}")
    print(f"order_milliseconds_p99: {percentile(traffic.seconds, 0.99) * 1000:.0f}")
    print(f"tasks_fought_for: {traffic.quarrels}")
    print(f"two_holders_or_twice_done: {len(verdict.duplicated)}")
    print(f"lost: {len(verdict.lost)}")
    print(f"stuck: {len(verdict.stuck)}")
    print(f"errors_seen_by_clients: {len(traffic.wrong)}")
    for finding in result.findings[:50]:
        print(f"  {finding}")
    return not result.findings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.concurrency", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--processes", type=int, default=4, help="half of them serve pages, half are workers")
    parser.add_argument("--postgres", metavar="URL", help="an empty database; by default one on a server of our own")
    given = parser.parse_args()
    half = given.processes // 2
    plan = Plan(kills=0, cases=given.cases, clients=given.clients, webs=half, workers=given.processes - half)
    with tempfile.TemporaryDirectory(prefix="caseloop-many-") as folder:
        begun = time.perf_counter()
        if given.postgres:
            result = crash.run(given.postgres, Path(folder), plan)
        else:
            with postgres_server(durable=True) as server:
                result = crash.run(f"{server}postgres", Path(folder), plan)
        sys.exit(0 if report(result, time.perf_counter() - begun) else 1)


if __name__ == "__main__":
    main()
