"""A real JupyterLab 4, and notebooks in it, for the tests that need to see one."""

import contextlib
import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from browser import browser, until

SECONDS = 60  # for the server and its page to begin
# Nothing of the user's is read or changed.
FOLDERS = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"),
)
QUIET = {"fetchNews": "false", "checkForUpdates": False}  # else it asks, and asks the network
PANEL = "jupyterapp.shell.currentWidget"


@contextmanager
def jupyterlab(folder: Path, own: Path, *, theme: str = "JupyterLab Light") -> Iterator[str]:
    """JupyterLab for the notebooks in `folder`; gives its address with the token in it.

    What it keeps goes to the folder `own`. Its tests are skipped where it is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        pytest.skip("needs the extra 'notebooks'")
    for name, settings in (("notification", QUIET), ("themes", {"theme": theme})):
        file = own / f"JUPYTERLAB_SETTINGS_DIR/@jupyterlab/apputils-extension/{name}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".jupyterlab-settings").write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--expose-app-in-browser", f"--ServerApp.root_dir={folder}"]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={token}"]
    environment = os.environ | {name: str(own / name) for name in FOLDERS}
    with (own / "log.txt").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + SECONDS
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api/status?token={token}", timeout=5).close()
                break
            assert server.poll() is None, (own / "log.txt").read_text()
            assert time.monotonic() < end, (own / "log.txt").read_text()
            time.sleep(0.1)
        yield f"{address}/lab?token={token}"
    finally:
        server.terminate()  # which ends its kernels, too
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def opened_notebook(address: str, name: str, **how: object) -> Iterator[Any]:
    """A tab that shows the notebook `name` with its kernel; `address` is that of `jupyterlab`.

    `how` is what Playwright's `new_context` takes. At its end no script must have failed.
    """
    faults: list[str] = []
    with browser() as chromium:
        context = chromium.new_context(**how)
        try:
            tab = context.new_page()
            tab.on("pageerror", lambda error: faults.append(str(error)))
            tab.goto(address.replace("/lab?", f"/lab/tree/{quote(name)}?"))
            until_ready(tab)
            yield tab
        finally:
            context.close()
        assert faults == [], faults


def until_ready(tab: Any) -> None:
    """Waits until the notebook is shown and its kernel answers, as after a reload."""
    until(tab, f"!!window.jupyterapp?.shell && !!{PANEL}?.sessionContext", SECONDS)
    tab.evaluate(f"async () => {{ await {PANEL}.context.ready; await {PANEL}.revealed; }}")
    until_idle(tab, SECONDS)


def until_idle(tab: Any, seconds: float = 600) -> None:
    """Waits until the kernel has nothing to do."""
    until(tab, f"{PANEL}.sessionContext.session?.kernel?.status === 'idle'", seconds)


def run_all(tab: Any, seconds: float = 600) -> None:
    """Runs all cells, and waits for the last; a cell that fails ends the test."""
    ran = tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    until_idle(tab, seconds)
    errors = tab.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")
    assert errors.all_text_contents() == []
    assert ran is not False


def save(tab: Any) -> None:
    """Writes the notebook with its outputs into its file."""
    tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
