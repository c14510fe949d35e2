"""What a port's layers give beside the tensors of the original's forward pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.trace import Array

# A tensor of another first dimension, as of all steps of all words, counts where it is as near.
_RESHAPED = 0.1


@dataclass(frozen=True)
class Nearest:
    """The tensor of the original that an output is nearest to.

    Attributes:
        name: of the tensor.
        share: largest difference, relative to the tensor's largest value.
    """

    name: str
    share: float


def softmax(values: Array) -> Array:
    """`exp(x) / sum exp(x)` over the last axis.

    Args:
        values: float, shape (..., classes).

    Returns:
        as `values`, each in [0, 1].
    """
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def sigmoid(values: Array) -> Array:
    """`1 / (1 + exp(-x))`.

    Args:
        values: float, any shape.

    Returns:
        as `values`, each in [0, 1].
    """
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


# What lies between a recorded tensor and an output: TensorFlow 1's losses take logits.
SQUASHING: Mapping[str, Callable[[Array], Array]] = {"softmax": softmax, "sigmoid": sigmoid}


def logits_of(kind: str, output: Array, tensor: Array, tolerance: float) -> Array:
    """What an output is the softmax or sigmoid of.

    Args:
        kind: `softmax` or `sigmoid`.
        output: in [0, 1], shape (..., classes).
        tensor: of the original, float, in the same shape; where the output is its softmax or
            sigmoid, it is taken: too little is left of a number near 1.
        tolerance: of the output's difference there, absolute.

    Returns:
        float, shape (..., classes).
    """
    shares = np.clip(output.astype(np.float64), np.finfo(np.float32).tiny, 1 - 2.0**-24)
    if kind == "softmax":
        largest = tensor.max(axis=-1, keepdims=True)
        sums = largest + np.log(np.exp(tensor - largest).sum(axis=-1, keepdims=True))
        found = np.log(shares) + sums
    else:
        found = np.log(shares) - np.log1p(-shares)
    holds = np.abs(SQUASHING[kind](tensor) - output) <= tolerance
    return np.where(holds, tensor, found).astype(tensor.dtype)


def relative_difference(one: float, other: float) -> float:
    """How far a number is from an `other`, relative to that; NaN if either is.

    Args:
        one: of the port.
        other: of the original.
    """
    return abs(one - other) / max(abs(other), 1e-30)


def max_relative_difference(one: Array, other: Array) -> float:
    """The largest difference of two arrays, relative to the second's largest value; inf if NaN.

    Args:
        one: float, any shape.
        other: float, of the same shape.

    Returns:
        0 of empty arrays.
    """
    if not one.size:
        return 0.0
    largest = float(np.max(np.abs(other)))
    apart = float(np.max(np.abs(one.astype(np.float64) - other)))
    if apart == 0:
        return 0.0
    share = apart / max(largest, float(np.finfo(np.float32).tiny))
    return share if np.isfinite(share) else float("inf")


def nearest(
    output: Array, tensors: Mapping[str, Array], *, squashed: bool = True
) -> Nearest | None:
    """The recorded tensor that an output is nearest to; None if none has as many numbers.

    Args:
        output: of a layer or of the model, float, shape (n, ...).
        tensors: of the forward pass, by name, any dtype and shape.
        squashed: whether their softmax or sigmoid is tried, too, where the output looks like one.

    Returns:
        its name and how far it is apart; the last one where several are as near.
    """
    found: Nearest | None = None
    for name, tensor in _candidates(output, tensors, squashed):
        share = max_relative_difference(output.reshape(tensor.shape), tensor)
        if tensor.shape[0] != output.shape[0] and share > _RESHAPED:
            continue
        if found is None or share <= found.share:
            found = Nearest(name, share)
    return found


def _candidates(
    output: Array, tensors: Mapping[str, Array], squashed: bool
) -> Iterator[tuple[str, Array]]:
    alike = {
        name: tensor
        for name, tensor in tensors.items()
        if tensor.size == output.size
        and tensor.dtype.kind == "f"
        and tensor.ndim
        and (tensor.shape[0] == output.shape[0] or tensor.shape[-1] == output.shape[-1])
    }
    if not alike and output.size == 1:  # an example alone, which the original was fed as numbers
        alike = {
            name: tensor.reshape(1)
            for name, tensor in tensors.items()
            if not tensor.ndim and tensor.dtype.kind == "f"
        }
    yield from alike.items()
    if squashed and output.size and output.min() >= 0 and output.max() <= 1:
        for kind, function in SQUASHING.items():
            for name, tensor in alike.items() if output.shape[-1] > 1 or kind == "sigmoid" else ():
                yield f"{kind} of {name}", function(tensor)


def mean_difference(
    layers: Sequence[tuple[str, Array]],
    tensors: Mapping[str, Array],
    tolerance: float,
    *,
    squashed: bool,
) -> float:
    """How unlike the original's the layers are: the mean share, at most 1 of each.

    A layer before one that gives one of the original's tensors counts as like it: what it should
    give was not recorded.

    Args:
        layers: names and outputs, any dtype, shape (n, ...), in the order of their calls.
        tensors: as in `nearest`.
        tolerance: of the share by which an output and a tensor may be apart.
        squashed: as in `nearest`.

    Returns:
        in [0, 1].
    """
    shares = [
        min(1.0, found.share)
        for found in _nearest_tensors(layers, tensors, squashed).values()
        if found
    ]
    like = max((place + 1 for place, one in enumerate(shares) if one <= tolerance), default=0)
    return sum(shares[like:]) / len(shares) if shares else 0.0


def first_different_layer(
    layers: Sequence[tuple[str, Array]], tensors: Mapping[str, Array], tolerance: float
) -> str:
    """The first layer from which on no output is one of the original's.

    Args:
        layers: as in `unlike`.
        tensors: as in `nearest`.
        tolerance: of the share by which an output and a tensor may be apart.

    Returns:
        its name; empty if the last one's output is one of the original's.
    """
    first = ""
    for name, found in _nearest_tensors(layers, tensors, squashed=True).items():
        if found is not None and found.share <= tolerance:
            first = ""
        elif not first:
            first = name
    return first


def _nearest_tensors(
    layers: Sequence[tuple[str, Array]], tensors: Mapping[str, Array], squashed: bool
) -> dict[str, Nearest | None]:
    return {
        name: nearest(output, tensors, squashed=squashed)
        for name, output in layers
        if output.dtype.kind == "f" and output.ndim
    }
