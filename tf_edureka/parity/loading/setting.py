"""One way to feed an old network and a new model, and whether the one's outputs are the other's."""

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

SAME = 1e-3  # of the largest value: beyond that rounding hides what is to be seen
_FLOOR = 2.0**-20  # of the largest value: some units in the last place of float32
_TIMES = 8  # as far as rounding moves the old network's tensor from that in float64

Way = tuple[str, str]  # name of a tensor, and what a loss makes of it: nothing, softmax, sigmoid


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """One way to feed both, and what the old network computes of it.

    Attributes:
        old: the old network.
        model: the model.
        way: how both are fed.
        others: values of the old network's other sources, in their dtypes and shapes.
        training: whether the model is called as in training.
        inputs: of the model, for each scale, by source, in its dtype and shape.
        tensors: of the old network, for each scale, by name, float, any shape: those of as many
            numbers as the model's outputs.
        layer_sizes: how many numbers the outputs of the model's layers have.
        sizes: how many numbers each tensor of the old network has.
    """

    old: OldNetwork
    model: keras.Model
    way: feeds.Way
    others: Mapping[str, Array]
    training: bool
    inputs: Sequence[Mapping[str, Array]]
    tensors: Sequence[Mapping[str, Array]]
    layer_sizes: set[int]
    sizes: Mapping[str, int]

    @functools.cached_property
    def _allowed(self) -> dict[tuple[int, Way], float]:
        """What `allowed` has found so far."""
        return {}

    def shares(self, scale: int, output: Array) -> dict[Way, float]:
        """How far an output is from each tensor of as many numbers, as a share of the largest.

        Args:
            scale: place of the inputs that it was computed of.
            output: of the model, float, any shape.

        Returns:
            by tensor.
        """
        found = {}
        for name, tensor in self.tensors[scale].items():
            if not _fits(output.shape, tensor.shape):
                continue
            between = self.old.taken_by_loss(name)
            for kind in ("", between) if between else ("",):
                value = SQUASHING[kind](tensor) if kind else tensor
                found[name, kind] = _share(output.reshape(value.shape), value)
        return found

    def same(self, scale: int, output: Array) -> dict[Way, float]:
        """The tensors that an output is but for rounding, with how far it is from each.

        Args:
            scale: as for `shares`.
            output: as for `shares`.

        Returns:
            in units of what is allowed, at most 1.
        """
        shares = self.shares(scale, output)
        near = {one: share for one, share in shares.items() if share <= SAME}
        allowed = self.allowed(scale, [*near])
        found = {one: share / allowed[one] for one, share in near.items()}
        if scale:  # what overflows in the old network says nothing
            tensors = self.tensors[scale]
            found |= {one: 0.0 for one in shares if not np.isfinite(tensors[one[0]]).all()}
        return {one: apart for one, apart in found.items() if apart <= 1}

    def allowed(self, scale: int, ways: Sequence[Way]) -> dict[Way, float]:
        """How far an output may be from tensors, as a share of the largest value.

        Eight times as far as the old network's own rounding moves them, which is measured: by the
        same graph in float64.

        Args:
            scale: as for `shares`.
            ways: these tensors.
        """
        new = [one for one in ways if (scale, one) not in self._allowed]
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
                rounding = _share(single, double)
            self._allowed[scale, (name, kind)] = min(max(_TIMES * rounding, _FLOOR), SAME)
        return {one: self._allowed[scale, one] for one in ways}

    def said(self) -> str:
        """By what both are fed, in words."""
        names = inputs.names(self.model)
        pairs = zip(names, self.way.feeding.inputs, strict=True)
        said = [f"{name} = {source}" for name, source in pairs if name != source]
        said *= len(names) > 1
        for name, value in self.others.items():
            told = str(value.flat[0]) if len(np.unique(value)) == 1 else "random"
            said.append(f"{name} {told}")
        return ", ".join(said)

    def is_telling(self, name: str) -> bool:
        """Whether a tensor is not constant, as it is where all units are dead, for some inputs.

        Args:
            name: of the tensor.
        """
        tensors = (by_name[name] for by_name in self.tensors if name in by_name)
        return any(np.ptp(one) > 0 for one in tensors)

    def is_among(self, output: Array) -> bool:
        """Whether a layer's output, of the first inputs, is one of the tensors, about.

        Args:
            output: float, any shape.

        Returns:
            False of constants, too.
        """
        return output.dtype.kind == "f" and any(
            one.size == output.size
            and np.ptp(one) > 0
            and max_relative_difference(output.reshape(one.shape), one) <= SAME
            for one in self.of_layers.values()
        )

    @functools.cached_property
    def of_layers(self) -> Mapping[str, Array]:
        """Tensors that a layer's output may be, of the first inputs: by name, float, any shape."""
        names = [name for name, size in self.sizes.items() if size in self.layer_sizes]
        return self.old.run(names, {**self.inputs[0], **self.others})


def _fits(output: tuple[int, ...], tensor: tuple[int, ...]) -> bool:
    """Whether an output may be a tensor: but for axes of 1, or with its first axes joined."""
    if prod(output) != prod(tensor):
        return False
    one, other = ([size for size in shape if size != 1] for shape in (output, tensor))
    return one == other or bool(one and other) and one[-1] == other[-1]


def _share(one: Array, other: Array) -> float:
    """The largest difference, of each column relative to its largest value; inf if NaN."""
    if other.ndim < 2:
        return max_relative_difference(one, other)
    with np.errstate(all="ignore"):
        apart = np.abs(one.astype(np.float64) - other).reshape(-1, other.shape[-1]).max(axis=0)
        columns = np.abs(other).reshape(-1, other.shape[-1]).max(axis=0).astype(np.float64)
        # Of a column that is nothing beside the others it is their rounding.
        sizes = np.maximum(columns, _FLOOR * columns.max(initial=0.0))
        shares = np.where(apart == 0, 0.0, apart / np.maximum(sizes, np.finfo(np.float32).tiny))
    worst = float(shares.max(initial=0.0))
    return worst if np.isfinite(worst) else float("inf")
