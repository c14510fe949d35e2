"""The cell magics `%%tensorflow1` and `%%tensorflow2`."""

import functools
import keyword
import re
import sys
from typing import Any, NoReturn

from IPython.core.error import UsageError
from IPython.display import clear_output, publish_display_data

from tf_edureka.cells.tensorflow1_kernel import KernelEnded, TensorFlow1Kernel
from tf_edureka.runner import kernel

_HERE = re.compile(r"\s*%%tensorflow2(?:[ \t]+(?P<name>[^\W\d]\w*))?[ \t]*(?:\n|$)")


def load(shell: Any) -> None:
    """Registers both magics with an IPython `shell`."""
    shell.register_magic_function(_InTensorFlow1(shell).tensorflow1, "cell")
    shell.register_magic_function(_tensorflow2, "cell", "tensorflow2")
    shell.input_transformers_cleanup.append(_without_magic)
    shell.events.register("pre_run_cell", functools.partial(_keep_text, shell))


class _InTensorFlow1:
    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._kernel: TensorFlow1Kernel | None = None

    def tensorflow1(self, line: str, cell: str) -> None:
        """Runs the cell in a TensorFlow 1 kernel; `%%tensorflow1 NAME` stores its text in NAME.

        The first such cell starts the kernel, which keeps its variables until the notebook's own
        kernel ends.
        """
        if name := line.strip():
            if not name.isidentifier() or keyword.iskeyword(name):
                _reject("tensorflow1", name)
            self._shell.user_ns[name] = cell
        try:
            self._kernel = self._kernel or TensorFlow1Kernel()
            reply = self._kernel.run(cell, _show)
        except KernelEnded as ended:
            self._kernel = None
            raise UsageError(
                f"the TensorFlow 1 kernel died {ended}; the next %%tensorflow1 cell starts a new "
                "one without the variables, so run the %%tensorflow1 cells again from the first"
            ) from None
        if reply["status"] != "ok" and kernel.has_failed(reply["ename"], reply["evalue"]):
            raise type(reply["ename"], (_CellFailed,), {})(reply)


def _tensorflow2(line: str, cell: str) -> None:
    """Runs the cell as if this line were absent; `%%tensorflow2 NAME` stores its text in NAME."""
    _reject("tensorflow2", line.strip())  # `_without_magic` has removed a valid line before this


def _reject(magic: str, name: str) -> NoReturn:
    raise UsageError(f"expected %%{magic} NAME, where NAME is a variable name, got {name}")


class _CellFailed(Exception):
    """An exception of the other kernel, shown with the traceback from there."""

    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(reply["evalue"])
        self._lines = reply["traceback"]

    def _render_traceback_(self) -> list[str]:
        return self._lines


def _show(message: dict[str, Any]) -> None:
    """Shows a message of the TensorFlow 1 kernel in this notebook."""
    content = message["content"]
    kind = message["msg_type"]
    if kind == "stream":
        stream = getattr(sys, content["name"])
        stream.write(content["text"])
        stream.flush()  # keeps both streams in order
    elif kind in ("display_data", "execute_result", "update_display_data"):
        publish_display_data(
            content["data"],
            content["metadata"],
            transient=content.get("transient"),
            update=kind == "update_display_data",
        )
    elif kind == "clear_output":
        clear_output(content["wait"])


def _without_magic(lines: list[str]) -> list[str]:
    """Returns the lines of a cell, with an empty first line instead of `%%tensorflow2`."""
    return ["\n", *lines[1:]] if lines and _HERE.match(lines[0]) else lines


def _keep_text(shell: Any, info: Any) -> None:
    """Stores the text of a `%%tensorflow2 NAME` cell in NAME before the cell runs."""
    found = _HERE.match(info.raw_cell)
    if found and found["name"]:
        shell.user_ns[found["name"]] = info.raw_cell[found.end() :]
