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
    """Registers both with an IPython `shell`."""
    shell.register_magic_function(_InTensorFlow1(shell).tensorflow1, "cell")
    shell.register_magic_function(_refused, "cell", "tensorflow2")
    shell.input_transformers_cleanup.append(_without_magic)
    shell.events.register("pre_run_cell", functools.partial(_keep_text, shell))


class _InTensorFlow1:
    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._kernel: TensorFlow1Kernel | None = None

    def tensorflow1(self, line: str, cell: str) -> None:
        """Runs the cell in a kernel of TensorFlow 1; `%%tensorflow1 NAME` keeps its text in NAME.

        The first such cell starts the kernel. It keeps its variables until this notebook's ends.
        """
        if name := line.strip():
            if not name.isidentifier() or keyword.iskeyword(name):
                _refuse("tensorflow1", name)
            self._shell.user_ns[name] = cell
        try:
            self._kernel = self._kernel or TensorFlow1Kernel()
            reply = self._kernel.run(cell, _show)
        except KernelEnded as ended:
            self._kernel = None
            raise UsageError(
                f"the kernel of TensorFlow 1 has ended {ended}; the next %%tensorflow1 cell starts "
                "a new one, without the variables: run the cells again from the first of them"
            ) from None
        if reply["status"] != "ok" and kernel.has_failed(reply["ename"], reply["evalue"]):
            raise type(reply["ename"], (_CellFailed,), {})(reply)


def _refused(line: str, cell: str) -> None:
    """Runs the cell as if this line were not there; `%%tensorflow2 NAME` keeps its text in NAME."""
    _refuse("tensorflow2", line.strip())  # else `_without_magic` has taken the line away


def _refuse(magic: str, name: str) -> NoReturn:
    raise UsageError(f"expected %%{magic} NAME, with the name of a variable, got {name}")


class _CellFailed(Exception):
    """An exception of the other kernel, which IPython shows as that one did."""

    def __init__(self, reply: dict[str, Any]) -> None:
        super().__init__(reply["evalue"])
        self._lines = reply["traceback"]

    def _render_traceback_(self) -> list[str]:
        return self._lines


def _show(message: dict[str, Any]) -> None:
    """Shows here what comes of a cell there."""
    content = message["content"]
    kind = message["msg_type"]
    if kind == "stream":
        stream = getattr(sys, content["name"])
        stream.write(content["text"])
        stream.flush()  # so that both streams stay in order
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
    """The lines of a cell, of which the first is empty if it was `%%tensorflow2`."""
    return ["\n", *lines[1:]] if lines and _HERE.match(lines[0]) else lines


def _keep_text(shell: Any, info: Any) -> None:
    """Before a cell of `%%tensorflow2 NAME` runs, keeps its text in NAME."""
    found = _HERE.match(info.raw_cell)
    if found and found["name"]:
        shell.user_ns[found["name"]] = info.raw_cell[found.end() :]
