import os
import subprocess
import sys
from pathlib import Path

import pytest

from tf_edureka.runner import period
from tf_edureka.runner.period_wheels import FOLDER_VARIABLE
from tf_edureka.trace import Trace


@pytest.fixture(scope="session")
def period_packages() -> Path:
    """The Python files of TensorFlow 1.15.5; tests of what they do are skipped without them."""
    if not period.exists():
        pytest.skip("TensorFlow 1.15.5's own Python is not here: tf-edureka run --fetch-period")
    return period.folder()


@pytest.fixture
def start(tmp_path):
    """Runs a script as a user does, in a process of its own; given as its text or its path."""

    def starts(script, *arguments, options=(), stdin="", **environment):
        if not isinstance(script, Path):
            (tmp_path / "script.py").write_text(script)
            script = "script.py"
        return subprocess.run(
            [sys.executable, "-m", "tf_edureka.legacy", *options, str(script), *arguments],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "DISPLAY": "", "MPLBACKEND": "", **environment},
            timeout=600,  # if it waits for a pipe
        )

    return starts


@pytest.fixture
def run(start, period_packages):
    """The same on TensorFlow 1.15.5's own Python."""
    return start


@pytest.fixture
def run_without(start, tmp_path):
    """The same where there are no files of 1.15.5."""

    def runs(script, *arguments, **options):
        return start(script, *arguments, **{FOLDER_VARIABLE: str(tmp_path / "none")}, **options)

    return runs


@pytest.fixture
def record(start, tmp_path):
    """Runs a script plainly and recorded; gives the trace once both have printed the same."""

    def records(script, *options, environment=None):
        plain = start(script, **(environment or {}))
        done = start(script, options=["--record", "trace", *options], **(environment or {}))
        assert plain.stdout
        assert done.stdout == plain.stdout
        assert done.stderr == plain.stderr
        assert done.returncode == plain.returncode == 0
        return Trace(tmp_path / "trace")

    return records
