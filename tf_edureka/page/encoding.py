"""Encodes arrays for the page: base64, little-endian, one or two bytes per number."""

import base64
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tf_edureka.data.idx import Bytes
from tf_edureka.errors import InputError
from tf_edureka.results import Floats

_LARGEST = 127  # int8 values from -127 to 127


def rounded(weights: Sequence[Floats]) -> list[npt.NDArray[np.float16]]:
    """Rounds weights to float16, which is precise enough for the digits.

    Args:
        weights: arrays of weights: float, any shape.

    Returns:
        the rounded arrays: little-endian float16, the shapes unchanged.

    Raises:
        InputError: if a weight is NaN, infinite or outside the range of float16.
    """
    with np.errstate(over="ignore"):
        halves = [np.asarray(one).astype("<f2") for one in weights]
    for one, half in zip(weights, halves, strict=True):
        if not np.isfinite(half).all():
            wrong = one[~np.isfinite(half)].flat[0]
            raise InputError(f"expected weights in float16's range, -65504 to 65504, got {wrong:g}")
    return halves


def quantized(weights: Sequence[Floats]) -> dict[str, str]:
    """Quantizes weights to int8, with one scale per neuron of a kernel and one per bias vector.

    `weight ~ integer * scale`, with an error of at most half a scale

    Args:
        weights: kernels, shape (inputs, units), and biases, shape (units,), finite float32.

    Returns:
        `"scales"` (float32) and `"weights"` (int8), in the order of `weights`, base64-encoded.
    """
    numbers, scales = [], []
    for one in weights:
        scale = (np.abs(one).max(axis=0) / _LARGEST).astype("<f4")
        steps = np.rint(one / np.where(scale > 0, scale, 1))
        numbers.append(np.clip(steps, -_LARGEST, _LARGEST).astype(np.int8))
        scales.append(np.atleast_1d(scale))
    return {"scales": encoded(scales), "weights": encoded(numbers)}


def encoded(arrays: Sequence[npt.NDArray[np.generic]]) -> str:
    """Encodes arrays one after the other, each in row-major order.

    Args:
        arrays: arrays of any shape and any little-endian dtype.

    Returns:
        base64 of the concatenated bytes.
    """
    return _text(b"".join(one.tobytes() for one in arrays))


def packed(images: Bytes) -> str:
    """Compresses images.

    Args:
        images: uint8, shape (n, 28, 28).

    Returns:
        base64 of the zlib stream of the pixels.
    """
    return _text(zlib.compress(images.tobytes()))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
