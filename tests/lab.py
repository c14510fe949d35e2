"""Starts a real JupyterLab 4 and opens notebooks in it."""

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

SECONDS = 60  # limit for the start of the server and its page
# Separate folders: nothing of the user's is read or changed.
FOLDERS = (
    *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
    *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"),
)
QUIET = {
    "fetchNews": "false",
    "checkForUpdates": False,
}  # else it asks the user, and accesses the network
PANEL = "jupyterapp.shell.currentWidget"


@contextmanager
def jupyterlab(folder: Path, own: Path, *, theme: str = "JupyterLab Light") -> Iterator[str]:
    """Starts JupyterLab for the notebooks in `folder`; yields its address with the token.

    Its settings and data are in the folder `own`. Skips the test if JupyterLab is not installed.
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
        server.terminate()  # also ends its kernels
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@contextmanager
def opened_notebook(address: str, name: str, **how: object) -> Iterator[Any]:
    """Opens the notebook `name` in a tab, with its kernel; `address` comes from `jupyterlab`.

    `how` has options of Playwright's `new_context`. Fails at the end if a script had an error.
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
    """Waits until the notebook is shown and its kernel is idle, also after a reload."""
    until(tab, f"!!window.jupyterapp?.shell && !!{PANEL}?.sessionContext", SECONDS)
    tab.evaluate(f"async () => {{ await {PANEL}.context.ready; await {PANEL}.revealed; }}")
    until_idle(tab, SECONDS)


def until_idle(tab: Any, seconds: float = 600) -> None:
    """Waits until the kernel is idle."""
    until(tab, f"{PANEL}.sessionContext.session?.kernel?.status === 'idle'", seconds)


def run_all(tab: Any, seconds: float = 600) -> None:
    """Runs all cells and waits for them; fails if a cell fails."""
    ran = tab.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    until_idle(tab, seconds)
    errors = tab.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")
    assert errors.all_text_contents() == []
    assert ran is not False


def save(tab: Any) -> None:
    """Saves the notebook with its outputs."""
    tab.evaluate("jupyterapp.commands.execute('docmanager:save')")
