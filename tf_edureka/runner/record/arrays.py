"""Converts values to the arrays that a trace stores."""

from typing import Any

import numpy as np

from tf_edureka.trace import Array


def as_stored(value: Any, dtype: np.dtype[Any]) -> Array:
    """Converts a fed value to the `dtype` of its placeholder; text becomes bytes."""
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if array.dtype != dtype and dtype.kind != "O":
        array = array.astype(dtype)
    return plain(array)


def plain(array: Array) -> Array:
    """Converts an array of Python objects or text to bytes; returns others unchanged."""
    array = np.asarray(array)
    if array.dtype.kind not in "OU":
        return array
    found = [one if isinstance(one, bytes) else str(one).encode() for one in array.ravel()]
    return np.array(found, np.bytes_).reshape(array.shape)
