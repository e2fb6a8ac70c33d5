"""docs/api.md is true: its examples run in order against a real server, and answer what the page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from engine.ports import Done, HandlerCall
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import package, work
from tests.support.product import Product
from tests.support.programs import Program, program

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"^```(sh|json|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "@@next@@"
PATIENCE_SECONDS = 90.0


@pytest.fixture
def url(product: Product) -> Iterator[str]:
    """The product behind a real socket."""
    server = make_server("127.0.0.1", 0, product.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(PAGE.read_text("utf-8"))


def environment(url: str, admin: Program) -> dict[str, str]:
    return {**os.environ, "URL": url, "TOKEN": admin.secret, "PYTHONIOENCODING": "utf-8"}


def played(url: str, admin: Program, folder: Path) -> list[str]:
    """What each shell block printed, all run in one shell."""
    script = f"\necho {MARK}\n".join(text for kind, text in blocks() if kind == "sh")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment(url, admin), cwd=folder, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout.split(MARK)


def shape(value: Any) -> Any:
    """Names and kinds, without the values that differ from run to run."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


def test_every_example_of_the_page_runs_and_answers_what_it_shows(product: Product, url: str, tmp_path: Path):
    printed = iter(played(url, program(product), tmp_path))
    compared, last = 0, ""
    for kind, text in blocks():
        if kind == "sh":
            last = next(printed)
        elif kind == "json":
            shown, told = json.loads(text), json.loads(last.strip().splitlines()[-1])
            assert shape(shown) == shape(told)
            compared += 1
    assert compared >= 6
    (instance,) = program(product).get("/instances", process_key="shipping").json["items"]
    assert instance["state"] == "completed"


class Packer:
    """Work of our own: it numbers what it packs."""

    name = "pack"

    def do(self, call: HandlerCall) -> Done:
        return Done(result={"box": call.business_key})


MIXED = package(
    start(), work("pack", "pack"), work("ship", "external:parcels"), work("file", "pack"), end(),
    chain("start", "pack", "ship", "file", "end"), key="mixed",
)  # fmt: skip


def test_the_worker_of_the_page_and_our_own_finish_a_process_together(product: Product, url: str):
    product.services.engine.handlers["pack"] = Packer()
    product.services.engine.deploy(MIXED, by="test")
    admin = program(product)
    for number in range(3):
        admin.post("/instances", {"process_key": "mixed", "business_key": f"M-{number}"})
    (source,) = (text for kind, text in blocks() if kind == "python")
    assert len(source.strip().splitlines()) <= 15
    worker = subprocess.Popen([sys.executable, "-c", source], env=environment(url, admin))
    try:
        active = {"process_key": "mixed", "state": "active"}
        give_up = time.monotonic() + PATIENCE_SECONDS
        while admin.get("/instances", **active).json["items"] and time.monotonic() < give_up:
            product.work()
            time.sleep(0.05)
    finally:
        worker.kill()
        worker.wait()
    finished = admin.get("/instances", process_key="mixed", state="completed").json["items"]
    assert [each["business_key"] for each in finished] == ["M-0", "M-1", "M-2"]
    found = admin.get(f"/instances/{finished[0]['id']}/variables").json["variables"]
    assert found == {"pack": {"box": "M-0"}, "ship": {"parcel": "P-M-0"}, "file": {"box": "M-0"}}
