"""A port in any framework, as three functions of NumPy arrays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

from tf_edureka.trace import Array

Weights = Sequence[Array]
Feeds = Mapping[str, Array]


@dataclass(frozen=True)
class Functions:
    """A port in any framework.

    `feeds` has what was fed to the original, and what its iterators and random ops gave, by the
    name of the tensor, such as `x` for `x:0`.

    Attributes:
        loss: gives the loss of weights on feeds, a number.
        gradients: gives the gradients of that loss, one array for each weight, in its shape.
        update: gives weights and slots after a step: `update(weights, slots, gradients, step)`.
            `slots` is what it returned last, None at first; `step` counts from 0.
        names: names of the old variables in the order in which the port has its weights; None for
            the order of the trace.
    """

    loss: Callable[[Weights, Feeds], float]
    gradients: Callable[[Weights, Feeds], Weights]
    update: Callable[[Weights, Any, Weights, int], tuple[Weights, Any]]
    _: KW_ONLY
    names: Sequence[str] | None = None
