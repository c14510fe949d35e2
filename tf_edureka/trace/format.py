"""What both who writes a trace and who reads it have to know."""

import functools
import hashlib
import math
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
    """The `name` of a tensor or variable as a trace has it: `x` for `x:0`, `x:1` for `x:1`."""
    return name.removesuffix(":0")


def fingerprint(array: Array) -> str:
    """A cheap fingerprint, equal for equal arrays: dtype, shape, and CRC-32 of sums by row.

    Args:
        array: any dtype and shape.

    Returns:
        all three as text, such as `float32 64x784 7e9c3ea9`.
    """
    array = np.ascontiguousarray(array)
    # Not -1 for the width of a row: an empty array does not say it.
    rows = array.reshape(len(array), math.prod(array.shape[1:]))
    size = rows.dtype.itemsize
    if rows.size and size in (1, 2, 4, 8):
        wide = 8 if rows.shape[1] * size % 8 == 0 else size  # the fewer numbers the faster
        rows = rows.view(f"u{wide}").sum(axis=1, dtype=np.uint64)
    shape = "x".join(map(str, array.shape))
    return f"{_name(array.dtype)} {shape} {zlib.crc32(np.ascontiguousarray(rows).tobytes()):08x}"


@functools.cache
def _name(dtype: np.dtype[Any]) -> str:
    return dtype.name  # which NumPy puts together anew each time


def reference(array: Array) -> str:
    """What an array is called in a trace: from the SHA-256 of dtype, shape and values.

    Args:
        array: any dtype and shape.

    Returns:
        40 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape} ".encode())
    digest.update(np.ascontiguousarray(array).data if array.size else b"")
    return digest.hexdigest()[:40]
