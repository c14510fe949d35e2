"""Measures how much a step of the original differs from itself when it is computed again.

A recorded step is computed again from the same state, inputs and random numbers: in float64, on one
thread, and with its inputs and its weights moved by one unit in the last place. A right port cannot
be expected to be closer. A ReLU whose input is that close to 0 may switch on or off; the change
that follows is part of the noise.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tf_edureka import trace
from tf_edureka.errors import InputError
from tf_edureka.parity.noise.recorded_updates import FoundUpdates, Updates
from tf_edureka.parity.noise.variation import Key, Variation, variation
from tf_edureka.tf1.one_thread import OneThread
from tf_edureka.tf1.recorded_graph import RecordedGraph, Unreplayable
from tf_edureka.trace import Array

_PERTURBATIONS = 2  # number of perturbed inputs, and of perturbed weights
Arrays = Mapping[str, Array]


@dataclass(frozen=True, kw_only=True, eq=False)
class Noise:
    """The noise of one step of the original.

    Attributes:
        variations: variations by kind and name: the `loss`, with an empty name; each recorded
            `tensor` of the forward pass; the raw `gradient` of each weight; each weight `after` the
            step.
        exact: values in float64, in the shape of the recorded ones; sparse gradients made dense.
        unknown: reasons for missing variations, by kind and name.
        rounded: names of ops that use float32 in the float64 graph, too.
    """

    variations: Mapping[Key, Variation]
    exact: Mapping[Key, Array]
    unknown: Mapping[Key, str]
    rounded: Sequence[str]

    def largest(self, kind: str, name: str = "") -> float | None:
        """Returns the largest variation of a value, relative to its largest entry.

        Args:
            kind: `loss`, `tensor`, `gradient` or `after`.
            name: name of the tensor or the weight.

        Returns:
            the variation; None if it could not be computed again, for the reason in `unknown`.
        """
        found = self.variations.get((kind, name))
        return None if found is None else found.largest


def measure(recorded: trace.Trace, step: trace.Step) -> Noise:
    """Measures the noise of a recorded step.

    Args:
        recorded: the trace.
        step: a step of the trace with the state before it.

    Raises:
        InputError: if the step cannot be computed again: it is not recorded in full, or its graph
            needs data that was not recorded or an op that TensorFlow 2 does not have.
    """
    if not step.is_recorded:
        raise InputError(
            f"step {step.number}: expected a step recorded in full, got one without the state "
            "before it"
        )
    try:
        return original(recorded, step.training).noise(step)
    except Unreplayable as error:
        raise InputError(f"step {step.number}: cannot be computed again, since {error}") from None


@functools.lru_cache(maxsize=2)
def original(recorded: trace.Trace, training: int) -> "Original":
    """Returns the graph of a trace for one of its trainings, cached.

    Args:
        recorded: the trace.
        training: index of the training in the trace.

    Raises:
        Unreplayable: if there is no graph, or it cannot be read.
    """
    return Original(recorded, training)


class Original:
    """The recorded graph, with everything needed to compute a step of a training again.

    Args:
        recorded: the trace.
        training: index of the training in the trace.

    Attributes:
        graph: the graph in its recorded precision.

    Raises:
        Unreplayable: if there is no graph, or it cannot be read.
    """

    def __init__(self, recorded: trace.Trace, training: int) -> None:
        content = recorded.graph()
        if content is None:
            raise Unreplayable("the graph was not recorded")
        self._trace = recorded
        self._training = recorded.trainings[training]
        self._one_thread = OneThread(content)
        self.graph = RecordedGraph(content)
        self._double = RecordedGraph(content, dtype="float64")
        self._updates = Updates(self.graph.subgraphs, self._training)
        self._found: FoundUpdates | None = None

    def noise(self, step: trace.Step) -> Noise:
        """Measures the noise of a `step`, as the function `measure` does."""
        recorded = self._recorded(step)
        read = self._trace.arrays
        state, inputs, random = read(step.before), read(step.inputs), read(step.random)
        if self._found is None:
            gradients = {name: one for (kind, name), one in recorded.items() if kind == "gradient"}
            feeds = {**inputs, **random}
            self._found = self._updates.find(self.graph, gradients, state, feeds)
        compute = functools.partial(self._values, step)
        ours, exact, others = self.recompute(compute, step.number, state, inputs, random)
        variations, unknown = {}, {}
        for key, value in recorded.items():
            found = variation(key, value, ours, others, exact)
            if isinstance(found, Variation):
                variations[key] = found
            else:
                unknown[key] = found
        exact = {key: exact[key] for key in variations}
        for name, stored in step.raw_gradients.items():
            if not isinstance(stored, str) and ("gradient", name) in exact:
                dense = np.zeros(stored["shape"])
                np.add.at(dense, self._trace.array(stored["indices"]), exact["gradient", name])
                exact["gradient", name] = dense
        rounded = tuple(sorted(self._double.float32_nodes))
        return Noise(variations=variations, exact=exact, unknown=unknown, rounded=rounded)

    def recompute(
        self,
        compute: Callable[[RecordedGraph | OneThread, Arrays, Arrays], dict[Key, Array]],
        seed: int,
        state: Arrays,
        inputs: Arrays,
        random: Arrays,
    ) -> tuple[dict[Key, Array], dict[Key, Array], dict[str, list[dict[Key, Array]]]]:
        """Computes values unchanged, in float64, on one thread, and with moved inputs or weights.

        Args:
            compute: called with a graph, a state and the fed arrays; returns the values, any dtype
                and shape.
            seed: seed of the directions in which inputs and weights are moved.
            state: values of the variables by name, any dtype and shape.
            inputs: fed arrays by tensor name, any dtype and shape.
            random: outputs of the random ops by tensor name, any dtype and shape.

        Returns:
            the values unchanged, in float64, and by name of the variation (the fields of
            `Variation`), each of any dtype and shape.
        """
        feeds = {**inputs, **random}
        ours, exact = (compute(one, state, feeds) for one in (self.graph, self._double))
        others = {"one_thread": [compute(self._one_thread, state, feeds)], "float64": [exact]}
        weights = {name: state[name] for name in self._training.weights if name in state}
        for kind, moving in (("inputs", inputs), ("weights", weights)):
            others[kind] = [
                compute(
                    self.graph,
                    {**state, **(moved if kind == "weights" else {})},
                    {**feeds, **(moved if kind == "inputs" else {})},
                )
                for moved in (_perturbed(moving, seed, draw) for draw in range(_PERTURBATIONS))
            ]
        return ours, exact, others

    def _recorded(self, step: trace.Step) -> dict[Key, Array]:
        """Reads the recorded values of the step; for a sparse gradient its values."""
        found: dict[Key, Array] = {}
        if step.loss is not None:
            found["loss", ""] = np.asarray(step.loss)
        for name, stored in {**step.tensors, **step.statistics}.items():
            found["tensor", name] = self._trace.array(stored)
        for name, one in step.raw_gradients.items():
            found["gradient", name] = self._trace.array(
                one if isinstance(one, str) else one["values"]
            )
        for name in self._training.weights:
            if name in step.after:
                found["after", name] = self._trace.array(step.after[name])
        return found

    def _values(
        self,
        step: trace.Step,
        graph: RecordedGraph | OneThread,
        state: Mapping[str, Array],
        feeds: Mapping[str, Array],
    ) -> dict[Key, Array]:
        """Computes the values of a step, in two runs as they were recorded.

        A fetched tensor keeps TensorFlow from fusing ops, which changes the rounding.
        """
        found = self._found or FoundUpdates({}, {})
        gradients, after = graph.run(
            [*found.gradients.values()], [*found.ops.values()], state, feeds
        )
        tensors = [*step.tensors, *step.statistics]
        (loss, *forward), _ = graph.run([self._training.loss, *tensors], (), state, feeds)
        return {
            ("loss", ""): np.asarray(np.sum(loss, dtype=np.float64)),
            **{("tensor", name): one for name, one in zip(tensors, forward, strict=True)},
            **{
                ("gradient", name): one
                for name, one in zip(found.gradients, gradients, strict=True)
            },
            **{("after", name): after[name] for name in found.ops},
        }


def _perturbed(arrays: Mapping[str, Array], *seed: int) -> dict[str, Array]:
    """Moves each entry of the float arrays by one unit in the last place; leaves out scalars."""
    generator = np.random.default_rng(seed)
    return {
        name: np.nextafter(one, generator.choice([-np.inf, np.inf], one.shape).astype(one.dtype))
        for name, one in arrays.items()
        if one.ndim and one.dtype.kind == "f"
    }
