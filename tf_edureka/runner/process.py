"""Switches the current process, of a script or a notebook kernel, to TensorFlow 1."""

import importlib
import os
import sys
from pathlib import Path

from tf_edureka import runtime
from tf_edureka.errors import InputError


def switch_to_tensorflow_1(store: Path | None, *, replay_seeds: bool = True) -> None:
    """Makes `import tensorflow` give TensorFlow 1 from now on.

    Args:
        store: folder of the period packages; None to use `tf.compat.v1` instead.
        replay_seeds: whether ops without a seed get the seeds of TensorFlow 1.15.

    Raises:
        InputError: if Python runs with -OO and `store` is given.
    """
    if store and sys.flags.optimize > 1:
        raise InputError(
            "expected Python with docstrings, which TensorFlow 1.15.5 reads, got python -OO; use -O"
        )
    os.environ["KERAS_BACKEND"] = "tensorflow"  # the backend of standalone Keras
    # Without this, a session allocates all of a GPU's memory and other programs get none.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    runtime.preload_cusolver()
    # TensorFlow's C++ logs errors because a few ops of 1.15.5 have other definitions in 2.21.
    with runtime.quiet_import(freeze=True, errors=False):
        # Importing rich.style samples one number from Python's random generator. Current
        # scikit-learn imports it, so a script could do so after seeding. So import it first.
        importlib.import_module("rich.style")
        from tf_edureka.runner import modules

        modules.install(store, replay_seeds=replay_seeds)
