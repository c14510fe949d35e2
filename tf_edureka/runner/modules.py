"""What `import tensorflow` gives an old script: TensorFlow 1.15.5's own Python.

It comes from the period packages. Without them a script runs on `tf.compat.v1`, which has most of
the names: the article's two programs need no more.
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

# What TensorFlow says of an op that it does not have, or not any more.
_GONE = re.compile(
    r"Op type not registered '(\w+)'"
    r"|No OpKernel was registered to support Op '(\w+)'[^$]*<no registered kernels>"
)


def install(store: Path | None, *, replay_seeds: bool = True) -> None:
    """Makes this process one of TensorFlow 1: graph mode, and `import tensorflow` gives its names.

    Args:
        store: the folder of the period packages; None to do without.
        replay_seeds: whether an op without a seed gets the one that TensorFlow 1.15 gave it.
    """
    removed_apis.restore()
    if store is None:
        offline.install(replay_seeds=replay_seeds)
        return
    sys.path.insert(1 if sys.path else 0, str(store))  # after the script's own folder
    # Of "\\d" in a string, `is 1` and the like in its files.
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=re.escape(str(store)))
    finder.install(store / "tensorflow_core")
    if not replay_seeds:
        registered.shim("framework.random_seed")(graphs.use_tensorflow_2_seeds)
    core.before_loading()
    importlib.import_module("tensorflow")
    core.after_loading()


def explanation(error: BaseException, fetch_advice: str) -> str | None:
    """Why an `error` ended a script, if by something of TensorFlow 1 that cannot be had here.

    Args:
        error: what ended it.
        fetch_advice: what to say where the period packages would have it.
    """
    if fetch_advice and offline.lacks_period_packages(error):
        return f"{error}; {fetch_advice}"
    found = _GONE.search(str(error))
    if found:
        op = found[1] or found[2]
        return f"{op}: this op was compiled for TensorFlow 1, and no TensorFlow 2 has it"
    return None


def advice(error: BaseException) -> str | None:
    """What to install where an `error` that ended a script would not have with another NumPy."""
    return for_numpy.advice(error)


@contextlib.contextmanager
def hidden_frames(*files: str) -> Iterator[None]:
    """Lets TensorFlow leave out some files, and 1.15.5's, when it says where an op was made.

    The installed TensorFlow's stay: it takes for granted that a few of them are there.

    Args:
        *files: as Python names them in a traceback.
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
