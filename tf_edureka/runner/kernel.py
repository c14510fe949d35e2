"""The Jupyter kernel "TensorFlow 1": IPython's, which loads `tf_edureka.legacy` first."""

import importlib.util
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from tf_edureka.runner.period_wheels import FOLDER_VARIABLE

NAME = "tensorflow1"


def spec() -> dict[str, Any]:
    """What Jupyter is to know of the kernel."""
    named = os.environ.get(FOLDER_VARIABLE)
    return {
        # In this order: the kernel leaves no more to a notebook than `-f` and the file.
        "argv": [
            *(sys.executable, "-m", "ipykernel_launcher"),
            *("-f", "{connection_file}", "--ext=tf_edureka.legacy"),
        ],
        "display_name": "TensorFlow 1",
        "language": "python",
        "env": {FOLDER_VARIABLE: os.path.realpath(named)} if named else {},
    }


def install() -> Path:
    """Installs the kernel for the user, so that the JupyterLab of any environment finds it.

    Returns:
        the folder in which Jupyter has it now.

    Raises:
        ImportError: when Jupyter is not installed.
        OSError: when it cannot be written.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError("No module named 'ipykernel'")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec(), indent=1), encoding="utf-8")
        return Path(KernelSpecManager().install_kernel_spec(folder, NAME, user=True))


def has_failed(name: str, value: str) -> bool:
    """Whether a cell that ended by an exception of this `name` and `value` has failed.

    SystemExit with one of these is how `tf.app.run()` ends.
    """
    return name != "SystemExit" or value not in ("", "0", "None")


def exit_description(code: int) -> str:
    """How a kernel has ended, by the exit `code` of its process as `subprocess` gives it."""
    if code == -signal.SIGKILL:
        return "by signal 9, as where memory runs out"
    return f"with exit code {code}" if code >= 0 else f"by signal {-code}"
