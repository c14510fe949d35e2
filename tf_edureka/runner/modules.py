"""What `import tensorflow` gives an old script: TensorFlow 1.15.5's own Python.

It comes from the period packages. Without them a script runs on `tf.compat.v1`, which has most of
the names: the article's two programs need no more.
"""

import contextlib
import importlib
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from tf_edureka.runner import eras, finder, offline, shims


def install(store: Path | None, *, replay_seeds: bool = True) -> None:
    """Makes this process one of TensorFlow 1: graph mode, and `import tensorflow` gives its names.

    Args:
        store: the folder of the period packages; None to do without.
        replay_seeds: whether an op without a seed gets the one that TensorFlow 1.15 gave it.
    """
    eras.restore()
    if store is None:
        offline.install(replay_seeds=replay_seeds)
        return
    sys.path.insert(1 if sys.path else 0, str(store))  # after the script's own folder
    # Of "\\d" in a string, `is 1` and the like in its files.
    warnings.filterwarnings("ignore", category=SyntaxWarning, module=re.escape(str(store)))
    finder.install(store / "tensorflow_core", shims.table(replay_seeds=replay_seeds))
    shims.prepare()
    importlib.import_module("tensorflow")
    shims.finish()


def refusal(error: BaseException, needed: str) -> str | None:
    """Why an `error` ended a script, if by something of TensorFlow 1 that cannot be had here.

    Args:
        error: what ended it.
        needed: what to say where the period packages would have it.
    """
    if needed and offline.needs_more(error):
        return f"{error}; {needed}"
    lacking = re.match(r"Op type not registered '(\w+)'", str(error))
    if lacking:
        return f"{lacking[1]}: this op was compiled for TensorFlow 1 and is in no TensorFlow 2"
    return None


@contextlib.contextmanager
def hidden_frames(*files: str) -> Iterator[None]:
    """Lets TensorFlow leave some files out when it says where an op was made."""
    stack = finder.installed("python.util.tf_stack")

    class Filter(stack.StackTraceFilter):
        def get_filtered_filenames(self) -> frozenset[str]:
            return frozenset(files)

    with Filter():
        yield
