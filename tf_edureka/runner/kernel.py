"""The Jupyter kernel "TensorFlow 1": IPython's kernel with the extension `tf_edureka.legacy`."""

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
    """Returns the content of the kernel's `kernel.json`."""
    named = os.environ.get(FOLDER_VARIABLE)
    return {
        # In this order: the extension removes all arguments after `-f` and the file.
        "argv": [
            *(sys.executable, "-m", "ipykernel_launcher"),
            *("-f", "{connection_file}", "--ext=tf_edureka.legacy"),
        ],
        "display_name": "TensorFlow 1",
        "language": "python",
        "env": {FOLDER_VARIABLE: os.path.realpath(named)} if named else {},
    }


def install() -> Path:
    """Installs the kernel for the user, so that JupyterLab in any environment finds it.

    Returns:
        the folder of the installed kernel.

    Raises:
        ImportError: if Jupyter is not installed.
        OSError: if the folder cannot be written.
    """
    from jupyter_client.kernelspec import KernelSpecManager

    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError("No module named 'ipykernel'")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "kernel.json").write_text(json.dumps(spec(), indent=1), encoding="utf-8")
        return Path(KernelSpecManager().install_kernel_spec(folder, NAME, user=True))


def has_failed(name: str, value: str) -> bool:
    """True if a cell that ended with an exception of this `name` and `value` has failed.

    `tf.app.run()` ends with SystemExit; with these values it is a success.
    """
    return name != "SystemExit" or value not in ("", "0", "None")


def exit_description(code: int) -> str:
    """Describes how a kernel ended, from the exit `code` that `subprocess` reports."""
    if code == -signal.SIGKILL:
        return "by signal 9, perhaps because memory ran out"
    return f"with exit code {code}" if code >= 0 else f"by signal {-code}"
