"""Compares the outputs of a port's layers with the recorded tensors of the forward pass."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka.trace import Array

# A tensor with another first dimension, such as (batch * steps, n) for (batch, steps, n), is only
# accepted up to this relative difference.
_RESHAPED = 0.1


@dataclass(frozen=True)
class Nearest:
    """The recorded tensor that is nearest to an output.

    Attributes:
        name: name of the tensor, such as `logits`, or `softmax of logits`.
        share: largest difference, relative to the tensor's largest value.
    """

    name: str
    share: float


def softmax(values: Array) -> Array:
    """Returns `exp(x) / sum exp(x)` over the last axis.

    Args:
        values: float, shape (..., classes).

    Returns:
        float, in the shape of `values`, each in [0, 1].
    """
    exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def sigmoid(values: Array) -> Array:
    """Returns `1 / (1 + exp(-x))`.

    Args:
        values: float, any shape.

    Returns:
        float, in the shape of `values`, each in [0, 1].
    """
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


# Functions between a recorded tensor and an output, since TensorFlow 1's losses take logits.
SQUASHING: Mapping[str, Callable[[Array], Array]] = {"softmax": softmax, "sigmoid": sigmoid}


def logits_of(kind: str, output: Array, tensor: Array, tolerance: float) -> Array:
    """Inverts a softmax or sigmoid.

    Where `output` agrees with the softmax or sigmoid of `tensor`, the entries of `tensor` are
    returned: a number near 1 in float32 keeps too little of its logit.

    Args:
        kind: `softmax` or `sigmoid`.
        output: the port's output, float in [0, 1], shape (..., classes).
        tensor: logits of the original, float, shape (..., classes).
        tolerance: largest absolute difference of the output that counts as agreement.

    Returns:
        the logits: float, shape (..., classes).
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
    """Returns `|one - other| / |other|`; NaN if either is NaN.

    Args:
        one: the port's number.
        other: the original's number.
    """
    return abs(one - other) / max(abs(other), 1e-30)


def max_relative_difference(one: Array, other: Array) -> float:
    """Returns the largest difference of two arrays, relative to the largest value of the second.

    Args:
        one: float, any shape.
        other: float, in the shape of `one`.

    Returns:
        the difference, at least 0; 0 for empty arrays, infinity if it is not finite.
    """
    if not one.size:
        return 0.0
    largest = float(np.max(np.abs(other)))
    difference = float(np.max(np.abs(one.astype(np.float64) - other)))
    if difference == 0:
        return 0.0
    share = difference / max(largest, float(np.finfo(np.float32).tiny))
    return share if np.isfinite(share) else float("inf")


def nearest(
    output: Array, tensors: Mapping[str, Array], *, squashed: bool = True
) -> Nearest | None:
    """Finds the recorded tensor that is nearest to an output.

    Args:
        output: output of a layer or of the model, float, shape (n, ...).
        tensors: recorded tensors of the forward pass by name, any dtype and shape.
        squashed: whether to try the softmax and sigmoid of each tensor, too, if all outputs are in
            [0, 1].

    Returns:
        its name and difference, the last of equally near ones; None if no tensor has as many
        entries.
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
    if not alike and output.size == 1:  # one example, which the original was fed as scalars
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
    """Returns the mean over the layers of the relative difference to the nearest recorded tensor.

    Each layer counts with at most 1. A layer before one that agrees counts 0: the tensor that it
    should compute was not recorded.

    Args:
        layers: pairs of name and output, any dtype, shape (n, ...), in the order of the calls.
        tensors: recorded tensors of the forward pass by name, any dtype and shape.
        tolerance: largest relative difference at which a layer agrees with a tensor.
        squashed: whether to try the softmax and sigmoid of each tensor, too.

    Returns:
        the mean, in [0, 1].
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
    """Finds the first layer after the last one that agrees with a recorded tensor.

    Args:
        layers: pairs of name and output, any dtype, shape (n, ...), in the order of the calls.
        tensors: recorded tensors of the forward pass by name, any dtype and shape.
        tolerance: largest relative difference at which a layer agrees with a tensor.

    Returns:
        the name of the layer; empty if the last layer agrees.
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
