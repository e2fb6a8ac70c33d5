"""The product in a browser: server, worker, and what a person does to a form-js form."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from engine.db import queries
from engine.model import JobState
from engine.worker import Worker
from tests.support.product import PASSWORD, Product

from .server import serving

A_REFRESH = 15_000
"""After so many milliseconds a queue looks for what is new: pages with a clock of their own needn't wait for it."""
PATIENCE_SECONDS = 30.0
VENDOR_MARKUP = {"exclude": [[".djs-container"], [".fjs-container"], [".bio-properties-panel-container"]]}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}, "resultTypes": ["violations"]}
"""Of what is well, only that it is: telling all of it takes as long as finding it."""


class Attended(Product):
    """A product with a worker at work beside the test's own."""

    __slots__ = ()

    def work(self, at_most: int = 200) -> None:
        """Fire what is due and run jobs until none is left, not even in the other worker's hands."""
        super().work(at_most)
        while self._is_busy():
            time.sleep(0.05)
            super().work(at_most)

    def _is_busy(self) -> bool:
        with self.services.db.reading() as tx:
            return bool(queries.jobs(tx, states=[JobState.LEASED]))


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """The product behind an address, with a worker at work beside it."""

    product: Product
    address: str


@contextmanager
def running_desk(furnished: Path, folder: Path, **environment: str) -> Iterator[RunningDesk]:
    """Serve the product from a copy of a furnished home, by the system's clock, until the block ends; settings as for Product.

    To be had by a fixture that stands before `open_page`, so that the server outlives the pages' last requests.
    """
    home = folder / "home"
    shutil.copytree(furnished, home)
    product, stop = Attended.at(home, **environment), threading.Event()
    worker = threading.Thread(target=Worker(product.services.engine, name="browser").run, args=(stop,), daemon=True)
    worker.start()
    try:
        with serving(product.app) as address:
            yield RunningDesk(product, address)
    finally:
        stop.set()
        product.services.engine.queue.close()
        worker.join()
        product.services.db.dispose()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in by the page, as people do."""
    page.goto("/login")
    page.locator("#field-login").fill(login)
    page.locator("#field-password").fill(password)
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/(inbox|processes|admin|cases|password)"))


def enter(page: Page, login: str) -> None:
    """Be signed in without a look at the pages that lead there: for what begins elsewhere."""
    shown = page.request.get("/login?stay=1").text()
    token = re.search(r'name="csrf-token" content="([^"]+)"', shown)[1]
    sent = {"login": login, "password": PASSWORD}
    answer = page.request.post("/login", form=sent, headers={"X-CSRF-Token": token}, max_redirects=0)
    assert answer.status == 303, answer.text()


def look_until(page: Page, path: str, wanted: Locator) -> None:
    """Look at a page again and again until it shows what a worker has yet to bring about."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto(path)
        if wanted.count():
            return
        assert time.monotonic() < give_up, f"{path} doesn't show {wanted}"
        page.wait_for_timeout(250)


def choose(page: Page, key: str, option: str) -> None:
    """Choose an option of a form-js select by what it says."""
    field = page.locator(".fjs-form-field-select", has=page.locator(f"[id$='field_{key}']"))
    field.locator(".fjs-input-group").click()
    page.locator(".fjs-dropdownlist-item", has_text=option).first.click()


def await_drawn(page: Page) -> None:
    """Wait until no form and no diagram of the page is still being drawn."""
    expect(page.locator("[data-form]:not([data-ready]), [data-diagram]:not([data-ready])")).to_have_count(0)


def ready_form(page: Page) -> None:
    """Wait until the form of the page can be filled."""
    page.locator("[data-form][data-ready]").wait_for()


def check_looks(page: Page) -> None:
    """Own markup has no accessibility violation, and the page is no wider than the window."""
    await_drawn(page)
    found = Axe().run(page, context=VENDOR_MARKUP, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
