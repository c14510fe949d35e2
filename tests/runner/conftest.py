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
    """The folder of TensorFlow 1.15.5's Python files; without it the test is skipped."""
    if not period.exists():
        pytest.skip("TensorFlow 1.15.5's own Python is not here: tf-edureka run --fetch-period")
    return period.folder()


@pytest.fixture
def start(tmp_path):
    """Runs a script, given as text or path, in a process of its own, as a user does."""

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
            timeout=600,  # in case it waits for a pipe
        )

    return starts


@pytest.fixture
def run(start, period_packages):
    """Runs a script as `start` does, on TensorFlow 1.15.5's Python files."""
    return start


@pytest.fixture
def run_without(start, tmp_path):
    """Runs a script as `start` does, without TensorFlow 1.15.5's Python files."""

    def runs(script, *arguments, **options):
        return start(script, *arguments, **{FOLDER_VARIABLE: str(tmp_path / "none")}, **options)

    return runs


@pytest.fixture
def record(start, tmp_path):
    """Runs a script without and with recording, compares the output and returns the trace."""

    def records(script, *options, environment=None):
        plain = start(script, **(environment or {}))
        done = start(script, options=["--record", "trace", *options], **(environment or {}))
        assert plain.stdout
        assert done.stdout == plain.stdout
        assert done.stderr == plain.stderr
        assert done.returncode == plain.returncode == 0
        return Trace(tmp_path / "trace")

    return records
