"""The product in a browser: server, worker, and what a person does to a form-js form."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from engine.worker import Worker
from tests.support.product import PASSWORD, Product

from .conftest import serving

VENDOR_MARKUP = {"exclude": [[".djs-container"], [".fjs-container"], [".bio-properties-panel-container"]]}
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """The product behind an address, with a worker at work beside it."""

    product: Product
    address: str


@contextmanager
def running_desk(furnished: Path, folder: Path, **environment: str) -> Iterator[RunningDesk]:
    """Serve the product from a copy of a furnished home, by the system's clock, until the block ends; settings as for Product."""
    home = folder / "home"
    shutil.copytree(furnished, home)
    product, stop = Product.at(home, **environment), threading.Event()
    worker = threading.Thread(target=Worker(product.services.engine, name="browser").run, args=(stop,), daemon=True)
    worker.start()
    try:
        with serving(product.app) as address:
            yield RunningDesk(product, address)
    finally:
        stop.set()
        worker.join()
        product.services.db.dispose()


def sign_in(page: Page, login: str, password: str = PASSWORD) -> None:
    """Sign in by the page, as people do."""
    page.goto("/login")
    page.locator("#field-login").fill(login)
    page.locator("#field-password").fill(password)
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/(inbox|processes|admin|cases|password)"))


def choose(page: Page, key: str, option: str) -> None:
    """Choose an option of a form-js select by what it says."""
    field = page.locator(".fjs-form-field-select", has=page.locator(f"[id$='field_{key}']"))
    field.locator(".fjs-input-group").click()
    page.locator(".fjs-dropdownlist-item", has_text=option).first.click()


def ready_form(page: Page) -> None:
    """Wait until the form of the page can be filled."""
    page.locator("[data-form][data-ready]").wait_for()


def check_looks(page: Page) -> None:
    """Own markup has no accessibility violation, and the page is no wider than the window."""
    found = Axe().run(page, context=VENDOR_MARKUP, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
