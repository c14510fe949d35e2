"""Opens pages in Chromium by Playwright."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_running: list[Any] = []


@contextmanager
def browser() -> Iterator[Any]:
    """Starts Chromium, or reuses a running one.

    It must end with the tests of its module: while Playwright runs, nothing else can use asyncio.
    """
    if _running:
        yield _running[0]
        return
    api = pytest.importorskip("playwright.sync_api", reason="needs the extra 'browser'")
    if CHROMIUM is None:
        pytest.skip("needs Chromium (on Debian: apt install chromium)")
    with api.sync_playwright() as playwright:
        _running.append(playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]))
        try:
            yield _running[0]
        finally:
            _running.pop().close()


@contextmanager
def opened(path: Path, **how: object) -> Iterator[Any]:
    """Opens the file at `path` in a tab; fails at the end if there was an error or a request.

    `how` has options of Playwright's `new_context`, such as `viewport` or `has_touch`.
    """
    faults: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            faults.append(request.url)

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    with browser() as chromium:
        context = chromium.new_context(**how)
        try:
            tab = context.new_page()
            tab.on("console", said)
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.on("request", asked)
            tab.goto(path.as_uri())
            yield tab
        finally:
            context.close()
        assert faults == [], faults


def until(tab: Any, condition: str, seconds: float = 30) -> None:
    """Waits until a JavaScript expression is true.

    Playwright's `wait_for_function` evaluates text in the page, which the page's policy forbids.
    """
    end = time.monotonic() + seconds
    while not tab.evaluate(condition):
        assert time.monotonic() < end, f"never true: {condition}"
        tab.wait_for_timeout(20)
