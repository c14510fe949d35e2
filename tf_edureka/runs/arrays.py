"""Arrays by name in a file of NumPy's, .npz, which is read with care: it may be a stranger's."""

import io
import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka.runs.state import Array


def to_bytes(arrays: Mapping[str, Any]) -> bytes:
    """The content of a file.

    Args:
        arrays: by name, of any shape and any dtype but object.

    Returns:
        what `numpy.load` reads, not compressed.
    """
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def from_bytes(content: bytes, most: int) -> dict[str, Array]:
    """The arrays in the `content` of a file, which holds at most as many as `most`.

    Args:
        content: of the file.
        most: arrays that may be in it.

    Returns:
        the arrays by name, in their shapes and dtypes, not to be written to.

    Raises:
        ValueError: when it is compressed or damaged, or has code or too many arrays in it.
    """
    try:
        members = _files.zip_members(content, most)
        return {name.removesuffix(".npy"): _array(npy) for name, npy in members.items()}
    except Exception as error:  # NumPy and zipfile have many ways to say that it is none
        raise ValueError(str(error) or type(error).__name__) from None


def _array(npy: bytes) -> Array:
    """The array in a file as `numpy.save` writes it, if it has as many bytes as it announces."""
    file = io.BytesIO(npy)
    np.lib.format.read_magic(file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it has what to mend in headers that NumPy does not write
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    values = file.read()
    if len(values) != math.prod(shape) * dtype.itemsize:
        raise ValueError("it has an array of another size than announced")
    return np.ndarray(shape, dtype, values, order="F" if by_columns else "C")
