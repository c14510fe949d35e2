"""Computes a recorded evaluation again: output, metrics and their noise."""

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

_ROWS = 1000  # examples that the noise is measured on
_PERTURBATIONS = 8  # number of perturbed outputs
WHY = (
    f"{NOISE_FACTOR:g} times the largest change of the original's output when it is computed again "
    "in float64, on one thread, and with inputs or weights moved by one unit in the last place. "
    "For a metric: its largest change when the output is moved that far, and at least one example "
    "if it counts examples"
)


class RecordedEvaluation:
    """An evaluation of the original that can be computed again.

    Args:
        recorded: the trace.
        training: index of the training in the trace.
        evaluation: the evaluation in the trace.

    Raises:
        Unreplayable: if the trace has no graph that can be read.
    """

    def __init__(self, recorded: Trace, training: int, evaluation: Evaluation) -> None:
        self._original = original(recorded, training)
        self.state = recorded.arrays(evaluation.before)
        self.inputs = recorded.arrays(evaluation.inputs)
        self.random = recorded.arrays(evaluation.random)
        self.scalars = evaluation.scalars

    def used_by_metrics(self, names: Sequence[str]) -> list[str]:
        """Selects the tensors that a metric is computed from.

        Args:
            names: names of tensors.

        Returns:
            those of the names that a metric depends on.

        Raises:
            Unreplayable: if the graph does not have the metric.
        """
        found = [(one, parse(one)) for one in names]
        used: set[str] = set()
        for scalar in self.scalars:
            kept, _ = self._original.graph.subgraphs.required_nodes([scalar])
            used |= kept
        return [name for name, (node, _) in found if node in used]

    def output(self, name: str) -> tuple[Array, float]:
        """Computes a tensor and its tolerance.

        Args:
            name: name of the tensor.

        Returns:
            its value, any dtype and shape, and its tolerance, relative to its largest value.

        Raises:
            Unreplayable: if it cannot be computed from the recorded data.
        """
        feeds = {**self.inputs, **self.random}
        (whole,) = self._original.graph.compute([name], self.state, feeds)
        count = len(whole) if whole.ndim else 0
        try:
            tolerance = self._tolerance(name, *(_first(one, count) for one in self._feeds))
        except Unreplayable:  # a graph with a fixed number of examples
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
        """Computes the metrics from another output.

        Args:
            name: name of the tensor that the output replaces.
            output: value of the tensor, any dtype and shape.

        Returns:
            the metrics by name.

        Raises:
            Unreplayable: if they cannot be computed from the recorded data.
        """
        feeds = {**self.inputs, **self.random, name: output}
        values = self._original.graph.compute([*self.scalars], self.state, feeds)
        return {one: float(value) for one, value in zip(self.scalars, values, strict=True)}

    def metric_tolerances(self, name: str, output: Array, tolerance: float) -> dict[str, float]:
        """Returns the tolerance of each metric that can be computed again as recorded.

        Args:
            name: name of the tensor that the metrics are computed from.
            output: the original's value of the tensor, float, any shape.
            tolerance: tolerance of the tensor, relative to its largest value.

        Returns:
            absolute tolerances by name of the metric.

        Raises:
            Unreplayable: if the metrics cannot be computed from the recorded data.
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
    """Moves each number of an output up or down at random.

    A number up to `far` from 0 is moved away from 0, so that none changes its sign: a metric may
    take a square root.

    Args:
        output: float, any shape.
        far: size of the move, at least 0.
        generator: NumPy's generator that chooses the directions.

    Returns:
        the moved output: float, in dtype and shape of `output`.
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
    """Returns the first examples of arrays that have `count` of them."""
    return {
        name: one[:_ROWS] if one.ndim and len(one) == count else one for name, one in arrays.items()
    }
