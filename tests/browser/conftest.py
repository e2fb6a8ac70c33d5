"""Chromium for tests that do what a person does, the desk before it, and screenshots to look at."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from .desk import RunningDesk, running_desk

CHROMIUM = Path(os.environ.get("CASELOOP_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 20_000
"""How long, in milliseconds, an expected thing may take to show: a busy machine is no reason to fail."""
SCREENSHOTS = Path(__file__).parents[2] / "test-artefacts" / "screenshots"
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
WATCH_POLICY = """window.policyBreaches = [];
document.addEventListener('securitypolicyviolation', e => window.policyBreaches.push(
  `${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        message = f"{CHROMIUM} is missing; install chromium and fonts-noto-cjk, or name it in CASELOOP_CHROMIUM"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desk(furnished: Path, tmp_path: Path) -> Iterator[RunningDesk]:
    """The product behind an address, for one test; a module whose tests may share one has a fixture of its own."""
    with running_desk(furnished, tmp_path) as running:
        yield running


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Give open_page(base_url, language="zh", width=1280): a page of its own whose troubles must be none at the end.

    A test that provokes an error on purpose says so in `page.expected_troubles` (parts of the console's words).
    """
    contexts, pages = [], []

    def open_it(base_url: str, *, language: str = "zh", width: int = 1280) -> Page:
        context = chromium.new_context(base_url=base_url, locale=LOCALES[language], viewport={"width": width, "height": 860})
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.troubles, page.expected_troubles = [], []
        page.on("console", lambda said: said.type in ("error", "warning") and page.troubles.append(said.text))
        page.on("pageerror", lambda error: page.troubles.append(f"page error: {error}"))
        contexts.append(context)
        pages.append(page)
        return page

    yield open_it
    try:
        for page in pages:
            breaches = [] if page.is_closed() else page.evaluate("window.policyBreaches ?? []")
            unexpected = [t for t in page.troubles if not any(part in t for part in page.expected_troubles)]
            assert breaches == []
            assert unexpected == []
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def screenshot() -> Callable[[Page, str, str], Path]:
    """Give screenshot(page, name, language): keeps test-artefacts/screenshots/<name>-<language>-<width>.png."""

    def take(page: Page, name: str, language: str, *, whole: bool = True) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}-{language}-{page.viewport_size['width']}.png"
        page.screenshot(path=path, full_page=whole)
        return path

    return take
