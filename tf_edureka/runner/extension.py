"""Switches IPython, in a terminal or as a notebook kernel, to TensorFlow 1."""

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tf_edureka.errors import InputError
from tf_edureka.runner import install_commands, process, python2
from tf_edureka.runner.wrapped import wrap

# Environment variable with the default seeds of random ops: `tf1` or `tf2`.
SEEDS_VARIABLE = "TF_EDUREKA_SEEDS"
# Packages that call the cells; their frames are hidden.
_BELOW_CELLS = ("IPython", "asyncio", "ipykernel", "runpy", "tornado", "traitlets")
_always = contextlib.ExitStack()  # contexts that stay active until the process ends


def is_starting(shell: Any) -> bool:
    """True if this is a kernel that has not received a cell yet."""
    return hasattr(shell, "kernel") and not shell.parent_header


def prepare(shell: Any, *, store: Path | None, fetch_advice: str) -> None:
    """Switches the process of an IPython `shell` to TensorFlow 1.

    Args:
        shell: IPython's `InteractiveShell`.
        store: folder of the period packages; None to use `tf.compat.v1` instead.
        fetch_advice: how to fetch the period packages, for errors caused by their absence; empty if
            they exist.

    Raises:
        InputError: if any version of TensorFlow or Keras has already been imported.
    """
    if {"tensorflow", "keras"} & sys.modules.keys():
        raise InputError(
            "expected a process without TensorFlow, got one that has already imported it; restart "
            "the kernel and load tf_edureka.legacy first"
        )
    replay_seeds = os.environ.get(SEEDS_VARIABLE) != "tf2"
    process.switch_to_tensorflow_1(store, replay_seeds=replay_seeds)
    if is_starting(shell):
        del sys.argv[3:]  # kernels of 2019 had only `-f` and its file
    shell.register_magic_function(tensorflow_version)
    if not hasattr(shell, "magic"):  # nbconvert wrote magics as calls of this
        shell.magic = lambda line: shell.run_line_magic(*line.partition(" ")[::2])
    shell.input_transformers_cleanup.append(install_commands.without_protected_packages)
    wrap(shell, "_showtraceback", functools.partial(_show_traceback, fetch_advice))
    _name_cells(shell)


def tensorflow_version(asked: str) -> None:
    """The magic `%tensorflow_version 1.x`, which Colab had."""
    from IPython.core.error import UsageError

    version = asked.strip()
    if version and version.partition(".")[0] != "1":
        raise UsageError(
            f"expected 1.x, since this process runs TensorFlow 1, got {version}; restart the kernel"
        )
    print("TensorFlow 1.x selected." if version else "Currently selected TF version: 1.x")


def _show_traceback(
    fetch_advice: str,
    show: Callable[..., None],
    kind: type[BaseException],
    error: BaseException,
    lines: list[str],
) -> None:
    """Shows a traceback, followed by one line if an explanation or advice exists."""
    from tf_edureka.runner import modules

    reason = python2.explanation(error, in_cell=True) or modules.explanation(error, fetch_advice)
    advice = modules.advice(error)
    more = [f"error: {reason}"] if reason else [f"note: {advice}"] if advice else []
    show(kind, error, [*lines, *more])


def _name_cells(shell: Any) -> None:
    """Makes TensorFlow report the cell that created an op, without the frames below the cell."""
    from tf_edureka.runner import modules

    hidden = [
        file
        for name, module in [*sys.modules.items()]
        if name.partition(".")[0] in _BELOW_CELLS
        and isinstance(file := getattr(module, "__file__", None), str)
    ]
    _always.enter_context(modules.hidden_frames(*hidden, *sys.argv[:1], "<frozen runpy>"))

    def name(source: str, transformed: str, number: int) -> str:
        return f"<cell {number}>"

    shell.compile.get_code_name = name
