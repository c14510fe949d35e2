"""The standard deviation of the distribution that initial values are sampled from."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tf_edureka.parity.mapping import Mapping as Found, new_variables
from tf_edureka.results import Floats
from tf_edureka.tf1 import initializers
from tf_edureka.trace import Array, Variable

# For each random op, the initializer that samples its numbers again, and their standard deviation.
_SAMPLERS: Mapping[str, tuple[Any, float]] = {
    "RandomStandardNormal": (initializers.RandomNormal, 1.0),
    "TruncatedNormal": (initializers.TruncatedNormal, 0.87962566),
    "RandomUniform": (initializers.RandomUniform, 1 / math.sqrt(12)),
}
_SAMPLES = 20_000  # numbers; the estimated standard deviation is then right to half a percent
_MOST_CALLS = 1000


def of_original(variable: Variable, initial: Array) -> float | None:
    """Returns the standard deviation of the distribution of the original's initial values.

    The numbers are sampled again from their seeds, which gives the factor that the script applied.

    Args:
        variable: variable of the original, with its dtype, shape and initializer.
        initial: its initial value, any dtype and shape.

    Returns:
        the standard deviation; None if the value is not such a sample times a factor plus a
        constant.
    """
    made = variable.initializer or {}
    if made.get("op") not in _SAMPLERS or initial.size < 2 or initial.dtype != np.float32:
        return None
    sampler, deviation = _SAMPLERS[made["op"]]
    graph_seed, op_seed = made.get("graph_seed"), made.get("op_seed")
    if op_seed is None or not (graph_seed or op_seed):
        return None
    sampled = np.ravel(sampler(graph_seed, op_seed)(initial.shape)).astype(np.float64)
    values = np.ravel(initial).astype(np.float64)
    factor, added = np.polyfit(sampled, values, 1)
    if np.abs(factor * sampled + added - values).max() > 1e-4 * np.abs(values).max():
        return None
    return float(abs(factor) * deviation)


def of_layer(layer: Any, role: str, shape: tuple[int, ...]) -> float | None:
    """Returns the standard deviation of a Keras layer's initializer.

    Args:
        layer: Keras layer.
        role: name of the variable in the layer, such as `kernel`.
        shape: shape of the variable.

    Returns:
        the standard deviation; None if the initializer is not known or not random; NaN if the
        variable is too small for an estimate.
    """
    name = f"{role.removesuffix('_kernel') if role == 'recurrent_kernel' else role}_initializer"
    initializer = getattr(layer, name, None) or getattr(getattr(layer, "cell", None), name, None)
    if initializer is None or not hasattr(initializer, "from_config"):
        return None
    config = initializer.get_config()
    seeds = [name for name in ("seed", "op_seed") if name in config]
    samples: list[Floats] = []
    while sum(one.size for one in samples) < _SAMPLES:
        # An initializer with a seed always samples the same numbers, so the seed is changed.
        reseeded = type(initializer).from_config(config | dict.fromkeys(seeds, len(samples)))
        samples.append(np.ravel(np.array(reseeded(shape))))
        if len(samples) == 2 and np.array_equal(samples[0], samples[1]):
            return None
        if len(samples) == 2 and math.prod(shape) * _MOST_CALLS < _SAMPLES:
            return math.nan
    return float(np.std(np.concatenate(samples)))


def of_model(model: Any, found: Found) -> dict[str, Callable[[], float | None]]:
    """Returns functions that compute the standard deviation of a model's initial values.

    Args:
        model: Keras model.
        found: mapping of the variables; those made of several original variables are left out.

    Returns:
        a function for each variable, by the original's name.
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
