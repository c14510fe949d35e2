"""Imports Keras for the whole package and checks that its backend is TensorFlow.

Keras chooses its backend at its first import. With another backend the package would fail later,
with an error that does not name the cause.
"""

import os
import sys
from importlib import import_module

from tf_edureka.errors import InputError


def _expect_tensorflow(backend: str) -> None:
    if backend != "tensorflow":
        raise InputError(
            f"KERAS_BACKEND: expected tensorflow, got {backend} (from that variable or from "
            "~/.keras/keras.json); set it to tensorflow before Keras is imported, in a notebook "
            "before the kernel starts"
        )


if "keras" not in sys.modules:  # importing Keras would fail if that backend is not installed
    _expect_tensorflow(os.environ.get("KERAS_BACKEND") or "tensorflow")

try:
    import_module(
        "tf_edureka._tensorflow"
    )  # Keras would import TensorFlow with all its log messages
    import keras as keras
except ImportError as error:  # the package of another backend is missing
    raise InputError(
        f"Keras cannot be imported ({error}); check that KERAS_BACKEND and ~/.keras/keras.json "
        "name tensorflow as its backend"
    ) from error

_expect_tensorflow(keras.backend.backend())
