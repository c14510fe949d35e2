"""An evaluation of the original, computed again: its output, its metrics, and their noise."""

import functools
from collections.abc import Mapping, Sequence

import numpy as np

from tf_edureka.parity.noise.noise_of_step import original
from tf_edureka.parity.noise.tolerances import NOISE_FACTOR, SMALLEST
from tf_edureka.parity.noise.variation import Key, variation
from tf_edureka.tf1.graph_nodes import parse
from tf_edureka.tf1.one_thread import OneThread
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array, Evaluation, Trace

_ROWS = 1000  # examples by which noise is measured
_PERTURBATIONS = 8  # of outputs that are moved
WHY = (
    f"{NOISE_FACTOR:g} times what the original's output differs from itself in float64, on one thread, "
    "and with inputs or weights moved by one unit in the last place; a metric by what it changes "
    "with an output moved that far, one that counts examples by one of them at least"
)


class RecordedEvaluation:
    """An evaluation of the original.

    Args:
        recorded: the trace.
        training: which of its trainings.
        evaluation: of it.

    Raises:
        Unreplayable: when it has no graph that can be read.
    """

    def __init__(self, recorded: Trace, training: int, evaluation: Evaluation) -> None:
        self._original = original(recorded, training)
        self.state = recorded.arrays(evaluation.before)
        self.inputs = recorded.arrays(evaluation.inputs)
        self.random = recorded.arrays(evaluation.random)
        self.scalars = evaluation.scalars

    def used_by_metrics(self, names: Sequence[str]) -> list[str]:
        """Those of some tensors that a metric is computed from.

        Args:
            names: of the tensors.

        Returns:
            some of the names.

        Raises:
            Unreplayable: when the graph does not have the metric.
        """
        found = [(one, parse(one)) for one in names]
        used: set[str] = set()
        for scalar in self.scalars:
            kept, _ = self._original.graph.parts.needed([scalar])
            used |= kept
        return [name for name, (node, _) in found if node in used]

    def output(self, name: str) -> tuple[Array, float]:
        """A tensor, and how far another's may be from it, relative to its largest value.

        Args:
            name: of the tensor.

        Returns:
            its value, any dtype and shape, and the share.

        Raises:
            Unreplayable: when it cannot be computed from what was recorded.
        """
        feeds = {**self.inputs, **self.random}
        (whole,) = self._original.graph.compute([name], self.state, feeds)
        count = len(whole) if whole.ndim else 0
        try:
            tolerance = self._tolerance(name, *(_first(one, count) for one in self._feeds))
        except Unreplayable:  # of a graph for so many examples
            tolerance = self._tolerance(name, *self._feeds)
        return whole, tolerance

    @property
    def _feeds(self) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        return self.inputs, self.random

    def _tolerance(
        self, name: str, inputs: Mapping[str, Array], random: Mapping[str, Array]
    ) -> float:
        key = ("tensor", name)
        compute = functools.partial(_values, name)
        ours, exact, others = self._original.recompute(compute, 0, self.state, inputs, random)
        found = variation(key, ours[key], ours, others, exact)
        if isinstance(found, str):
            raise Unreplayable(found)
        return max(SMALLEST["tensor"], NOISE_FACTOR * found.largest)

    def metrics(self, name: str, output: Array) -> dict[str, float]:
        """The metrics with another output.

        Args:
            name: of the tensor that the output stands for.
            output: as the tensor, any dtype and shape.

        Returns:
            the values, by name.

        Raises:
            Unreplayable: when they cannot be computed from what was recorded.
        """
        feeds = {**self.inputs, **self.random, name: output}
        values = self._original.graph.compute([*self.scalars], self.state, feeds)
        return {one: float(value) for one, value in zip(self.scalars, values, strict=True)}

    def metric_tolerances(self, name: str, output: Array, tolerance: float) -> dict[str, float]:
        """How far each metric may be from what was recorded, absolute; without those that differ.

        Args:
            name: as in `metrics`.
            output: the original's, as in `metrics`.
            tolerance: of the output, relative to its largest value.

        Returns:
            the largest difference, by name.

        Raises:
            Unreplayable: as in `metrics`.
        """
        generator = np.random.default_rng(0)
        far = tolerance * float(np.abs(output).max(initial=0))
        again = self.metrics(name, output)
        others = [
            self.metrics(name, perturbed(output, far, generator)) for _ in range(_PERTURBATIONS)
        ]
        found = {}
        for metric, recorded in self.scalars.items():
            values = np.array([recorded, again[metric], *(one[metric] for one in others)])
            tolerance_of_metric = np.abs(values[2:] - values[1]).max() + SMALLEST["loss"] * abs(
                recorded
            )
            counted = values * len(output)
            if np.abs(counted - np.rint(counted)).max() < 1e-2:  # such as an accuracy
                tolerance_of_metric = max(tolerance_of_metric, 1.001 / len(output))
            if abs(values[1] - recorded) <= tolerance_of_metric:
                found[metric] = float(tolerance_of_metric)
        return found


def perturbed(output: Array, far: float, generator: np.random.Generator) -> Array:
    """An output, each number of it moved; none across 0, since there may be a root of it.

    Args:
        output: float, any shape.
        far: by how much, at least 0.
        generator: draws the directions.

    Returns:
        as `output`.
    """
    moves = far * generator.choice([-1.0, 1.0], output.shape)
    away = np.copysign(moves, output)
    return np.asarray(output + np.where(np.abs(output) > far, moves, away), output.dtype)


def _values(
    name: str,
    graph: RecordedGraph | OneThread,
    state: Mapping[str, Array],
    feeds: Mapping[str, Array],
) -> dict[Key, Array]:
    return {("tensor", name): graph.run([name], (), state, feeds)[0][0]}


def _first(arrays: Mapping[str, Array], count: int) -> dict[str, Array]:
    """The first examples of arrays that have `count` of them."""
    return {
        name: one[:_ROWS] if one.ndim and len(one) == count else one for name, one in arrays.items()
    }
