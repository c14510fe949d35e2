"""Compares the outputs of an original network and a Keras model, both fed by the same plan."""

import contextlib
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from tf_edureka._keras import keras
from tf_edureka.parity.loading import feeds
from tf_edureka.parity.loading.old_network import OldNetwork
from tf_edureka.parity.model import inputs
from tf_edureka.parity.model.forward import SQUASHING, max_relative_difference
from tf_edureka.tf1.checkpoint.content import Array
from tf_edureka.tf1.graph_nodes import Unreplayable

# Relative to the largest value. With a larger tolerance, real differences would pass as rounding.
MAX_TOLERANCE = 1e-3
_MIN_TOLERANCE = 2.0**-20  # some units in the last place of float32
_ROUNDING_FACTOR = 8  # times the difference between the graph in float32 and in float64

# Name of a tensor, and the activation that a loss applies to it: softmax, sigmoid, or empty.
Target = tuple[str, str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """A feed plan, its input values, and the tensors that the original network computes from them.

    Attributes:
        old: the original network.
        model: the model.
        plan: assignment of the graph's sources to the model's inputs.
        others: values of the network's other sources by name, in their dtypes and shapes.
        training: True to call the model in training mode.
        inputs: for each scale the model's inputs by source, in its dtype and shape.
        tensors: for each scale the tensors of the original network by name, float, any shape; only
            those with as many entries as an output of the model.
        layer_sizes: numbers of entries of the outputs of the model's layers.
        sizes: number of entries of each tensor of the original network.
    """

    old: OldNetwork
    model: keras.Model
    plan: feeds.FeedPlan
    others: Mapping[str, Array]
    training: bool
    inputs: Sequence[Mapping[str, Array]]
    tensors: Sequence[Mapping[str, Array]]
    layer_sizes: set[int]
    sizes: Mapping[str, int]

    @functools.cached_property
    def _known_tolerances(self) -> dict[tuple[int, Target], float]:
        """Cache of `tolerances`, by scale and tensor."""
        return {}

    def differences(self, scale: int, output: Array) -> dict[Target, float]:
        """Returns the relative difference between an output and each tensor of a fitting shape.

        Args:
            scale: index of the inputs that the output was computed from.
            output: output of the model, float, any shape.

        Returns:
            the largest difference relative to the largest value, by tensor.
        """
        found = {}
        for name, tensor in self.tensors[scale].items():
            if not _fits(output.shape, tensor.shape):
                continue
            between = self.old.loss_activation(name)
            for kind in ("", between) if between else ("",):
                value = SQUASHING[kind](tensor) if kind else tensor
                found[name, kind] = _relative_difference(output.reshape(value.shape), value)
        return found

    def matching(self, scale: int, output: Array) -> dict[Target, float]:
        """Returns the tensors that an output equals except for rounding.

        Args:
            scale: index of the inputs that the output was computed from.
            output: output of the model, float, any shape.

        Returns:
            the difference divided by its tolerance, at most 1, by tensor.
        """
        differences = self.differences(scale, output)
        near = {one: value for one, value in differences.items() if value <= MAX_TOLERANCE}
        tolerances = self.tolerances(scale, [*near])
        found = {one: value / tolerances[one] for one, value in near.items()}
        if scale:  # a tensor that overflows in the original network cannot be compared
            tensors = self.tensors[scale]
            found |= {one: 0.0 for one in differences if not np.isfinite(tensors[one[0]]).all()}
        return {one: value for one, value in found.items() if value <= 1}

    def tolerances(self, scale: int, targets: Sequence[Target]) -> dict[Target, float]:
        """Returns the tolerance of each tensor, relative to its largest value.

        It is eight times the rounding error of the original network, which is measured: it is the
        difference between the same graph in float32 and in float64.

        Args:
            scale: index of the inputs.
            targets: the tensors.
        """
        new = [one for one in targets if (scale, one) not in self._known_tolerances]
        names = [*dict.fromkeys(name for name, _ in new)]
        exact: Mapping[str, Array] = {}
        if names:
            with contextlib.suppress(Unreplayable):  # not all ops have float64
                given = {**self.inputs[scale], **self.others}
                exact = self.old.run(names, given, dtype="float64")
        for name, kind in new:
            rounding = 0.0
            if name in exact:
                pair = self.tensors[scale][name], exact[name]
                single, double = map(SQUASHING[kind], pair) if kind else pair
                rounding = _relative_difference(single, double)
            self._known_tolerances[scale, (name, kind)] = min(
                max(_ROUNDING_FACTOR * rounding, _MIN_TOLERANCE), MAX_TOLERANCE
            )
        return {one: self._known_tolerances[scale, one] for one in targets}

    def fed_text(self) -> str:
        """Returns the values of placeholders besides the random inputs, in words."""
        names = inputs.names(self.model)
        pairs = zip(names, self.plan.feeding.inputs, strict=True)
        parts = [f"{name} = {source}" for name, source in pairs if name != source]
        parts *= len(names) > 1
        for name, value in self.others.items():
            text = str(value.flat[0]) if len(np.unique(value)) == 1 else "random"
            parts.append(f"{name} {text}")
        return ", ".join(parts)

    def is_informative(self, name: str) -> bool:
        """True if the tensor varies for some inputs; it is constant if all its units are dead.

        Args:
            name: name of the tensor.
        """
        tensors = (by_name[name] for by_name in self.tensors if name in by_name)
        return any(np.ptp(one) > 0 for one in tensors)

    def contains(self, output: Array) -> bool:
        """True if a layer's output for the first inputs roughly equals a tensor of the graph.

        Args:
            output: output of a layer, float, any shape.

        Returns:
            True if they are equal within the largest tolerance; False for a constant tensor.
        """
        return output.dtype.kind == "f" and any(
            one.size == output.size
            and np.ptp(one) > 0
            and max_relative_difference(output.reshape(one.shape), one) <= MAX_TOLERANCE
            for one in self.layer_tensors.values()
        )

    @functools.cached_property
    def layer_tensors(self) -> Mapping[str, Array]:
        """Tensors of the first inputs, as large as a layer's output, by name: float, any shape."""
        names = [name for name, size in self.sizes.items() if size in self.layer_sizes]
        return self.old.run(names, {**self.inputs[0], **self.others})


def _fits(output: tuple[int, ...], tensor: tuple[int, ...]) -> bool:
    """True if the shapes agree without axes of size 1, or with their first axes joined."""
    if prod(output) != prod(tensor):
        return False
    one, other = ([size for size in shape if size != 1] for shape in (output, tensor))
    return one == other or bool(one and other) and one[-1] == other[-1]


def _relative_difference(one: Array, other: Array) -> float:
    """The largest difference, each column relative to its largest value; inf if NaN."""
    if other.ndim < 2:
        return max_relative_difference(one, other)
    with np.errstate(all="ignore"):
        absolute = np.abs(one.astype(np.float64) - other).reshape(-1, other.shape[-1]).max(axis=0)
        columns = np.abs(other).reshape(-1, other.shape[-1]).max(axis=0).astype(np.float64)
        # A column that is tiny next to the others consists of their rounding errors.
        sizes = np.maximum(columns, _MIN_TOLERANCE * columns.max(initial=0.0))
        differences = np.where(
            absolute == 0, 0.0, absolute / np.maximum(sizes, np.finfo(np.float32).tiny)
        )
    worst = float(differences.max(initial=0.0))
    return worst if np.isfinite(worst) else float("inf")
