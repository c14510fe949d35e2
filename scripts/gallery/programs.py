"""Runs a program of the gallery in a process of its own, and reads what it printed."""

import contextlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from papers import Paper

from tf_edureka.errors import InputError

SEEDED = Path(__file__).with_name("seeded.py")
# All that a program sees of the user's environment.
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "TF_EDUREKA_PERIOD_DIR")
FIXED = {
    "MPLBACKEND": "Agg",  # no windows
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONHASHSEED": "0",  # sets of strings have the same order in every run
    "PYTHONUNBUFFERED": "1",  # the log has everything when a program is stopped
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
VERSIONS = (
    "import platform, numpy, tensorflow; "
    "print(platform.python_version(), tensorflow.__version__, numpy.__version__)"
)
# What is kept of a run: seconds, result and losses as printed, or why it failed.
Run = dict[str, float | str]


@dataclass(frozen=True)
class System:
    """One of the two TensorFlows.

    Args:
        command: what starts a script in it.
        versions: versions of Python, TensorFlow and NumPy.
        python_path: PYTHONPATH for it, besides the program's own.
    """

    command: list[str]
    versions: list[str]
    python_path: str = ""


def today() -> System:
    """Returns `tf-edureka run` of this Python's environment."""
    found = shutil.which("tf-edureka", path=str(Path(sys.executable).parent))
    if found is None:
        raise InputError(
            "expected the command tf-edureka beside Python; pip install -e '.[legacy]'"
        )
    return System([found, "run"], versions(sys.executable), os.environ.get("PYTHONPATH", ""))


def tensorflow1(python: str) -> System:
    """Returns the Python of another environment, which must have TensorFlow 1.15.5."""
    found = versions(python)
    if found[1] != "1.15.5":
        raise InputError(f"{python}: expected TensorFlow 1.15.5, got {found[1]}")
    return System([python], found)


def versions(python: str) -> list[str]:
    """Asks a Python for its version, TensorFlow's and NumPy's."""
    environment = {**os.environ, "PYTHONPATH": ""}
    try:
        done = subprocess.run(
            [python, "-c", VERSIONS], capture_output=True, text=True, env=environment
        )
    except OSError as error:
        raise InputError(f"{python}: expected a Python, got {error.strerror}") from None
    if done.returncode:
        raise InputError(f"{python}: {(done.stderr.splitlines() or ['failed'])[-1]}")
    return done.stdout.split()


def machine() -> str:
    """Returns the number of cores and the processor's name."""
    listed = Path("/proc/cpuinfo")
    names = re.findall("model name\t: (.*)", listed.read_text()) if listed.exists() else []
    return f"{os.cpu_count()} cores of {(names or [platform.processor()])[0]}"


def commands(paper: Paper, seeded: str = str(SEEDED)) -> list[list[str]]:
    """Returns the scripts of a run with their arguments, in order; `seeded` starts them."""
    start = [] if paper.seed is None else [seeded, str(paper.seed)]
    return [[*start, *command] for command in (*paper.before, paper.command)]


def run(paper: Paper, system: System, folder: Path, log: Path, limit: float) -> Run:
    """Runs the program in `folder`, for at most `limit` seconds; its output goes to `log`."""
    paths = [paper.path, system.python_path]
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment = {**passed, **FIXED, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    began = time.monotonic()
    with log.open("wb") as output:
        for arguments in commands(paper):
            left = began + limit - time.monotonic()
            command = [*system.command, *arguments]
            failure = _call(command, folder, environment, output.fileno(), left)
            if failure:
                break
    seconds = round(time.monotonic() - began, 1)
    printed = log.read_text(encoding="utf-8", errors="replace")
    if failure:
        last = ([line for line in printed.splitlines() if line.strip()] or ["no output"])[-1]
        return {"seconds": seconds, "failure": f"{failure}: {last.strip()[:200]}"}
    return {"seconds": seconds, **_read(paper, printed)}


def _read(paper: Paper, printed: str) -> Run:
    results, losses = (re.findall(one, printed) for one in (paper.result, paper.losses))
    for name, found in (("result", results), ("losses", losses)):
        if not found:
            return {"failure": f"no {name}: the program did not print what papers.toml expects"}
    return {"result": results[-1], "losses": " ".join(losses)}


def _call(
    command: list[str], folder: Path, environment: dict[str, str], output: int, limit: float
) -> str:
    """Runs a command and ends its process group; returns how it failed, or nothing."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        code = process.wait(max(limit, 0))
    except subprocess.TimeoutExpired:
        return "stopped at the time limit"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return f"exit code {code}" if code else ""
