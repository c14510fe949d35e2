"""What both who writes a trace and who reads it have to know."""

import functools
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
    content: Any = array
    if array.size and array.itemsize in _UNSIGNED:
        rows = array if array.ndim == 2 else array.reshape(len(array), -1)
        # The fewer numbers the faster.
        wide = 8 if rows.shape[1] * rows.itemsize % 8 == 0 else rows.itemsize
        content = np.add.reduce(rows.view(_UNSIGNED[wide]), axis=1, dtype=_UNSIGNED[8])
    else:
        content = array.tobytes()
    return f"{_kind(array.dtype, array.shape)} {zlib.crc32(content):08x}"


_UNSIGNED = {size: np.dtype(f"u{size}") for size in (1, 2, 4, 8)}


@functools.lru_cache
def _kind(dtype: np.dtype[Any], shape: tuple[int, ...]) -> str:
    return f"{dtype.name} {'x'.join(map(str, shape))}"


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
