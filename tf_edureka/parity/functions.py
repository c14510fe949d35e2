"""A port in any framework, as three functions of NumPy arrays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from tf_edureka.trace import Array

Weights = Sequence[Array]
Feeds = Mapping[str, Array]


@dataclass(frozen=True)
class Functions:
    """A port in any framework, given as three functions of NumPy arrays.

    `weights` is a list of arrays. `feeds` has the fed arrays and the outputs of iterators and
    random ops, by tensor name, such as `x` for `x:0`.

    Attributes:
        loss: function `loss(weights, feeds)` that returns the loss as a number.
        gradients: function `gradients(weights, feeds)` that returns the gradients of the loss: a
            list with an array for each weight, in its shape.
        update: function `update(weights, slots, gradients, step)` that returns the weights and
            slots after a step. `slots` is its last return value, None in step 0.
        names: names of the original variables in the order of the port's weights; None for the
            order of the trace.

    Example:
        The recorded script fits y = x w by gradient descent on the mean squared error:

        >>> from tf_edureka import parity
        >>> def loss(weights, feeds):
        ...     return ((feeds["x"] @ weights[0] - feeds["y"]) ** 2).mean()
        >>> def gradients(weights, feeds):
        ...     error = feeds["x"] @ weights[0] - feeds["y"]
        ...     return [2 / len(error) * feeds["x"].T @ error]
        >>> def update(weights, slots, gradients, step):
        ...     return [w - 0.125 * g for w, g in zip(weights, gradients)], slots
        >>> port = parity.Functions(loss, gradients, update)
        >>> print(parity.Trace("traces/old").climb(port).verdict)
        This port computes what old.py computed: 5 of 10 rungs hold, 5 skipped.
    """

    loss: Callable[[Weights, Feeds], float]
    gradients: Callable[[Weights, Feeds], Weights]
    update: Callable[[Weights, Any, Weights, int], tuple[Weights, Any]]
    _: KW_ONLY
    names: Sequence[str] | None = None
