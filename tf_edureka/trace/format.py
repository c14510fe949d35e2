"""File names, fingerprints and references, shared by the writer and the reader of a trace."""

import hashlib
import re
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FORMAT = "tf_edureka trace"
VERSION = 1
MANIFEST, STEPS, GRAPH, ARRAYS = "trace.json", "steps.jsonl", "graph.pb", "arrays"
REFERENCE = re.compile(r"[0-9a-f]{40}")


def short(name: str) -> str:
    """Returns the `name` of a tensor or variable in a trace: without `:0`.

    Example:
        >>> from tf_edureka import trace
        >>> trace.short("dense/kernel:0"), trace.short("split:1")
        ('dense/kernel', 'split:1')
    """
    return name.removesuffix(":0")


class Fingerprint:
    """A cheap fingerprint, equal for equal arrays: dtype, shape, and CRC-32 of the row sums.

    `str()` returns its text, such as `float32 64x784 7e9c3ea9`. The text is computed then and not
    in the constructor, because during a training it takes as long as the sums.

    Args:
        array: array of any dtype and shape; may be changed afterwards.
    """

    __slots__ = ("_content", "_dtype", "_shape")

    def __init__(self, array: Array) -> None:
        array = np.ascontiguousarray(array)
        self._dtype, self._shape = array.dtype, array.shape
        self._content: Any
        if array.size and array.itemsize in _UNSIGNED:
            rows = array if array.ndim == 2 else array.reshape(len(array), -1)
            # Wider integers mean fewer additions.
            wide = 8 if rows.shape[1] * rows.itemsize % 8 == 0 else rows.itemsize
            self._content = np.add.reduce(rows.view(_UNSIGNED[wide]), axis=1, dtype=_UNSIGNED[8])
        else:
            self._content = array.tobytes()

    def __str__(self) -> str:
        shape = "x".join(map(str, self._shape))
        return f"{self._dtype.name} {shape} {zlib.crc32(self._content):08x}"


_UNSIGNED = {size: np.dtype(f"u{size}") for size in (1, 2, 4, 8)}


def reference(array: Array) -> str:
    """Returns the name of an array in a trace: part of the SHA-256 of dtype, shape and values.

    Args:
        array: array of any dtype and shape.

    Returns:
        40 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    digest.update(np.ascontiguousarray(array).data if array.size else b"")
    return digest.hexdigest()[:40]
