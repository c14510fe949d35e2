"""Arrays as the page holds them: base64 of few bytes a number, little-endian."""

import base64
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError
from tf_edureka.results import Floats

_LARGEST = 127  # of int8, and as far below 0


def rounded(weights: Sequence[Floats]) -> list[npt.NDArray[np.float16]]:
    """Weights in float16, of which a network of ten digits needs no more.

    Args:
        weights: float, each of any shape.

    Returns:
        each in its shape and the dtype float16, little-endian.

    Raises:
        InputError: when one is no number, or larger than float16 holds.
    """
    with np.errstate(over="ignore"):
        halves = [np.asarray(one).astype("<f2") for one in weights]
    for one, half in zip(weights, halves, strict=True):
        if not np.isfinite(half).all():
            wrong = one[~np.isfinite(half)].flat[0]
            raise InputError(
                f"expected weights from -65504 to 65504, which float16 holds, got {wrong:g}"
            )
    return halves


def quantized(weights: Sequence[Floats]) -> dict[str, str]:
    """Weights in int8 with a scale for each unit of a kernel and for each bias vector.

    A weight is its whole number times its scale, and so within half a scale of what it was.

    Args:
        weights: kernels, shape (inputs, units), and biases, shape (units,), finite float32.

    Returns:
        `"scales"`, float32, and `"weights"`, int8, in the order of the weights, each as `encoded`.
    """
    numbers, scales = [], []
    for one in weights:
        scale = (np.abs(one).max(axis=0) / _LARGEST).astype("<f4")
        steps = np.rint(one / np.where(scale > 0, scale, 1))
        numbers.append(np.clip(steps, -_LARGEST, _LARGEST).astype(np.int8))
        scales.append(np.atleast_1d(scale))
    return {"scales": encoded(scales), "weights": encoded(numbers)}


def encoded(arrays: Sequence[npt.NDArray[np.generic]]) -> str:
    """Arrays one after the other, each row by row.

    Args:
        arrays: each of any shape and a little-endian dtype.

    Returns:
        base64 of their bytes.
    """
    return _text(b"".join(one.tobytes() for one in arrays))


def packed(images: Bytes) -> str:
    """Images, compressed.

    Args:
        images: uint8, shape (n, 28, 28).

    Returns:
        base64 of zlib's stream of their pixels.
    """
    return _text(zlib.compress(images.tobytes()))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
