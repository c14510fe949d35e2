"""Makes a process one of TensorFlow 1, be it of a script or of a notebook."""

import importlib
import os
import sys
from pathlib import Path

from tf_edureka import runtime
from tf_edureka.errors import InputError


def become_one_of_tensorflow_1(store: Path | None, *, replay_seeds: bool = True) -> None:
    """Makes `import tensorflow` give TensorFlow 1 from now on.

    Args:
        store: The folder of the period packages; None to do without.
        replay_seeds: Whether an op without a seed gets the one that TensorFlow 1.15 gave it.

    Raises:
        InputError: when Python was started in a way that TensorFlow 1.15.5's cannot be.
    """
    if store and sys.flags.optimize > 1:
        raise InputError(
            "expected Python with docstrings, which TensorFlow 1.15.5 reads, got one that was "
            "started with -OO; use -O"
        )
    os.environ["KERAS_BACKEND"] = "tensorflow"  # of a script that imports Keras by itself
    # Or a session takes all of a GPU's memory, and other programs have none.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    runtime.preload_cusolver()
    # Its C++ logs as errors that a few ops of then have other forms today.
    with runtime.quiet_import(freeze=True, errors=False):
        # Draws one of Python's random numbers, and scikit-learn of today imports it: the script,
        # or tf.contrib, might do so after it has seeded them.
        importlib.import_module("rich.style")
        from tf_edureka.runner import modules

        modules.install(store, replay_seeds=replay_seeds)
