"""Named arrays in .npz files, which are read defensively: they may be untrusted."""

import io
import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_edureka import _files
from tf_edureka.runs.state import Array


def to_bytes(arrays: Mapping[str, Any]) -> bytes:
    """Encodes arrays as the content of an .npz file.

    Args:
        arrays: arrays by name, of any shape and any dtype except object.

    Returns:
        the content, uncompressed, as `numpy.load` reads it.
    """
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def from_bytes(content: bytes, most: int) -> dict[str, Array]:
    """Decodes the arrays in the content of an .npz file.

    Args:
        content: content of the file.
        most: maximum number of arrays.

    Returns:
        read-only arrays by name, each with its own shape and dtype.

    Raises:
        ValueError: if it is compressed or damaged, or contains code or too many arrays.
    """
    try:
        members = _files.zip_members(content, most)
        return {name.removesuffix(".npy"): _array(npy) for name, npy in members.items()}
    except Exception as error:  # NumPy and zipfile raise many types of exceptions
        raise ValueError(str(error) or type(error).__name__) from None


def _array(npy: bytes) -> Array:
    """Decodes a .npy file, if it has exactly as many bytes as its header announces."""
    file = io.BytesIO(npy)
    np.lib.format.read_magic(file)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy warns about headers that it would not write itself
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(file)
    values = file.read()
    if len(values) != math.prod(shape) * dtype.itemsize:
        raise ValueError("the size of an array differs from its header")
    return np.ndarray(shape, dtype, values, order="F" if by_columns else "C")
