"""How widely initial values are spread, known better than from the one sample that a run drew."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tf_edureka.parity.mapping import Mapping as Found, new_variables
from tf_edureka.results import Floats
from tf_edureka.tf1 import initializers
from tf_edureka.trace import Array, Variable

# Of each random op the initializer that draws its numbers unseeded, and their standard deviation.
_SAMPLERS: Mapping[str, tuple[Any, float]] = {
    "RandomStandardNormal": (initializers.RandomNormal, 1.0),
    "TruncatedNormal": (initializers.TruncatedNormal, 0.87962566),
    "RandomUniform": (initializers.RandomUniform, 1 / math.sqrt(12)),
}
_SAMPLES = 20_000  # numbers, whose standard deviation is known to half a percent
_MOST_CALLS = 1000  # draws


def of_original(variable: Variable, initial: Array) -> float | None:
    """The standard deviation that the original's initial values were drawn with.

    They are drawn unseeded from their seeds: what was made of the numbers is a factor and a sum.

    Args:
        variable: of the original: its dtype, shape and initializer.
        initial: its initial value, any dtype and shape.

    Returns:
        None where they are no such numbers.
    """
    made = variable.initializer or {}
    if made.get("op") not in _SAMPLERS or initial.size < 2 or initial.dtype != np.float32:
        return None
    draw, deviation = _SAMPLERS[made["op"]]
    graph_seed, op_seed = made.get("graph_seed"), made.get("op_seed")
    if op_seed is None or not (graph_seed or op_seed):
        return None
    drawn = np.ravel(draw(graph_seed, op_seed)(initial.shape)).astype(np.float64)
    values = np.ravel(initial).astype(np.float64)
    factor, added = np.polyfit(drawn, values, 1)
    if np.abs(factor * drawn + added - values).max() > 1e-4 * np.abs(values).max():
        return None
    return float(abs(factor) * deviation)


def of_layer(layer: Any, role: str, shape: tuple[int, ...]) -> float | None:
    """The standard deviation that a layer of Keras draws initial values with.

    Args:
        layer: of Keras.
        role: of the variable in it, such as `kernel`.
        shape: of the variable.

    Returns:
        None where the layer does not say how it draws them, or draws none; NaN where they are too
        few to tell.
    """
    name = f"{role.removesuffix('_kernel') if role == 'recurrent_kernel' else role}_initializer"
    initializer = getattr(layer, name, None) or getattr(getattr(layer, "cell", None), name, None)
    if initializer is None or not hasattr(initializer, "from_config"):
        return None
    config = initializer.get_config()
    seeds = [name for name in ("seed", "op_seed") if name in config]
    samples: list[Floats] = []
    while sum(one.size for one in samples) < _SAMPLES:
        # One that has a seed draws the same each time: the spread of few numbers is chance.
        unseeded = type(initializer).from_config(config | dict.fromkeys(seeds, len(samples)))
        samples.append(np.ravel(np.array(unseeded(shape))))
        if len(samples) == 2 and np.array_equal(samples[0], samples[1]):
            return None
        if len(samples) == 2 and math.prod(shape) * _MOST_CALLS < _SAMPLES:
            return math.nan
    return float(np.std(np.concatenate(samples)))


def of_model(model: Any, found: Found) -> dict[str, Callable[[], float | None]]:
    """What gives the standard deviation of a model's initial values, by the original's name.

    Args:
        model: of Keras.
        found: which of its variables is which; those that several old ones go into are left out.
    """
    owners = new_variables.owners(model)
    deviations: dict[str, Callable[[], float | None]] = {}
    for link in found.links:
        if len(link.old) == len(link.new) == 1:
            variable = model.variables[link.new[0]]
            deviations[link.old[0]] = functools.partial(
                of_layer, owners.get(id(variable)), variable.name, tuple(variable.shape)
            )
    return deviations
