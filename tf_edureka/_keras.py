"""Keras, which the package imports from here: it has to compute with TensorFlow.

Keras chooses its backend when it is imported first. With another one the package would fail far
from the reason.
"""

import os
import sys
from importlib import import_module

from tf_edureka.errors import InputError


def _expect_tensorflow(backend: str) -> None:
    if backend != "tensorflow":
        raise InputError(
            f"KERAS_BACKEND: expected Keras to compute with tensorflow, got {backend}, from that "
            "variable or from ~/.keras/keras.json; set it to tensorflow before Keras is imported, "
            "in a notebook before the kernel starts"
        )


if "keras" not in sys.modules:  # or its import fails where that backend is not installed
    _expect_tensorflow(os.environ.get("KERAS_BACKEND") or "tensorflow")

try:
    import_module("tf_edureka._tensorflow")  # Keras imports TensorFlow, too, but not quietly
    import keras as keras
except ImportError as error:  # of the package that another backend needs
    raise InputError(
        f"Keras cannot be imported ({error}); is tensorflow its backend in KERAS_BACKEND and in "
        "~/.keras/keras.json?"
    ) from error

_expect_tensorflow(keras.backend.backend())
