"""How far a value of the original is from itself, when it is computed in other recompute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tf_edureka.trace import Array

# What the graph gives must be what was recorded, or it is computed otherwise than in the script.
_FACTOR, _ROUNDING = 8.0, 2.0**-20
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Variation:
    """How far a value is from itself at most, relative to its largest entry, which may not be 0.

    Attributes:
        float64: computed in float64.
        one_thread: computed by one thread.
        inputs: with float inputs moved by one unit in the last place.
        weights: with the weights moved by one unit in the last place.
        again: computed the same way again, from the recorded value.
    """

    float64: float
    one_thread: float
    inputs: float
    weights: float
    again: float

    @property
    def largest(self) -> float:
        """The largest of them."""
        return max(self.float64, self.one_thread, self.inputs, self.weights, self.again)


def variation(
    key: Key,
    recorded: Array,
    ours: Mapping[Key, Array],
    others: Mapping[str, Iterable[Mapping[Key, Array]]],
    exact: Mapping[Key, Array],
) -> Variation | str:
    """How far a value is from itself, or why that is not known.

    Args:
        key: of the value.
        recorded: what it was, any dtype and shape.
        ours: values that were computed again, any dtype and shape.
        others: as `ours`, in other recompute, by name, as `Variation` has them.
        exact: as `ours`, in float64.

    Returns:
        the spread, or the reason.
    """
    if key not in ours:
        return "the graph has no tensor or op that it is known to come from"
    if ours[key].shape != recorded.shape:
        return f"its shape is {recorded.shape}, but {ours[key].shape} when it is computed again"
    if not np.isfinite(recorded).all():
        return "it is NaN or infinite"
    largest = float(np.abs(exact[key]).max(initial=0)) or 1.0
    differences = {
        name: max(_difference(one[key], ours[key]) / largest for one in found)
        for name, found in others.items()
    }
    again = _difference(ours[key], recorded) / largest
    if not again <= _FACTOR * max(_ROUNDING, *differences.values()):
        return f"computed again it differs by {again:.2g}, more than rounding does"
    return Variation(again=again, **differences)


def _difference(one: Array, other: Array) -> float:
    return float(np.abs(one.astype(np.float64) - other).max(initial=0))
