"""Makes `import tensorflow` give TensorFlow 1.15.5's own Python, from the period packages.

Without them a script runs on `tf.compat.v1`, which has most of the names and suffices for the
article's two programs.
"""

import contextlib
import importlib
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.runner import finder, offline, period, private, removed_apis
from tf_edureka.runner.removed_apis import for_numpy
from tf_edureka.runner.shims import core, graphs, registered

# TensorFlow's error messages for an op that it does not have or no longer has.
_GONE = re.compile(
    r"Op type not registered '(\w+)'"
    r"|No OpKernel was registered to support Op '(\w+)'[^$]*<no registered kernels>"
)


def install(store: Path | None, *, replay_seeds: bool = True) -> None:
    """Switches this process to TensorFlow 1: graph mode and TensorFlow 1's names.

    Args:
        store: folder of the period packages; None to use `tf.compat.v1` instead.
        replay_seeds: whether ops without a seed get the seeds of TensorFlow 1.15.
    """
    removed_apis.restore()
    if store is None:
        offline.install(replay_seeds=replay_seeds)
        return
    sys.path.insert(1 if sys.path else 0, str(store))  # after the script's own folder
    # Its files contain "\\d" in plain strings, `is 1` and similar.
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=re.escape(str(store)))
    finder.install(store / "tensorflow_core")
    if not replay_seeds:
        registered.shim("framework.random_seed")(graphs.use_tensorflow_2_seeds)
    core.before_loading()
    importlib.import_module("tensorflow")
    core.after_loading()


def explanation(error: BaseException, fetch_advice: str) -> str | None:
    """Explains an `error` that was caused by a part of TensorFlow 1 that is missing here.

    Args:
        error: exception that ended the script.
        fetch_advice: text to append if the period packages may have the missing part; empty if
            they exist.

    Returns:
        the explanation as one line; None if the error has another cause.
    """
    if fetch_advice and offline.lacks_period_packages(error):
        return f"{error}; {fetch_advice}"
    found = _GONE.search(str(error))
    if found:
        op = found[1] or found[2]
        return f"{op}: this op was compiled for TensorFlow 1, and TensorFlow 2 does not have it"
    return None


def advice(error: BaseException) -> str | None:
    """Returns what to install if another NumPy would have avoided this `error`; else None."""
    return for_numpy.advice(error)


@contextlib.contextmanager
def hidden_frames(*files: str) -> Iterator[None]:
    """Hides `files` and 1.15.5's files when TensorFlow reports where an op was created.

    The installed TensorFlow's own files stay visible: its code relies on a few of them.

    Args:
        *files: file names as they appear in a traceback.
    """
    hidden = frozenset({*files, *_period_files()})

    class Filter(private.use("util.tf_stack:StackTraceFilter")):  # type: ignore[misc]
        def get_filtered_filenames(self) -> frozenset[str]:
            return hidden

    with Filter():
        yield


def _period_files() -> Iterator[str]:
    if period.exists():
        for folder, _, names in os.walk(period.location()):
            yield from (os.path.join(folder, name) for name in names)
    for name in ("deprecation", "traceback_utils"):
        yield private.use(f"util.{name}:__file__")
