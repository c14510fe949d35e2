"""Values as NumPy stores them."""

from typing import Any

import numpy as np

from tf_edureka.trace import Array


def as_stored(value: Any, dtype: np.dtype[Any]) -> Array:
    """What a script feeds, as the session gets it by a `dtype`; text as bytes."""
    array = value if isinstance(value, np.ndarray) else np.asarray(value)
    if array.dtype != dtype and dtype.kind != "O":
        array = array.astype(dtype)
    return plain(array)


def plain(array: Array) -> Array:
    """An array without Python objects: text becomes bytes."""
    array = np.asarray(array)
    if array.dtype.kind not in "OU":
        return array
    found = [one if isinstance(one, bytes) else str(one).encode() for one in array.ravel()]
    return np.array(found, np.bytes_).reshape(array.shape)
