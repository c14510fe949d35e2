"""How much a value of the original varies when it is computed again in other ways."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tf_edureka.trace import Array

# If the unchanged graph differs from the recorded value by more than this factor times the
# variation, or times rounding, the script has computed the value in another way.
_FACTOR, _ROUNDING = 8.0, 2.0**-20
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Variation:
    """The largest change of a value for each kind of recomputation, relative to its largest entry.

    If all entries are 0, the change is absolute.

    Attributes:
        float64: change when computed in float64.
        one_thread: change when computed by one thread.
        inputs: change when float inputs are moved by one unit in the last place.
        weights: change when the weights are moved by one unit in the last place.
        again: change from the recorded value when computed unchanged.
    """

    float64: float
    one_thread: float
    inputs: float
    weights: float
    again: float

    @property
    def largest(self) -> float:
        """The largest of these changes."""
        return max(self.float64, self.one_thread, self.inputs, self.weights, self.again)


def variation(
    key: Key,
    recorded: Array,
    ours: Mapping[Key, Array],
    others: Mapping[str, Iterable[Mapping[Key, Array]]],
    exact: Mapping[Key, Array],
) -> Variation | str:
    """Measures the variation of a value.

    Args:
        key: kind and name of the value.
        recorded: the recorded value, any dtype and shape.
        ours: values computed again unchanged, by key, any dtype and shape.
        others: values computed again otherwise, by name of the field of `Variation`, then by key,
            any dtype and shape.
        exact: values computed again in float64, by key, any shape.

    Returns:
        the variation, or the reason why it is not known.
    """
    if key not in ours:
        return "no tensor or op of the graph is known to compute it"
    if ours[key].shape != recorded.shape:
        return f"its recorded shape is {recorded.shape}, computed again it is {ours[key].shape}"
    if not np.isfinite(recorded).all():
        return "it is NaN or infinite"
    largest = float(np.abs(exact[key]).max(initial=0)) or 1.0
    differences = {
        name: max(_difference(one[key], ours[key]) / largest for one in found)
        for name, found in others.items()
    }
    again = _difference(ours[key], recorded) / largest
    if not again <= _FACTOR * max(_ROUNDING, *differences.values()):
        return f"computed again it differs by {again:.2g}, which is more than rounding"
    return Variation(again=again, **differences)


def _difference(one: Array, other: Array) -> float:
    return float(np.abs(one.astype(np.float64) - other).max(initial=0))
