"""A page in Chromium, by Playwright, for the tests that need to see one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def opened(path: Path, **how: object) -> Iterator[object]:
    """A tab that shows the file at `path`; at its end there must be no error and no request.

    `how` is what Playwright's `new_context` takes, as a size or `has_touch`.
    """
    api = pytest.importorskip("playwright.sync_api", reason="needs the extra 'browser'")
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    faults: list[str] = []
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            context = browser.new_context(**how)
            tab = context.new_page()
            tab.on(
                "console",
                lambda said: (
                    faults.append(said.text) if said.type in ("error", "warning") else None
                ),
            )
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.on(
                "request",
                lambda asked: (
                    None
                    if asked.url.startswith(("file:", "data:", "blob:"))
                    else faults.append(asked.url)
                ),
            )
            tab.goto(path.as_uri())
            yield tab
            assert faults == []
        finally:
            browser.close()
